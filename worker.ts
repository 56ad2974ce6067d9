import os from 'node:os'
import { join } from 'node:path'
import {
  NativeConnection,
  Runtime,
  type RuntimeOptions,
  DefaultLogger,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker'
import type { Logger } from 'pino'
import { CpuGate } from './activities/cpu-gate.ts'
import type { Host, Orchestration } from './activities/dependencies.ts'
import { hostFileActivities, hostRecipeActivities, orchestrationActivities } from './activities/index.ts'
import { freeBytes } from './activities/disk-space.ts'
import { findLeftovers, removeLeftovers } from './activities/leftovers.ts'
import { startIdpMaker } from './activities/idp-maker.ts'
import { logActivities } from './activities/log-context.ts'
import { blocksAtOnce, slotsFor } from './activities/plan-date.ts'
import { openArchives } from './archive/open-archive.ts'
import { calibrationCacheIn, calibrationCacheOf } from './client/calibration-cache-of.ts'
import { dailyConfiguration } from './client/keep-daily.ts'
import { quarantineOf } from './client/quarantine-of.ts'
import { TemporalClient } from './client/temporal.ts'
import { connect, type Database } from './database/connect.ts'
import { InfrastructureError, PreconditionError } from './domain/failure.ts'
import { findPipeline, type Pipeline } from './pipeline/find-pipeline.ts'
import { datePath, monitorPage } from './monitor/server/running-monitor.ts'
import { startNightlyLook } from './nightly-look.ts'
import { startNotifier } from './notify/notifier.ts'
import { startReconciler } from './reconciler.ts'
import { becomeHostWorker } from './services/host-worker.ts'
import { findServices } from './services/services.ts'
import { loadInstrument } from './settings/instruments.ts'
import { projectRoot } from './settings/project.ts'
import type { Settings } from './settings/settings.ts'
import { filesQueue, orchestrationQueue, recipesQueue } from './workflows/ids.ts'

export type WorkerRole = 'orchestration' | 'host'

/** How a worker is told to end. First `close`: nothing new is started, recipes get their grace. Then `kill`: now. */
export interface WorkerStop {
  readonly closing: AbortSignal
  readonly killing: AbortSignal
}

const FILE_SLOTS = 4
const SEEN_EVERY_MS = 30_000
const LOOK_AT_CLOCK_EVERY_MS = 1_000

/**
 * Runs one worker of this installation until it is told to end. `orchestration` runs workflows, planning and the reconciler; `host`
 * runs files and recipes of this machine, in one process per host, since the CPU gate lives in it.
 */
export async function runWorker(settings: Settings, role: WorkerRole, stop: WorkerStop, log: Logger): Promise<void> {
  const { postgres, temporal } = await findServices(settings)
  if (postgres === null) throw new PreconditionError('PostgreSQL does not run: phoenix up starts it')
  if (temporal === null) throw new PreconditionError('the Temporal server does not run: phoenix up starts it')
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', ({ level, message, meta }) =>
      level === 'ERROR' ? log.error(meta ?? {}, message) : log.warn(meta ?? {}, message),
    ),
    ...sdkMetrics(settings, role),
  })
  const database = connect({
    url: postgres.url,
    schema: settings.databaseSchema,
    onConnectionLost: (error) => log.warn({ err: error }, 'database connection lost'),
  })
  const connection = await NativeConnection.connect({ ...settings.temporalConnection, address: temporal.address })
  try {
    const options = { connection, namespace: temporal.namespace, maxHeartbeatThrottleInterval: '5 seconds' } as const
    if (role === 'orchestration') await runOrchestration(settings, temporal.address, options, stop, database, log)
    else {
      const queue = `${temporal.address} ${temporal.namespace} ${recipesQueue(settings.queuePrefix, settings.host)}`
      const end = await becomeHostWorker({ host: settings.host, scratchDir: settings.scratchDir, queue })
      try {
        await runHost(settings, options, stop, database, log)
      } finally {
        await end()
      }
    }
  } finally {
    await connection.close()
    await database.destroy()
  }
}

