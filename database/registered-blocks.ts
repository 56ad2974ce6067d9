import { sql, type Transaction } from 'kysely'
import type { LeftOut } from '../domain/certification.ts'
import type { KnownBlock } from '../domain/registration.ts'
import type { Database } from './connect.ts'
import type { Schema } from './schema.ts'

/** Blocks of a date, and those with one of the names wherever they are, by name; their rows stay locked for the transaction. */
export async function knownBlocks(
  transaction: Transaction<Schema>,
  instrument: string,
  date: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, KnownBlock>> {
  // In one order, so that two registrations which meet do not wait for each other.
  const rows = await transaction
    .selectFrom('sciproc_ab as a')
    .innerJoin('ab_version as v', (join) =>
      join
        .onRef('v.instrument', '=', 'a.instrument')
        .onRef('v.ab_name', '=', 'a.ab_name')
        .onRef('v.version', '=', 'a.version'),
    )
    .select(['a.ab_name', 'a.date', 'a.version', 'a.state', 'a.generation', 'a.left_out_code', 'a.cause', 'v.sha256'])
    .where('a.instrument', '=', instrument)
    .where((where) => where.or([where('a.date', '=', date), sql<boolean>`a.ab_name = any(${[...names]})`]))
    .orderBy('a.ab_name')
    .forNoKeyUpdate('a')
    .execute()
  const newest = await newestVersions(
    transaction,
    instrument,
    rows.map((row) => row.ab_name),
  )
  return new Map(
    rows.map((row) => {
      const { ab_name: name, date: registeredDate, state, generation, version, sha256 } = row
      const leftOut = reason(row.left_out_code, row.cause)
      const last = newest.get(name) ?? { version, sha256, leftOut }
      return [name, { date: registeredDate, state, generation, version, sha256, leftOut, newest: last }]
    }),
  )
}

/** The content of each block that was registered last. */
export async function newestContents(
  database: Database,
  instrument: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map()
  const rows = await newest(database, instrument, names).select('content').execute()
  return new Map(rows.map((row) => [row.ab_name, row.content]))
}

async function newestVersions(
  database: Database,
  instrument: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, KnownBlock['newest']>> {
  if (names.length === 0) return new Map()
  const rows = await newest(database, instrument, names)
    .select(['version', 'sha256', 'left_out_code', 'left_out_text'])
    .execute()
  return new Map(
    rows.map((row) => {
      const leftOut = reason(row.left_out_code, row.left_out_text)
      return [row.ab_name, { version: row.version, sha256: row.sha256, leftOut }]
    }),
  )
}

function newest(database: Database, instrument: string, names: readonly string[]) {
  return database
    .selectFrom('ab_version')
    .distinctOn('ab_name')
    .select('ab_name')
    .where('instrument', '=', instrument)
    .where(sql<boolean>`ab_name = any(${[...names]})`)
    .orderBy('ab_name')
    .orderBy('version', 'desc')
}

function reason(code: LeftOut['code'] | null, text: string | null): LeftOut | null {
  return code === null ? null : { code, text: text ?? '' }
}
