import { join } from 'node:path'
import { inHome } from '../services/home.ts'
import { withLock } from '../services/lock.ts'
import { type Services, startServices } from '../services/services.ts'
import { connect } from '../database/connect.ts'
import { migrate } from '../database/migrate.ts'
import { InfrastructureError } from '../domain/failure.ts'
import { runningMonitor } from '../monitor/server/running-monitor.ts'
import { projectRoot } from '../settings/project.ts'
import type { Settings } from '../settings/settings.ts'
import {
  findWorker,
  processName,
  type Role,
  startWorker,
  WORKER_ROLES,
  type WorkerProcess,
  workerReady,
} from './worker-process.ts'
import { settingsHash } from './worker-environment.ts'

export interface Installation {
  readonly services: Services
  readonly workers: readonly RunningWorker[]
  /** Null when it could not be started: then the work goes on without the page. */
  readonly monitor: (RunningWorker & { readonly url: string | null }) | null
}

export interface RunningWorker {
  readonly role: Role
  readonly pid: number
  readonly found: 'started' | 'adopted'
  readonly logPath: string
}

/**
 * Starts what does not run yet: services, the newest form of the record, both workers, the monitor; what runs is adopted. Returns when
 * all are ready. Of two calls at once one starts and the other adopts.
 */
export async function startInstallation(
  settings: Settings,
  graceSeconds: number,
  say: (line: string) => void,
): Promise<Installation> {
  const services = await startServices(settings, say)
  const here = await inHome(settings)
  return withLock(workersLock(here.home), say, async () => {
    await migrateRecord(here, services.postgres.url)
    const workers = WORKER_ROLES.map((role) => findOrStart(here, role, graceSeconds, say))
    const monitor = findOrStart(here, 'monitor', graceSeconds, say)
    await Promise.all(workers.map(({ worker }) => workerReady(worker)))
    return {
      services,
      workers: workers.map(describe),
      monitor: (await isServed(monitor.worker, say))
        ? { ...describe(monitor), url: runningMonitor(here.home)?.url ?? null }
        : null,
    }
  })
}

/** Name of the lock under which workers of an installation are started and stopped. */
export const workersLock = (home: string): string => `workers of ${home}`

async function isServed(monitor: WorkerProcess, say: (line: string) => void): Promise<boolean> {
  try {
    await workerReady(monitor)
    return true
  } catch (error) {
    if (!(error instanceof InfrastructureError)) throw error
    say(error.message)
    return false
  }
}

function describe({ worker: { role, pid, logPath }, found }: ReturnType<typeof findOrStart>): RunningWorker {
  return { role, pid, logPath, found }
}

function findOrStart(
  settings: Settings,
  role: Role,
  graceSeconds: number,
  say: (line: string) => void,
): { worker: WorkerProcess; found: RunningWorker['found'] } {
  const running = findWorker(settings.home, role)
  if (running === null) return { worker: startWorker(settings, role, graceSeconds), found: 'started' }
  if (running.settings !== settingsHash(settings)) {
    say(
      `${processName(role)} runs with other settings than these: \`phoenix down\`, then \`phoenix up\` brings them in`,
    )
  }
  return { worker: running, found: 'adopted' }
}

async function migrateRecord(settings: Settings, url: string): Promise<void> {
  const database = connect({ url, schema: settings.databaseSchema, connections: 1 })
  try {
    await migrate(database, settings.databaseSchema, join(projectRoot(), 'database', 'migrations'))
  } finally {
    await database.destroy()
  }
}
