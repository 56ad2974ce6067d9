import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connect, type Database } from '../database/connect.ts'
import { absWithoutAnswer, type RegisteredAb } from '../database/plan.ts'
import { findPostgres } from '../services/postgres/postgres.ts'
import { projectRoot } from '../settings/project.ts'
import { readSettings, type Settings } from '../settings/settings.ts'
import { listSchedule } from './plain-recipes.ts'

export const DATE = '2026-03-01'

/** How a night went that phoenix has processed. */
export interface PhoenixNight {
  /** Blocks whose recipe was run, in the order of their starts. */
  readonly recipes: readonly RegisteredAb[]
  /** Of each recipe, in the same order, while others ran. */
  readonly recipeSeconds: readonly number[]
  /** First recipe start to last recorded answer, s. */
  readonly makespan: number
  /** Order to closed run, with plan, downloads, ingestion, clean-up, s. */
  readonly run: number
  /** List schedule of the recipes' times as they were, s. */
  readonly ownBound: number
}

/** Processes the simulated night in an installation of its own, in the folder `home`, by the program as an operator uses it. */
export async function phoenixNight(
  home: string,
  variables: NodeJS.ProcessEnv,
  cores: number,
): Promise<PhoenixNight & { readonly settings: Settings }> {
  const env = { ...process.env, PHOENIX_HOME: home, PHOENIX_CORES: String(cores), ...variables }
  const phoenix = (...words: string[]) => promisify(execFile)(join(projectRoot(), 'bin', 'phoenix'), words, { env })
  await mkdir(home, { mode: 0o711 })
  const settings = readSettings(env)
  try {
    await phoenix('up')
    await phoenix('register', 'UVES', DATE)
    const postgres = await findPostgres(settings)
    const database = connect({ url: postgres?.url ?? '', schema: settings.databaseSchema })
    try {
      const abs = await absWithoutAnswer(database, 'UVES', DATE)
      await phoenix('run', 'UVES', DATE, '--wait')
      return { settings, ...(await readTimes(database, abs, cores)) }
    } finally {
      await database.destroy()
    }
  } finally {
    await phoenix('down')
  }
}

async function readTimes(database: Database, abs: readonly RegisteredAb[], cores: number): Promise<PhoenixNight> {
  const starts = await database
    .selectFrom('recipe_start as s')
    .innerJoin('attempt as a', 'a.start_id', 's.start_id')
    .select(['s.ab_name', 's.started_at', 's.ended_at', 'a.wall_seconds'])
    .orderBy('s.start_id')
    .execute()
  const { started_at: opened, ended_at: closed } = await database
    .selectFrom('date_run')
    .select(['started_at', 'ended_at'])
    .executeTakeFirstOrThrow()
  const last = Math.max(...starts.map(({ ended_at }) => ended_at?.getTime() ?? Number.NaN))
  const recipeSeconds = starts.map(({ wall_seconds }) => wall_seconds ?? Number.NaN)
  return {
    recipes: starts.flatMap(({ ab_name }) => abs.find(({ abName }) => abName === ab_name) ?? []),
    recipeSeconds,
    makespan: (last - (starts[0]?.started_at.getTime() ?? Number.NaN)) / 1000,
    run: ((closed?.getTime() ?? Number.NaN) - opened.getTime()) / 1000,
    ownBound: listSchedule(recipeSeconds, cores),
  }
}
