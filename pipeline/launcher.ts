/**
 * Runs one recipe in its private folder and writes how it ended. Started detached by a worker with the path of `job.json`; it
 * outlives that worker, so it is a program of its own that needs nothing but Node. The recipe begins at a word on the standard input.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { linkSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { captureTo } from './bounded-capture.ts'
import { childrenOf, identify, isAlive, killRecipeProcesses, memoryOf, recipeProcesses } from './process-table.ts'
import type { ProcessIdentity } from './process-table.ts'
import type { RecipeJob } from './recipe-job.ts'
import type { KilledBy, RecipeStatus } from './recipe-status.ts'
import { childrenUsage } from './resource-usage.ts'
import { writeDurably } from './write-durably.ts'

const FIRST_LOOK_MILLISECONDS = 20
const LOOK_MILLISECONDS = 240
/** The whole process table, for processes whose parent has ended, is read only at every so many looks. */
const LOOKS_PER_FULL_LOOK = 20
const CAPTURED_BYTES = 1024 * 1024

const job: RecipeJob = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
// Whoever started this has no core for the recipe yet: its word is awaited, and its end, or a closed pipe, means that none will come.
process.stdin.once('data', () => {
  process.stdin.destroy()
  // A folder is claimed once: whoever comes second has nothing to do here.
  if (claim(job.folder)) runRecipe(job)
})

function runRecipe({ folder, esorex, arguments: esorexArguments, limits, graceSeconds, nice }: RecipeJob): void {
  const startedAt = new Date().toISOString()
  const start = performance.now()
  let killedBy: KilledBy | null = null
  let peakRssBytes = 0
  let looks = 0
  let strays: ProcessIdentity[] = []
  let nextLook: NodeJS.Timeout | undefined
  let ended = false

  process.on('SIGTERM', () => cancel())
  process.on('SIGINT', () => cancel())
  process.on('SIGHUP', () => undefined)

  // Its own priority, which the recipe inherits: set on the recipe it would come too late for what that forks at once.
  if (nice > 0) setPriority(nice)
  const child = spawn(esorex, esorexArguments, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: recipeEnvironment(folder),
  })
  const recipe = child.pid === undefined ? null : identify(child.pid)
  const captures = [
    captureTo(join(folder, 'stdout.txt'), child.stdout, CAPTURED_BYTES),
    captureTo(join(folder, 'stderr.txt'), child.stderr, CAPTURED_BYTES),
  ]
  child.once('error', (error) => void end(null, null, error.message))
  child.once('exit', (exitCode, signal) => void end(exitCode, signal, null))
  if (recipe !== null) {
    writeAtOnce(join(folder, 'recipe.json'), JSON.stringify({ ...recipe, startedAt }))
    nextLook = setTimeout(look, FIRST_LOOK_MILLISECONDS)
  }

  /** Measures the recipe and kills it when it is over a limit. Often at first, since many recipes are short. */
  function look(): void {
    looks += 1
    if (recipe === null || ended) return
    if (looks % LOOKS_PER_FULL_LOOK === 0) strays = recipeProcesses(folder, recipe)
    const roots = [recipe, ...strays].filter(isAlive).map(({ pid }) => pid)
    const memory = [...withDescendants(roots)].map(memoryOf)
    const rssBytes = memory.reduce((sum, one) => sum + one.rssBytes, 0)
    peakRssBytes = Math.max(peakRssBytes, rssBytes, ...memory.map((one) => one.peakRssBytes))
    if (performance.now() - start > limits.wallSeconds * 1000) kill('wall', 'SIGKILL')
    else if (rssBytes > limits.memoryBytes) kill('memory', 'SIGKILL')
    else if (bytesIn(folder) > limits.outputBytes) kill('output', 'SIGKILL')
    nextLook = setTimeout(look, Math.min(LOOK_MILLISECONDS, FIRST_LOOK_MILLISECONDS * 2 ** looks))
  }

  function cancel(): void {
    kill('cancel', 'SIGTERM')
    setTimeout(() => kill('cancel', 'SIGKILL'), graceSeconds * 1000)
  }

  function kill(reason: KilledBy, signal: NodeJS.Signals): void {
    if (ended) return
    killedBy ??= reason
    signalGroup(child, signal)
  }

  async function end(exitCode: number | null, signal: string | null, startError: string | null): Promise<void> {
    if (ended) return
    ended = true
    clearTimeout(nextLook)
    const wallSeconds = (performance.now() - start) / 1000
    const endedAt = new Date().toISOString()
    await killRecipeProcesses(folder, recipe)
    await Promise.all(captures.map((capture) => capture.finished()))
    const status: RecipeStatus = {
      exitCode,
      signal,
      // Exit code 0 is the recipe's own: our signal came too late.
      killedBy: exitCode === 0 ? null : killedBy,
      startError,
      startedAt,
      endedAt,
      wallSeconds,
      ...childrenUsage(),
      peakRssBytes,
    }
    writeDurably(join(folder, 'status.json'), `${JSON.stringify(status, null, 2)}\n`)
    process.exit(0)
  }
}

/** Makes the folder this launcher's, for good, in one step with the content: false when another was first. */
function claim(folder: string): boolean {
  const own = join(folder, `launcher.json.${process.pid}.part`)
  writeFileSync(own, JSON.stringify({ ...identify(process.pid), startedAt: new Date().toISOString() }))
  try {
    linkSync(own, join(folder, 'launcher.json'))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(own)
  }
}

/**
 * Nothing of the caller's environment but the search paths: every option of esorex can be set by a variable and by a file in
 * the home folder, and passwords are none of a recipe's business. The mark finds processes that leave the group.
 */
function recipeEnvironment(folder: string): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH } = process.env
  return {
    PATH: PATH ?? '/usr/local/bin:/usr/bin:/bin',
    ...(LD_LIBRARY_PATH && { LD_LIBRARY_PATH }),
    LANG: 'C',
    HOME: folder,
    TMPDIR: folder,
    // One core per recipe: the worker counts on it.
    OMP_NUM_THREADS: '1',
    PHOENIX_RECIPE_FOLDER: folder,
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    // The group has ended meanwhile; its end is on the way to us.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function withDescendants(roots: readonly number[]): Set<number> {
  const all = new Set(roots)
  for (const pid of all) for (const child of childrenOf(pid)) all.add(child)
  return all
}

function bytesIn(folder: string): number {
  let bytes = 0
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) bytes += bytesIn(path)
      else bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0
    }
  } catch {
    // Removed by the recipe between two looks.
  }
  return bytes
}

/** Whole or not there, for readers at any moment; not for crashes of the machine, which end the recipe as well. */
function writeAtOnce(path: string, text: string): void {
  writeFileSync(`${path}.part`, text)
  renameSync(`${path}.part`, path)
}
