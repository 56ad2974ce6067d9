import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { InfrastructureError, PreconditionError } from '../../domain/failure.ts'
import type { Settings } from '../../settings/settings.ts'
import { databaseAccount } from './account.ts'
import { embeddedBinaries } from './binaries.ts'
import {
  createCluster,
  databaseName,
  findPostmaster,
  readPassword,
  startPostmaster,
  stopPostmaster,
} from './cluster.ts'
import { preparePlace, recordedFolder } from './place.ts'

/** A PostgreSQL server that answers. */
export interface PostgresService {
  readonly url: string
  /** given: somebody else's (DATABASE_URL). adopted: ours, and it was running. started: ours, and it was not. */
  readonly found: 'given' | 'adopted' | 'started'
  /** `18.4` */
  readonly version: string
  /** For people: where it lies or listens, without the password. */
  readonly where: string
}

/** Finds a server that answers; null when ours does not run. Throws InfrastructureError when the given one is away. */
export async function findPostgres(settings: Settings): Promise<PostgresService | null> {
  if (settings.databaseUrl !== null) return given(settings.databaseUrl)
  const recorded = await recordedFolder(settings.home)
  return recorded === null ? null : adopt(recorded.folder, recorded.moved)
}

/** Finds a server or starts ours, making its cluster first if need be. */
export async function startPostgres(settings: Settings, say: (line: string) => void): Promise<PostgresService> {
  const found = await findPostgres(settings)
  if (found !== null) return found
  const place = await preparePlace(settings.home, await databaseAccount(say), await embeddedBinaries(), say)
  await createCluster(place)
  await startPostmaster(place, settings.postgresPort)
  const started = await adopt(place.folder, place.moved)
  if (started === null) throw new InfrastructureError(`PostgreSQL in ${place.folder} ended right after its start`)
  return { ...started, found: 'started' }
}

/** Stops our server, whoever started it; a given one is left alone. */
export async function stopPostgres(settings: Settings): Promise<void> {
  const recorded = settings.databaseUrl === null ? await recordedFolder(settings.home) : null
  if (recorded !== null) await stopPostmaster(recorded.folder)
}

async function given(url: string): Promise<PostgresService> {
  const { host, pathname } = new URL(url)
  try {
    return { url, found: 'given', version: await askVersion(url), where: `DATABASE_URL, ${host}${pathname}` }
  } catch (error) {
    throw new InfrastructureError(`DATABASE_URL: no answer from ${host}${pathname}: ${reason(error)}`, { cause: error })
  }
}

async function adopt(folder: string, moved: string | null): Promise<PostgresService | null> {
  const postmaster = await findPostmaster(folder)
  if (postmaster === null) return null
  const password = await readPassword(folder)
  const address = (database: string) =>
    `postgresql://${databaseName}:${password}@127.0.0.1:${postmaster.port}/${database}`
  const version = await untilReady(address(databaseName), address('postgres'), folder)
  const where = `${folder}, port ${postmaster.port}${moved === null ? '' : ` (${moved})`}`
  return { url: address(databaseName), found: 'adopted', version, where }
}

/** After a crash a server recovers before it answers; how long depends on what it had to do. */
const recoverySeconds = 120
const cannotConnectNow = '57P03'
const noSuchDatabase = '3D000'

/** Version of the server when it answers for our database, which is made if there is none yet. */
async function untilReady(url: string, maintenanceUrl: string, folder: string): Promise<string> {
  const deadline = Date.now() + recoverySeconds * 1000
  for (;;) {
    try {
      return await askVersion(url)
    } catch (error) {
      if (sqlState(error) === noSuchDatabase) {
        await createDatabase(maintenanceUrl)
        continue
      }
      if (sqlState(error) === '28P01') {
        throw new PreconditionError(`PostgreSQL in ${folder} does not accept the password kept there`, { cause: error })
      }
      const comingUp = sqlState(error) === cannotConnectNow || sqlState(error) === 'ECONNREFUSED'
      if (!comingUp || Date.now() > deadline || (await findPostmaster(folder)) === null) {
        throw new InfrastructureError(`PostgreSQL in ${folder} runs and does not answer: ${reason(error)}`, {
          cause: error,
        })
      }
    }
    await delay(50)
  }
}

async function createDatabase(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [databaseName])
    if (rowCount === 0) await client.query(`create database ${databaseName}`)
  })
}

async function askVersion(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('show server_version')
    return rows[0]?.server_version.split(' ')[0] ?? ''
  })
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined) // a broken connection also rejects the query that waits on it
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end()
  }
}

function sqlState(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

/** Node reports several refused addresses as one error with an empty message. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ')
  return error instanceof Error ? error.message : String(error)
}
