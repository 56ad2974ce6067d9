import { existsSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { InfrastructureError } from '../domain/failure.ts'
import { isAlive, killRecipeProcesses } from './process-table.ts'
import type { ProcessIdentity } from './process-table.ts'
import { recipeStatusSchema } from './recipe-status.ts'
import type { RecipeStatus } from './recipe-status.ts'

/** Where a recipe of a private folder stands, as its files and the process table tell. */
export type RecipeState =
  | { readonly state: 'none' }
  | {
      readonly state: 'running'
      readonly launcherPid: number
      /** Null in the instant between the launcher's start and the recipe's. */
      readonly recipePid: number | null
      readonly startedAt: string | null
    }
  | { readonly state: 'ended'; readonly status: RecipeStatus }
  /** It was started, but nobody will write its status any more; processes of it may still run. */
  | { readonly state: 'lost' }

const processFile = z.object({
  pid: z.number().int(),
  startTicks: z.number(),
  bootId: z.string(),
  startedAt: z.string(),
})

export type ProcessFile = z.infer<typeof processFile>

/** State of the recipe in its private folder. A folder that does not exist has none. */
export function recipeState(folder: string): RecipeState {
  const launcher = launcherOf(folder)
  if (launcher === null) return { state: 'none' }
  // Looked at before the status: a launcher that ends between the two looks has written it.
  const alive = isAlive(launcher)
  const status = readStatus(folder)
  if (status !== null) return { state: 'ended', status }
  if (!alive) return { state: 'lost' }
  const recipe = recipeProcessOf(folder)
  return {
    state: 'running',
    launcherPid: launcher.pid,
    recipePid: recipe?.pid ?? null,
    startedAt: recipe?.startedAt ?? null,
  }
}

/**
 * Ends what a lost recipe left running and empties its folder, so that it can be prepared again. Read its log before.
 * The claim of the dead launcher goes last: broken off half-way, the folder is still lost and can be cleared again.
 *
 * Throws InfrastructureError if the recipe is not lost, or if a process of it cannot be killed.
 */
export async function clearLost(folder: string): Promise<void> {
  const { state } = recipeState(folder)
  if (state !== 'lost') throw new InfrastructureError(`recipe in ${folder} is not lost but ${state}: nothing cleared`)
  await killOrphans(folder)
  for (const name of readdirSync(folder)) {
    if (name !== 'launcher.json') rmSync(join(folder, name), { recursive: true, force: true })
  }
  rmSync(join(folder, 'launcher.json'), { force: true })
}

/** Ends every process of the folder's recipe, whoever started it. */
export async function killOrphans(folder: string): Promise<void> {
  const dead = await killRecipeProcesses(realpathSync(folder), recipeProcessOf(folder))
  if (!dead) throw new InfrastructureError(`processes of the recipe in ${folder} do not end after SIGKILL`)
}

/** The log as it grows: esorex gives it its final name only when it ends well enough. */
export function liveLogPath(folder: string): string {
  const final = join(folder, 'esorex.log')
  return existsSync(final) ? final : join(folder, '.logfile')
}

export function readStatus(folder: string): RecipeStatus | null {
  return parseFile(join(folder, 'status.json'), recipeStatusSchema)
}

export function launcherOf(folder: string): ProcessFile | null {
  return parseFile(join(folder, 'launcher.json'), processFile)
}

export function recipeProcessOf(folder: string): (ProcessFile & ProcessIdentity) | null {
  return parseFile(join(folder, 'recipe.json'), processFile)
}

/** Null when there is no such file; one that cannot be read as it must be is an InfrastructureError. */
export function parseFile<T>(path: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw new InfrastructureError(`cannot read ${path}`, { cause })
  }
}
