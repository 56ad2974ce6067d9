import type { Logger } from 'pino'
import { connect, type Database } from '../database/connect.ts'
import { migrate } from '../database/migrate.ts'
import { join } from 'node:path'
import { PreconditionError } from '../domain/failure.ts'
import { findServices } from '../services/services.ts'
import { projectRoot } from '../settings/project.ts'
import type { Settings } from '../settings/settings.ts'
import { TemporalClient } from './temporal.ts'

/** What a command gets: the settings, where to write, and nothing opened yet. */
export interface CommandContext {
  readonly settings: Settings
  readonly log: Logger
}

/** Runs `work` with the record open, brought to its newest form. Throws PreconditionError when PostgreSQL does not run. */
export async function withRecord<Result>(settings: Settings, work: (database: Database) => Promise<Result>): Promise<Result> {
  const { postgres } = await findServices(settings)
  if (postgres === null) throw new PreconditionError('PostgreSQL does not run: phoenix up starts it')
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
export async function withTemporal<Result>(settings: Settings, work: (temporal: TemporalClient | null) => Promise<Result>): Promise<Result> {
  const address = await temporalAddress(settings)
  if (address === null) return work(null)
  const client = await TemporalClient.connect(address, settings)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

async function temporalAddress(settings: Settings): Promise<string | null> {
  try {
    return (await findServices(settings)).temporal?.address ?? null
  } catch {
    return settings.temporalAddress
  }
}
