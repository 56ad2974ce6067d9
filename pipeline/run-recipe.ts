import { mkdirSync, realpathSync, watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { join } from 'node:path'
import { InfrastructureError } from '../domain/failure.ts'
import type { Pipeline } from './find-pipeline.ts'
import { signalProcess } from './process-table.ts'
import { launcherLog, type ReadyLauncher, readyLauncher } from './ready-launcher.ts'
import { killOrphans, launcherOf, parseFile, readStatus, recipeProcessOf, recipeState } from './recipe-folder.ts'
import type { RecipeState } from './recipe-folder.ts'
import { recipeJobSchema } from './recipe-job.ts'
import type { RecipeJob, RecipeLimits } from './recipe-job.ts'
import type { RecipeStatus } from './recipe-status.ts'
import { formatSetOfFrames } from './set-of-frames.ts'
import type { Frame } from './set-of-frames.ts'
import { writeDurably } from './write-durably.ts'

export { clearLost, liveLogPath, recipeState } from './recipe-folder.ts'
export type { RecipeState } from './recipe-folder.ts'
export { type ReadyLauncher, readyLauncher } from './ready-launcher.ts'
export type { RecipeLimits } from './recipe-job.ts'
export type { RecipeStatus } from './recipe-status.ts'

export interface RecipeToPrepare {
  /** Belongs to this recipe alone: the recipe works in it, its size is limited, and it is emptied when the recipe is lost. */
  readonly folder: string
  readonly pipeline: Pipeline
  readonly recipe: string
  /** Recipe parameters as in the association block, `--reduce.merge=sum`. */
  readonly parameters: readonly string[]
  readonly frames: readonly Frame[]
  readonly limits: RecipeLimits
  /** From SIGTERM to SIGKILL when cancelled; default 5. */
  readonly graceSeconds?: number
  /** 0 to 19; default 0. */
  readonly nice?: number
}

/**
 * Writes what a recipe needs into its private folder: `in.sof`, `job.json`, `products/`. Starts nothing and may be repeated.
 * A folder in which a recipe was started already, whatever became of it, is left as it is; the answer tells its state.
 */
export async function prepareRecipe(recipe: RecipeToPrepare): Promise<RecipeState> {
  const setOfFrames = formatSetOfFrames(recipe.frames)
  const state = recipeState(recipe.folder)
  if (state.state !== 'none') return state
  mkdirSync(join(recipe.folder, 'products'), { recursive: true })
  const job: RecipeJob = {
    folder: realpathSync(recipe.folder),
    esorex: recipe.pipeline.esorex,
    arguments: esorexArguments(recipe),
    limits: recipe.limits,
    graceSeconds: recipe.graceSeconds ?? 5,
    nice: recipe.nice ?? 0,
  }
  writeDurably(join(recipe.folder, 'in.sof'), setOfFrames)
  writeDurably(join(recipe.folder, 'job.json'), `${JSON.stringify(recipeJobSchema.parse(job), null, 2)}\n`)
  return state
}

/**
 * Starts the prepared recipe under a launcher that outlives this process; resolves when it runs or has ended already.
 * A recipe that was started before is joined, never started again; of two calls at once one starts it.
 *
 * Throws InfrastructureError if the launcher cannot start or the recipe is lost (`clearLost` first), PreconditionError if the
 * launcher is not built.
 *
 * @param launcher started before for this folder; without one it is started now
 */
export async function startRecipe(folder: string, launcher?: ReadyLauncher): Promise<void> {
  const { state } = recipeState(folder)
  if (state === 'lost')
    throw new InfrastructureError(`recipe in ${folder} was started before and is lost: clear it first`)
  if (state === 'ended') return
  const own = state === 'none' ? (launcher ?? readyLauncher(folder)) : null
  own?.go()
  await watchFolder(folder, () => {
    const now = recipeState(folder)
    if (now.state === 'ended' || (now.state === 'running' && now.recipePid !== null)) return true
    if (now.state === 'lost' || (now.state === 'none' && own?.hasEnded())) {
      throw new InfrastructureError(`the launcher in ${folder} ended before its recipe started: ${launcherLog(folder)}`)
    }
    return null
  })
}

/**
 * Waits for the end of a recipe, whoever started it.
 *
 * Rejects with the signal's reason (an AbortError) when that aborts, without touching the recipe, and with InfrastructureError
 * when no status will come (not started, or lost).
 */
export async function waitForRecipe(folder: string, options: { signal?: AbortSignal } = {}): Promise<RecipeStatus> {
  return watchFolder(
    folder,
    () => {
      const now = recipeState(folder)
      if (now.state === 'ended') return now.status
      if (now.state === 'running') return null
      throw new InfrastructureError(`recipe in ${folder} has no end to wait for: ${now.state}`)
    },
    options.signal,
  )
}

/**
 * Kills a recipe with all its processes and waits until that is so. Null when none runs under a launcher: never started, or
 * lost (what is left of it is killed all the same). One that ended by itself meanwhile keeps its own status.
 */
export async function cancelRecipe(folder: string): Promise<RecipeStatus | null> {
  const { state } = recipeState(folder)
  if (state === 'none') return null
  if (state === 'lost') {
    await killOrphans(folder)
    return null
  }
  const launcher = launcherOf(folder)
  if (launcher !== null) signalProcess(launcher, 'SIGTERM')
  const job = parseFile(join(folder, 'job.json'), recipeJobSchema)
  const patience = AbortSignal.timeout(((job?.graceSeconds ?? 0) + 5) * 1000)
  try {
    return await waitForRecipe(folder, { signal: patience })
  } catch (error) {
    if (!patience.aborted && recipeState(folder).state !== 'lost') throw error
  }
  return cancelByForce(folder)
}

/** For a launcher that does not answer: kills it and the recipe, and writes the status in its place. */
async function cancelByForce(folder: string): Promise<RecipeStatus> {
  const launcher = launcherOf(folder)
  if (launcher !== null) signalProcess(launcher, 'SIGKILL')
  await killOrphans(folder)
  const written = readStatus(folder)
  if (written !== null) return written
  const startedAt = recipeProcessOf(folder)?.startedAt ?? launcher?.startedAt ?? new Date().toISOString()
  const endedAt = new Date().toISOString()
  const status: RecipeStatus = {
    exitCode: null,
    signal: 'SIGKILL',
    killedBy: 'cancel',
    startError: null,
    startedAt,
    endedAt,
    wallSeconds: Math.max(0, (Date.parse(endedAt) - Date.parse(startedAt)) / 1000),
    cpuSeconds: null,
    peakRssBytes: null,
    bytesRead: null,
    bytesWritten: null,
  }
  writeDurably(join(folder, 'status.json'), `${JSON.stringify(status, null, 2)}\n`)
  return status
}

function esorexArguments({ pipeline, recipe, parameters }: RecipeToPrepare): string[] {
  return [`--recipe-dir=${pipeline.recipeDir}`, ...esorexOptions(), recipe, ...parameters, 'in.sof']
}

/** Options of esorex with which every recipe runs: all that matter are given, so that nobody's esorex.rc has a say. */
export function esorexOptions(): readonly string[] {
  return [
    '--output-dir=products',
    '--log-dir=.',
    '--log-file=esorex.log',
    '--suppress-prefix=TRUE',
    '--suppress-link=TRUE',
    '--products-sof=products.json',
    '--time=TRUE',
    '--msg-level=warning',
  ]
}

/** Files of the launcher whose appearance is worth a look; the recipe's own are many. */
const TELLING = new Set(['recipe.json', 'status.json'])

/** Looks until there is something to see: when a telling file appears, and twice a second in case that goes unnoticed. */
function watchFolder<T>(folder: string, look: () => T | null, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const watcher = watchOrNull(folder, (name) => {
      if (name === null || TELLING.has(name)) check()
    })
    const timer = setInterval(check, 500)
    const onAbort = () => settle(() => reject(signal?.reason))
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
    else check()

    function check(): void {
      try {
        const found = look()
        if (found !== null) settle(() => resolve(found))
      } catch (error) {
        settle(() => reject(error))
      }
    }

    function settle(answer: () => void): void {
      watcher?.close()
      clearInterval(timer)
      signal?.removeEventListener('abort', onAbort)
      answer()
    }
  })
}

/** Null where the system has no watch left to give: polling alone does then. */
function watchOrNull(folder: string, onName: (name: string | null) => void): FSWatcher | null {
  try {
    const watcher = watch(folder, (_event, name) => onName(name))
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return null
  }
}
