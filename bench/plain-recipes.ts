import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RegisteredAb } from '../database/plan.ts'
import { isGencalib } from '../domain/file-name.ts'
import { findPipeline } from '../pipeline/find-pipeline.ts'
import { recipeJobSchema } from '../pipeline/recipe-job.ts'
import { prepareRecipe } from '../pipeline/run-recipe.ts'
import type { Settings } from '../settings/settings.ts'

/**
 * Runs the recipe of a block as phoenix would, on files straight from the archive, and does nothing else: no launcher, no checks, no
 * record. Returns seconds; the exit code is not looked at, since a recipe that fails takes its time as well.
 */
export async function runPlain(settings: Settings, { ab, abName }: RegisteredAb): Promise<number> {
  const folder = join(settings.home, 'plain', abName)
  const archived = (room: string, name: string) => join(settings.archive.dir, room, name)
  await prepareRecipe({
    folder,
    pipeline: await pipeline,
    recipe: ab.recipe,
    parameters: ab.recipeParameters,
    frames: [
      ...ab.rawFiles.map(({ fileName, tag }) => ({ path: archived('raw', fileName), tag })),
      ...ab.calibrations.map(({ fileName, category }) => {
        return { path: archived(isGencalib(fileName, 'UVES') ? 'gencalib' : 'mcalib', fileName), tag: category }
      }),
    ],
    limits: { wallSeconds: 3600, memoryBytes: 1e12, outputBytes: 1e12 },
  })
  const { esorex, arguments: words } = recipeJobSchema.parse(JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8')))
  const start = performance.now()
  const env = { ...process.env, HOME: folder, OMP_NUM_THREADS: '1' }
  await once(spawn(esorex, words, { cwd: folder, env, stdio: 'ignore' }), 'exit')
  const seconds = (performance.now() - start) / 1000
  await rm(folder, { recursive: true, force: true })
  return seconds
}

const pipeline = findPipeline('uves')

/** Runs all of them, so many at once, each core taking the next one as soon as it is free. Returns seconds for all. */
export async function runPool(settings: Settings, recipes: readonly RegisteredAb[], cores: number): Promise<number> {
  const start = performance.now()
  const waiting = [...recipes]
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await runPlain(settings, next)
  }
  await Promise.all(Array.from({ length: cores }, lane))
  return (performance.now() - start) / 1000
}

/** List scheduling: each task, in order, on the core that is free first. The end of the last one. */
export function listSchedule(seconds: readonly number[], cores: number): number {
  const busyUntil = Array.from({ length: cores }, () => 0)
  for (const time of seconds) {
    const first = busyUntil.indexOf(Math.min(...busyUntil))
    busyUntil[first] = (busyUntil[first] ?? 0) + time
  }
  return Math.max(...busyUntil)
}
