import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** A process for certain: a bare number may have been given to another one meanwhile, or before a reboot. */
export interface ProcessIdentity {
  readonly pid: number
  /** Start time in clock ticks since boot: field 22 of /proc/<pid>/stat. */
  readonly startTicks: number
  readonly bootId: string
}

export interface ProcessStat {
  readonly pid: number
  readonly state: string
  readonly group: number
  readonly session: number
  readonly startTicks: number
}

/** Identity of a living process; null when there is none with this number. */
export function identify(pid: number): ProcessIdentity | null {
  const stat = readStat(pid)
  return stat === null ? null : { pid, startTicks: stat.startTicks, bootId: bootId() }
}

/** Whether exactly this process still runs. A zombie does not run. */
export function isAlive(identity: ProcessIdentity): boolean {
  const stat = readStat(identity.pid)
  return stat !== null && stat.startTicks === identity.startTicks && stat.state !== 'Z' && identity.bootId === bootId()
}

/**
 * Living processes of the recipe of a folder: those of its process group, and those that left it but still carry the folder's
 * mark in their environment (`PHOENIX_RECIPE_FOLDER`). Walks the whole of /proc: for rare use.
 */
export function recipeProcesses(folder: string, recipe: ProcessIdentity | null): ProcessIdentity[] {
  const leader = recipe !== null && recipe.bootId === bootId() ? recipe : null
  return allProcesses()
    .filter(
      ({ pid, state, group, session, startTicks }) =>
        state !== 'Z' &&
        startTicks >= (leader?.startTicks ?? 0) &&
        ((leader !== null && group === leader.pid && session === leader.pid) || isMarked(pid, folder)),
    )
    .map(({ pid, startTicks }) => ({ pid, startTicks, bootId: bootId() }))
}

/** Sends a signal to exactly this process; false when it ended before. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false
  try {
    return process.kill(identity.pid, signal)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** Kills what is left of the recipe of a folder, and again what was forked meanwhile; false if some are there after ten seconds. */
export async function killRecipeProcesses(folder: string, recipe: ProcessIdentity | null): Promise<boolean> {
  const start = performance.now()
  for (;;) {
    const left = recipeProcesses(folder, recipe)
    if (left.length === 0) return true
    if (performance.now() - start > 10_000) return false
    for (const identity of left) signalProcess(identity, 'SIGKILL')
    await setTimeout(10)
  }
}

/** Direct children of a process, of all its threads. */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return [] // ended meanwhile
  }
}

/** Resident memory in bytes, now and at its highest; zero for a process that ended. */
export function memoryOf(pid: number): { rssBytes: number; peakRssBytes: number } {
  const text = readOrNull(`/proc/${pid}/status`) ?? ''
  const kilobytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)
  return { rssBytes: kilobytes('VmRSS') * 1024, peakRssBytes: kilobytes('VmHWM') * 1024 }
}

/** The fields after the command name, which is in parentheses and may hold blanks and parentheses itself. */
export function parseStat(text: string): ProcessStat | null {
  const [state, , group, session, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const pid = Number.parseInt(text, 10)
  const startTicks = rest[15]
  if (state === undefined || startTicks === undefined || Number.isNaN(pid)) return null
  return { pid, state, group: Number(group), session: Number(session), startTicks: Number(startTicks) }
}

function readStat(pid: number): ProcessStat | null {
  const text = readOrNull(`/proc/${pid}/stat`)
  return text === null ? null : parseStat(text)
}

function allProcesses(): ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(Number(name)))
    .filter((stat) => stat !== null)
}

function isMarked(pid: number, folder: string): boolean {
  return (readOrNull(`/proc/${pid}/environ`) ?? '').split('\0').includes(`PHOENIX_RECIPE_FOLDER=${folder}`)
}

let knownBootId: string | undefined

function bootId(): string {
  knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return knownBootId
}

/** Null when the process is gone or belongs to somebody else. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
