import { readdirSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Processes of this machine as Linux's /proc shows them. A number alone does not name a process, since numbers are
 * used again: who keeps one must also look at the command line.
 */
export interface RunningProcess {
  readonly pid: number
  readonly commandLine: readonly string[]
  /** The account that it runs under. */
  readonly userId: number
}

/** All running processes (not those that have ended and wait to be reaped). */
export function runningProcesses(): RunningProcess[] {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return numbers.flatMap((name) => runningProcess(Number(name)) ?? [])
}

export function runningProcess(pid: number): RunningProcess | null {
  const status = readProc(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const commandLine = readProc(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  const userId = readProc(() => statSync(`/proc/${pid}`).uid)
  if (status === null || commandLine === null || userId === null) return null
  // The name in parentheses may itself hold `) Z`; the state follows the last one.
  const state = status.slice(status.lastIndexOf(')') + 2, status.lastIndexOf(')') + 3)
  if (state === 'Z' || state === 'X') return null
  return { pid, commandLine: commandLine.split('\0').slice(0, -1), userId }
}

/** Waits until the process has ended; false when it has not after so many seconds. */
export async function hasEnded(pid: number, seconds: number): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000
  while (runningProcess(pid) !== null) {
    if (Date.now() > deadline) return false
    await delay(20)
  }
  return true
}

/** Asks the process to end with `signal` and kills it when it has not after so many seconds. */
export async function endProcess(pid: number, signal: NodeJS.Signals, seconds: number): Promise<void> {
  send(pid, signal)
  if (await hasEnded(pid, seconds)) return
  send(pid, 'SIGKILL')
  await hasEnded(pid, seconds)
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!isCode(error, 'ESRCH')) throw error
  }
}

/** A process may end between two looks at it. */
function readProc<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ESRCH')) return null
    throw error
  }
}

/** Whether this is an error of the operating system with one of the codes. */
export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}
