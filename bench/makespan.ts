import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connect, type Database } from '../database/connect.ts'
import { absWithoutAnswer, type RegisteredAb } from '../database/plan.ts'
import { findPostgres } from '../services/postgres/postgres.ts'
import { projectRoot } from '../settings/project.ts'
import { readSettings, type Settings } from '../settings/settings.ts'
import { simulateNight } from '../simulator/night.ts'
import { listSchedule, runPlain, runPool } from './plain-recipes.ts'

/**
 * How long the demo night takes, held against what a perfect scheduler could do with the same recipes on the same cores:
 * `npm run bench:makespan [-- ROUNDS]`.
 *
 * Each round processes the night with phoenix in an installation of its own, then runs every recipe of it alone, then all of them in a plain
 * pool of processes that does nothing else. Figures count when the machine has nothing else to do.
 */
async function main(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(os.tmpdir(), 'phoenix-bench-'))
  await chmod(folder, 0o711) // the account of the database must pass through
  const cores = Number(process.env['PHOENIX_CORES'] ?? os.availableParallelism())
  try {
    await simulateNight({ instrument: 'UVES', date: DATE, seed: 1, folder })
    const done: Round[] = []
    while (done.length < rounds) {
      done.push(await runRound(folder, join(folder, `round-${done.length + 1}`), cores))
      console.log(`round ${done.length} of ${rounds} done`)
    }
    console.log(
      `\n${cores} cores of ${os.cpus()[0]?.model ?? 'an unknown CPU'}${' '.repeat(8)}each round, then the median`,
    )
    for (const { title, of } of MEASURES) {
      const values = [...done.map(of), median(done.map(of))]
      console.log(title.padEnd(44) + values.map((value) => value.toFixed(3).padStart(9)).join(''))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const DATE = '2026-03-01'

interface Round {
  /** List schedule of the recipes' times when each runs alone. */
  readonly bound: number
  readonly pool: number
  /** First recipe start to last recorded answer. */
  readonly makespan: number
  /** Order to closed run: with plan, downloads, ingestion, clean-up. */
  readonly run: number
  /** List schedule of the recipes' times as they were in phoenix. */
  readonly ownBound: number
  /** Processes that wanted a core before the round: 0 on a machine that has nothing else to do. */
  readonly load: number
}

const MEASURES: readonly { readonly title: string; readonly of: (round: Round) => number }[] = [
  { title: 'list-scheduling bound of the solo times, s', of: ({ bound }) => bound },
  { title: 'plain pool of processes, s', of: ({ pool }) => pool },
  { title: 'phoenix, first start to last answer, s', of: ({ makespan }) => makespan },
  { title: 'phoenix, order to closed run, s', of: ({ run }) => run },
  { title: 'phoenix / bound of the solo times', of: ({ makespan, bound }) => makespan / bound },
  { title: 'phoenix / plain pool', of: ({ makespan, pool }) => makespan / pool },
  { title: 'phoenix / bound of its own recipe times', of: ({ makespan, ownBound }) => makespan / ownBound },
  { title: 'load of the machine before', of: ({ load }) => load },
]

async function runRound(nightFolder: string, home: string, cores: number): Promise<Round> {
  const [load = Number.NaN] = os.loadavg()
  const env = {
    ...process.env,
    PHOENIX_HOME: home,
    PHOENIX_CORES: String(cores),
    PHOENIX_ARCHIVE: join(nightFolder, 'archive'),
    PHOENIX_AB_DIR: join(nightFolder, 'ab'),
  }
  await mkdir(home, { mode: 0o711 })
  const settings = readSettings(env)
  const { recipes, ...times } = await phoenixNight(settings, env, cores)
  const solo: number[] = []
  for (const recipe of recipes) solo.push(await runPlain(settings, recipe))
  const pool = await runPool(settings, recipes, cores)
  return { load, bound: listSchedule(solo, cores), pool, ...times }
}

type PhoenixNight = Pick<Round, 'makespan' | 'run' | 'ownBound'> & {
  /** Blocks whose recipe was run, in the order of their starts. */
  readonly recipes: readonly RegisteredAb[]
}

async function phoenixNight(settings: Settings, env: NodeJS.ProcessEnv, cores: number): Promise<PhoenixNight> {
  const phoenix = (...words: string[]) => promisify(execFile)(join(projectRoot(), 'bin', 'phoenix'), words, { env })
  try {
    await phoenix('up')
    await phoenix('register', 'UVES', DATE)
    const postgres = await findPostgres(settings)
    const database = connect({ url: postgres?.url ?? '', schema: settings.databaseSchema })
    try {
      const abs = await absWithoutAnswer(database, 'UVES', DATE)
      await phoenix('run', 'UVES', DATE, '--wait')
      return await readTimes(database, abs, cores)
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
  return {
    recipes: starts.flatMap(({ ab_name }) => abs.find(({ abName }) => abName === ab_name) ?? []),
    makespan: (last - (starts[0]?.started_at.getTime() ?? Number.NaN)) / 1000,
    run: ((closed?.getTime() ?? Number.NaN) - opened.getTime()) / 1000,
    ownBound: listSchedule(
      starts.map(({ wall_seconds }) => wall_seconds ?? Number.NaN),
      cores,
    ),
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return ((sorted[half] ?? Number.NaN) + (sorted[(sorted.length - 1) >> 1] ?? Number.NaN)) / 2
}

await main(Number(process.argv[2] ?? 3))