type CommonOptions = Pick<WorkerOptions, 'connection' | 'namespace' | 'maxHeartbeatThrottleInterval'>

async function runOrchestration(
  settings: Settings,
  temporalAddress: string,
  options: CommonOptions,
  stop: WorkerStop,
  database: Database,
  log: Logger,
): Promise<void> {
  const worker = await Worker.create({
    ...options,
    taskQueue: orchestrationQueue(settings.queuePrefix),
    workflowBundle: { codePath: join(projectRoot(), 'dist', 'workflow-bundle.js') },
    activities: orchestrationActivities(orchestration(settings, database, log)),
    interceptors: { activity: [logActivities(null)] },
  })
  const client = await TemporalClient.connect(temporalAddress, settings)
  const endReconciler = startReconciler(database, client, dailyConfiguration(settings), log)
  const { source } = openArchives(settings.archives)
  const endLooks = startNightlyLook(database, source, join(settings.home, 'nightly-look'), log)
  const endNotifier = startNotifier(database, settings.notify, log)
  log.info('worker ready')
  try {
    await runUntilClosed([worker], stop)
  } finally {
    endReconciler()
    endLooks()
    endNotifier()
    await client.close()
  }
}

async function runHost(
  settings: Settings,
  options: CommonOptions,
  stop: WorkerStop,
  database: Database,
  log: Logger,
): Promise<void> {
  const { source, target } = openArchives(settings.archives)
  const idpMaker = startIdpMaker(Math.min(4, settings.cores))
  const host: Host = {
    ...orchestration(settings, database, log),
    name: settings.host,
    scratchDir: settings.scratchDir,
    neededBytes: settings.minimumFreeBytes,
    sayHostIsSeen: () => sayHostIsSeen(database, settings),
    gencalibDir: settings.gencalibDir,
    source,
    target,
    calibrationCache: calibrationCacheOf(settings),
    gate: new CpuGate(settings.cores, settings.memoryBytes),
    slots: new CpuGate(slotsFor(settings.cores, settings.lookAhead)),
    idpMaker,
    quarantine: quarantineOf(settings),
    findPipeline: cachedPipelines(settings.recipeDir),
    load: () => os.loadavg()[0] ?? 0,
    maximumLoad: settings.maximumLoad,
    niceness: settings.nice,
    closing: stop.closing,
    killing: stop.killing,
  }
  const seen = () => sayHostIsSeen(database, settings)
  await seen()
  await sweepAtStart(host, settings)
  const timer = setInterval(() => {
    seen().catch((error: unknown) => log.warn({ err: error }, 'cannot tell the record that this host is up'))
  }, SEEN_EVERY_MS)
  // Whoever waits for the evening at the gate enters when the window opens.
  const clock = setInterval(() => host.gate.look(), LOOK_AT_CLOCK_EVERY_MS)
  // A cancelled activity would leave its recipe; ours end by themselves when `killing` comes, so Temporal waits for them.
  const patience = { shutdownGraceTime: '10 minutes', shutdownForceTime: '11 minutes' } as const
  const interceptors = { activity: [logActivities(log)] }
  const workers = await Promise.all([
    Worker.create({
      ...options,
      ...patience,
      interceptors,
      taskQueue: filesQueue(settings.queuePrefix, settings.host),
      activities: hostFileActivities(host),
      maxConcurrentActivityTaskExecutions: FILE_SLOTS,
    }),
    Worker.create({
      ...options,
      ...patience,
      interceptors,
      taskQueue: recipesQueue(settings.queuePrefix, settings.host),
      activities: hostRecipeActivities(host),
      maxConcurrentActivityTaskExecutions: blocksAtOnce(settings.cores, settings.lookAhead),
    }),
  ])
  log.info({ host: settings.host, cores: settings.cores }, 'worker ready')
  try {
    await runUntilClosed(workers, stop)
  } finally {
    clearInterval(timer)
    clearInterval(clock)
    await idpMaker.close()
  }
}

