import { join } from 'node:path'
import { connect, type Database } from '../database/connect.ts'
import { migrate } from '../database/migrate.ts'
import { InfrastructureError, PreconditionError } from '../domain/failure.ts'
import { inHome } from '../services/home.ts'
import { findPostgres } from '../services/postgres/postgres.ts'
import { findTemporal } from '../services/temporal/temporal.ts'
import { projectRoot } from '../settings/project.ts'
import type { Settings } from '../settings/settings.ts'
import type { ExitCode } from './exit-code.ts'
import type { Output } from './output.ts'
import type { TemporalClient } from './temporal.ts'

/** What a command gets: the settings and where to write, and nothing opened yet. */
export interface CommandContext {
  readonly settings: Settings
  readonly output: Output
}

/** Runs the work of a command, which returns the exit code of the program; the program turns what it throws into one line. */
export type CarryOut = (
  options: { readonly json?: boolean },
  work: (context: CommandContext) => Promise<ExitCode>,
) => Promise<void>

/**
 * Runs `work` with the record open, brought to its newest form. Temporal may be away.
 * @throws PreconditionError when PostgreSQL does not run
 */
export async function withRecord<Result>(
  settings: Settings,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const postgres = await findPostgres(await inHome(settings))
  if (postgres === null) throw new PreconditionError('PostgreSQL does not run: `phoenix up` starts it')
  const database = connect({ url: postgres.url, schema: settings.databaseSchema, connections: 4 })
  try {
    await migrate(database, settings.databaseSchema, join(projectRoot(), 'database', 'migrations'))
    return await work(database)
  } finally {
    await database.destroy()
  }
}

/**
 * Runs `work` with a client of the Temporal server, or with null when the server is away: the rows of the record are the truth, and
 * the reconciler brings Temporal after them.
 */
export async function withTemporal<Result>(
  settings: Settings,
  work: (temporal: TemporalClient | null) => Promise<Result>,
): Promise<Result> {
  const client = await reachTemporal(settings)
  try {
    return await work(client)
  } finally {
    await client?.close()
  }
}

async function reachTemporal(settings: Settings): Promise<TemporalClient | null> {
  try {
    const temporal = await findTemporal(await inHome(settings))
    if (temporal === null) return null
    // Loaded here: most commands ask the record alone, and Temporal's client takes its time.
    const { TemporalClient: Client } = await import('./temporal.ts')
    return await Client.connect(temporal.address, settings)
  } catch (error) {
    if (error instanceof InfrastructureError) return null
    throw error
  }
}
