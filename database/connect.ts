import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Schema } from './schema.ts'

export type Database = Kysely<Schema>

export interface ConnectOptions {
  readonly url: string
  /** PostgreSQL schema that holds the record; `phoenix` by default, one of its own for each test. */
  readonly schema: string
  readonly connections?: number
  /** Called when the server drops an idle connection; the pool opens another one by itself. */
  readonly onConnectionLost?: (error: Error) => void
}

const BIGINT = 20
const DATE = 1082

/** Opens a pool on the record. It connects when first used; close it with `destroy()`. */
export function connect(options: ConnectOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections ?? 10,
    options: `-c search_path=${checkedSchemaName(options.schema)}`,
    connectionTimeoutMillis: 10_000,
    application_name: 'phoenix',
    types: { getTypeParser },
  })
  // Without a listener an idle connection that the server drops would end the whole process.
  pool.on('error', (error) => options.onConnectionLost?.(error))
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
}

export function checkedSchemaName(schema: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return schema
  throw new Error(`'${schema}' is not a schema name: small letters, digits and _ only`)
}

/** Dates stay text (a night has no time zone); counts and identities become numbers. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === DATE) return (value) => value
  if (oid === BIGINT) return Number
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text')
}