/** Temporal's own numbers for Prometheus, on loopback: the orchestration worker at the port, the host worker at the next one. */
function sdkMetrics({ metricsPort }: Settings, role: WorkerRole): Pick<RuntimeOptions, 'telemetryOptions'> {
  if (metricsPort === null) return {}
  const port = role === 'orchestration' ? metricsPort : metricsPort + 1
  return { telemetryOptions: { metrics: { prometheus: { bindAddress: `127.0.0.1:${port}` } } } }
}

/** What crashed runs left on this host. It is no condition of the work: what cannot be removed now is told, and found the next time. */
async function sweepAtStart(host: Host, settings: Settings): Promise<void> {
  try {
    // It may have been larger before, or is off now.
    await calibrationCacheIn(settings).shrinkTo(settings.calibrationCacheBytes)
    const leftovers = await findLeftovers(host)
    const bytesFreed = await removeLeftovers(host, leftovers)
    const { removable, unknown } = leftovers
    if (removable.length + unknown.length > 0) host.log.info({ removable, unknown, bytesFreed }, 'leftovers swept')
  } catch (error) {
    host.log.warn({ err: error }, 'leftovers of earlier runs could not be swept')
  }
}

function orchestration(settings: Settings, database: Database, log: Logger): Orchestration {
  const archives = openArchives(settings.archives)
  return {
    database,
    log,
    window: settings.window,
    coresByDay: settings.coresByDay,
    dailyNights: settings.dailyNights,
    loadInstrument: (instrument) => loadInstrument(settings.instrumentDir, instrument),
    archives: archives.names,
    idpArchive: archives.target.name,
    ownHost: settings.host,
    datePage: (place) => monitorPage(settings.home, datePath(place)),
  }
}

async function runUntilClosed(workers: readonly Worker[], { closing }: WorkerStop): Promise<void> {
  const shutDown = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown()
  }
  closing.addEventListener('abort', shutDown, { once: true })
  // One that fails takes the others along, in good order: the connection is closed after all of them.
  const running = Promise.allSettled(workers.map((worker) => worker.run().finally(shutDown)))
  if (closing.aborted) shutDown()
  const failed = (await running).find((end) => end.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** Looked up once for each pipeline; a failed look is not kept, so that an installation can be mended under a running worker. */
function cachedPipelines(recipeDir: string | null): (name: string) => Promise<Pipeline> {
  const found = new Map<string, Promise<Pipeline>>()
  return (name) => {
    const known = found.get(name)
    if (known !== undefined) return known
    const looking = findPipeline(name, recipeDir ?? undefined)
    found.set(name, looking)
    looking.catch(() => found.delete(name))
    return looking
  }
}

/** Tells the record that this host is up and how much room it has. Cached calibrations make room before a block has to wait for it. */
async function sayHostIsSeen(database: Database, settings: Settings): Promise<void> {
  const { host, cores, lookAhead, scratchDir, minimumFreeBytes, maximumLoad } = settings
  const lack = minimumFreeBytes - (await freeBytes(scratchDir))
  if (lack > 0) await calibrationCacheOf(settings)?.free(lack)
  const space = { free_bytes: await freeBytes(scratchDir), needed_bytes: minimumFreeBytes }
  const [load = 0] = os.loadavg()
  const row = {
    host,
    cores,
    look_ahead: lookAhead,
    seen_at: new Date(),
    load_average: load,
    maximum_load: maximumLoad,
    ...space,
  }
  await database
    .insertInto('host')
    .values(row)
    .onConflict((conflict) => conflict.column('host').doUpdateSet(row))
    .execute()
}

/** What waits for a core when the worker ends learns it so, and is offered to the next worker. */
export const workerIsEnding = (): InfrastructureError =>
  new InfrastructureError('this worker is ending: nothing new is started')
