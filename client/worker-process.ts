import { spawn } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { InfrastructureError } from '../domain/failure.ts'
import { identify, isAlive, signalProcess } from '../pipeline/process-table.ts'
import { writeDurably } from '../pipeline/write-durably.ts'
import { runningProcess } from '../services/process.ts'
import { projectRoot } from '../settings/project.ts'
import type { Settings } from '../settings/settings.ts'
import { settingsHash, workerEnvironment } from './worker-environment.ts'

export const WORKER_ROLES = ['orchestration', 'host'] as const
/** The monitor is kept as the workers are, and is none: nothing waits for it. */
export const PROCESS_ROLES = [...WORKER_ROLES, 'monitor'] as const
export type Role = (typeof PROCESS_ROLES)[number]

/** `worker host`, `monitor`: a process in a person's words. */
export const processName = (role: Role): string => (role === 'monitor' ? role : `worker ${role}`)

const stateFile = z.object({
  pid: z.number().int(),
  startTicks: z.number(),
  bootId: z.string(),
  commandLine: z.array(z.string()),
  /** The log of this process begins here in the file. */
  logPath: z.string(),
  logOffset: z.number().int(),
  settings: z.string(),
})

/** A worker process of this installation, as its state file and the process table tell. */
export type WorkerProcess = z.infer<typeof stateFile> & { readonly role: Role }

/** The running worker of a role; null when there is none. A file that a dead process left behind counts for nothing. */
export function findWorker(home: string, role: Role): WorkerProcess | null {
  const state = readState(statePath(home, role))
  if (state === null || !isAlive(state)) return null
  const { commandLine } = runningProcess(state.pid) ?? { commandLine: [] }
  return commandLine.join('\0') === state.commandLine.join('\0') ? { ...state, role } : null
}

/** Starts a worker in a session of its own, so that it outlives the terminal; its log is appended to `<home>/log`. */
export function startWorker(settings: Settings, role: Role, graceSeconds: number): WorkerProcess {
  const logPath = join(settings.home, 'log', `${fileName(role)}.log`)
  for (const folder of ['log', 'run']) mkdirSync(join(settings.home, folder), { recursive: true })
  const log = openSync(logPath, 'a')
  try {
    const logOffset = fstatSync(log).size
    const program = join(projectRoot(), 'dist', 'client', 'phoenix.js')
    const words = role === 'monitor' ? [role] : ['worker', '--role', role, '--grace-seconds', String(graceSeconds)]
    const commandLine = [process.execPath, program, ...words]
    const child = spawn(process.execPath, commandLine.slice(1), {
      cwd: settings.home,
      env: workerEnvironment(settings, process.env),
      detached: true,
      stdio: ['ignore', log, log],
    })
    child.unref()
    const identity = child.pid === undefined ? null : identify(child.pid)
    if (identity === null)
      throw new InfrastructureError(`${processName(role)} cannot be started: ${commandLine.join(' ')}`)
    const state = { ...identity, commandLine, logPath, logOffset, settings: settingsHash(settings) }
    writeDurably(statePath(settings.home, role), JSON.stringify(state))
    return { ...state, role }
  } finally {
    closeSync(log)
  }
}

/** Waits until the worker says in its log that it is ready. @throws InfrastructureError with its last lines when it ends before. */
export async function workerReady(worker: WorkerProcess): Promise<void> {
  for (;;) {
    // In this order: what a process that has ended wrote before is seen.
    const alive = isAlive(worker)
    if (saysReady(worker)) return
    if (!alive) {
      const said = logOf(worker).trim().split('\n').slice(-5).join('\n')
      throw new InfrastructureError(
        `${processName(worker.role)} ended at its start; its log (${worker.logPath}) ends with:\n${said}`,
      )
    }
    await delay(50)
  }
}

export function signalWorker(worker: WorkerProcess, signal: NodeJS.Signals): boolean {
  return signalProcess(worker, signal)
}

/** True when the worker has ended within so many seconds. */
export async function workerEnded(worker: WorkerProcess, seconds: number): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000
  while (isAlive(worker)) {
    if (performance.now() > deadline) return false
    await delay(50)
  }
  return true
}

function saysReady({ pid, ...worker }: WorkerProcess): boolean {
  return logOf({ pid, ...worker })
    .split('\n')
    .some((line) => /"(worker|monitor) ready"/.test(line) && line.includes(`"pid":${pid},`))
}

function logOf({ logPath, logOffset }: WorkerProcess): string {
  return readFileSync(logPath).subarray(logOffset).toString()
}

function statePath(home: string, role: Role): string {
  return join(home, 'run', `${fileName(role)}.json`)
}

function fileName(role: Role): string {
  return role === 'monitor' ? role : `worker-${role}`
}

function readState(path: string): z.infer<typeof stateFile> | null {
  try {
    return stateFile.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      return null
    throw error
  }
}
