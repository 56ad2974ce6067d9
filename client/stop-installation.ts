import { inHome } from '../services/home.ts'
import { withLock } from '../services/lock.ts'
import { findServices, stopServices } from '../services/services.ts'
import type { Settings } from '../settings/settings.ts'
import { workersLock } from './installation.ts'
import { endLeftRecipes } from './left-recipes.ts'
import {
  findWorker,
  processName,
  PROCESS_ROLES,
  signalWorker,
  type WorkerProcess,
  workerEnded,
} from './worker-process.ts'

export interface Stopped {
  readonly workers: readonly { readonly role: string; readonly pid: number; readonly how: 'ended' | 'killed' }[]
  /** Blocks whose recipe was ended here because its worker was gone already. */
  readonly recipes: readonly string[]
  readonly services: readonly string[]
}

/** After the second signal a worker only kills its recipes and closes its connections. */
const KILL_AFTER_SECONDS = 30

/** Ends workers and monitor, what they left running, and the services that are ours. Says what it stops. */
export async function stopInstallation(
  settings: Settings,
  graceSeconds: number,
  say: (line: string) => void,
): Promise<Stopped> {
  const here = await inHome(settings)
  return withLock(workersLock(here.home), say, async () => {
    const found = PROCESS_ROLES.flatMap((role) => findWorker(here.home, role) ?? [])
    const workers = await Promise.all(found.map((worker) => stopWorker(worker, graceSeconds, say)))
    const recipes = await endLeftRecipes(here.scratchDir)
    for (const abName of recipes) say(`recipe of ${abName} ended: its worker was gone`)
    const services = await stopOurServices(here, say)
    return { workers, recipes, services }
  })
}

async function stopWorker(
  worker: WorkerProcess,
  graceSeconds: number,
  say: (line: string) => void,
): Promise<Stopped['workers'][number]> {
  const { role, pid } = worker
  signalWorker(worker, 'SIGTERM')
  let ended = await workerEnded(worker, graceSeconds)
  if (!ended) {
    say(`${processName(role)} has not ended in its grace of ${graceSeconds} s: its recipes are killed`)
    signalWorker(worker, 'SIGTERM')
    ended = await workerEnded(worker, KILL_AFTER_SECONDS)
  }
  if (!ended) {
    signalWorker(worker, 'SIGKILL')
    await workerEnded(worker, KILL_AFTER_SECONDS)
  }
  say(`${processName(role)} stopped (process ${pid}${ended ? '' : ', killed: it did not end by itself'})`)
  return { role, pid, how: ended ? 'ended' : 'killed' }
}

async function stopOurServices(settings: Settings, say: (line: string) => void): Promise<string[]> {
  const given = { postgres: settings.databaseUrl !== null, temporal: settings.temporalAddress !== null }
  // A given server that is away must not keep us from stopping what is ours.
  const { postgres, temporal } = await findServices({ ...settings, databaseUrl: null, temporalAddress: null })
  const stopped = [
    ...(temporal === null || given.temporal ? [] : [`Temporal server ${temporal.address}`]),
    ...(postgres === null || given.postgres ? [] : [`PostgreSQL ${postgres.where}`]),
  ]
  await stopServices(settings, say)
  for (const service of stopped) say(`${service} stopped`)
  return stopped
}
