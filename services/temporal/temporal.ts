import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from '@temporalio/client'
import { InfrastructureError } from '../../domain/failure.ts'
import type { Settings } from '../../settings/settings.ts'
import { endProcess, runningProcess } from '../process.ts'
import { registerSearchAttributes } from './search-attributes.ts'
import { type DevServer, findDevServer, logTail, spawnDevServer } from './server.ts'

/** A Temporal server that answers. */
export interface TemporalService {
  readonly address: string
  readonly namespace: string
  /** Address of its web page; null where a given server's is not known. */
  readonly uiUrl: string | null
  /** given: somebody else's. adopted: ours, and it was running. started: ours, and it was not. */
  readonly found: 'given' | 'adopted' | 'started'
  /** Version of the server, `1.32.0`. */
  readonly version: string
  readonly where: string
}

/** Finds a server that answers; null when ours does not run. Throws InfrastructureError when the given one is away. */
export async function findTemporal(settings: Settings): Promise<TemporalService | null> {
  if (settings.temporalAddress !== null) return given(settings, settings.temporalAddress)
  const server = findDevServer(storeFolder(settings))
  return server === null ? null : answering(settings, server, 'adopted', patienceSeconds)
}

/**
 * Finds a server or starts ours. One of ours that runs and has not answered after `patience` seconds is started again.
 */
export async function startTemporal(
  settings: Settings,
  say: (line: string) => void,
  patience = patienceSeconds,
): Promise<TemporalService> {
  const service =
    settings.temporalAddress !== null
      ? await given(settings, settings.temporalAddress)
      : ((await adoptOrEnd(settings, say, patience)) ?? (await startOurs(settings, say)))
  if (service.found !== 'given') await keepClosedWorkflows(service)
  await makeSearchable(settings, service, say)
  return service
}

/** Stops our server, whoever started it; a given one is left alone. */
export async function stopTemporal(settings: Settings): Promise<void> {
  const server = settings.temporalAddress === null ? findDevServer(storeFolder(settings)) : null
  if (server !== null) await endProcess(server.pid, 'SIGTERM', 30)
}

async function adoptOrEnd(
  settings: Settings,
  say: (line: string) => void,
  patience: number,
): Promise<TemporalService | null> {
  const server = findDevServer(storeFolder(settings))
  if (server === null) return null
  try {
    return await answering(settings, server, 'adopted', patience)
  } catch (error) {
    if (!(error instanceof InfrastructureError)) throw error
    say(`Temporal server ${server.pid} does not answer: starting it again`)
    await endProcess(server.pid, 'SIGTERM', 10)
    return null
  }
}

async function startOurs(settings: Settings, say: (line: string) => void): Promise<TemporalService> {
  // Loaded here, with its HTTP client: most commands find the server running.
  const { obtainTemporalBinary } = await import('./obtain.ts')
  const binary = await obtainTemporalBinary(settings.cacheDir, say)
  const ports = { port: settings.temporalPort, uiPort: settings.temporalUiPort }
  const server = await spawnDevServer(binary, storeFolder(settings), settings.temporalNamespace, ports)
  return answering(settings, server, 'started', patienceSeconds)
}

const storeFolder = (settings: Settings) => join(settings.home, 'temporal')

async function given(settings: Settings, address: string): Promise<TemporalService> {
  try {
    const version = await withConnection({ ...settings.temporalConnection, connectTimeout: 5_000 }, askVersion)
    return { address, namespace: settings.temporalNamespace, uiUrl: null, found: 'given', version, where: address }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new InfrastructureError(`TEMPORAL_ADDRESS or profile: no answer from ${address}: ${reason}`, { cause: error })
  }
}

/** A server opens its store, makes its schema and namespaces before it answers: some seconds on a busy machine. */
const patienceSeconds = 60

async function answering(
  settings: Settings,
  server: DevServer,
  found: 'adopted' | 'started',
  patience: number,
): Promise<TemporalService> {
  const address = `127.0.0.1:${server.port}`
  const deadline = Date.now() + patience * 1000
  for (;;) {
    try {
      const version = await withConnection({ address, connectTimeout: 2_000 }, async (connection) => {
        await connection.workflowService.describeNamespace({ namespace: settings.temporalNamespace })
        return askVersion(connection)
      })
      const uiUrl = `http://127.0.0.1:${server.uiPort}`
      return { address, namespace: settings.temporalNamespace, uiUrl, found, version, where: server.storePath }
    } catch (error) {
      const ended = runningProcess(server.pid) === null
      if (ended || Date.now() > deadline) {
        const tail = await logTail(storeFolder(settings))
        const what = ended ? 'ended at its start' : `does not answer on ${address}`
        throw new InfrastructureError(`Temporal server ${server.pid} ${what}; ${tail}`, { cause: error })
      }
    }
    await delay(50)
  }
}

/** The dev server forgets closed workflows after a day; operators look at last month's. */
const retention = '720h'

async function keepClosedWorkflows({ address, namespace }: TemporalService): Promise<void> {
  await withConnection({ address }, async (connection) => {
    const { msToTs } = await import('@temporalio/common/lib/time.js')
    const config = { workflowExecutionRetentionTtl: msToTs(retention) }
    await connection.workflowService.updateNamespace({ namespace, config })
  })
}

async function makeSearchable(
  settings: Settings,
  { address, namespace }: TemporalService,
  say: (line: string) => void,
): Promise<void> {
  const problem = await withConnection({ ...settings.temporalConnection, address }, (connection) =>
    registerSearchAttributes(connection, namespace),
  )
  if (problem !== null)
    say(`Temporal server: its UI will not find runs by instrument, date, kind and state: ${problem}`)
}

async function askVersion(connection: Connection): Promise<string> {
  const { serverVersion } = await connection.workflowService.getClusterInfo({})
  return serverVersion ?? ''
}

async function withConnection<T>(
  options: Settings['temporalConnection'] & { connectTimeout?: number },
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  // Loaded here: most commands ask the record alone, and Temporal's client takes its time.
  const { Connection } = await import('@temporalio/client')
  const connection = await Connection.connect(options)
  try {
    return await connection.withDeadline(Date.now() + 10_000, () => work(connection))
  } finally {
    await connection.close()
  }
}
