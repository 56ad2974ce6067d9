import { promisify } from 'node:util'
import { gunzip as gunzipCallback } from 'node:zlib'
import { sql } from 'kysely'
import type { AbState } from '../domain/ab-state.ts'
import { attemptText } from './attempts.ts'
import type { Database } from './connect.ts'
import { scoresOf } from './scores.ts'

const gunzip = promisify(gunzipCallback)

/** Key and present state of one association block. */
export interface AbKey {
  readonly instrument: string
  readonly abName: string
  readonly date: string
  readonly state: AbState
  readonly generation: number
  readonly version: number
  readonly leftOutCode: string | null
  readonly cause: string | null
  readonly rawType: string | null
  readonly programId: string | null
  readonly mjdObs: number | null
}

/** Blocks with this name (with or without `.ab`), or that hold a raw of this name or dp_id in their present version. */
export async function findAbs(database: Database, name: string): Promise<readonly AbKey[]> {
  const rows = await database
    .selectFrom('sciproc_ab as a')
    .selectAll('a')
    .where(
      sql<boolean>`(a.instrument, a.ab_name, a.version) in (
        select instrument, ab_name, version from sciproc_ab where ab_name in (${name}, ${`${name}.ab`})
        union select instrument, ab_name, version from ab_raw where dp_id = ${name}
        union select instrument, ab_name, version from ab_raw where file_name = ${name})`,
    )
    .orderBy('a.instrument')
    .orderBy('a.ab_name')
    .execute()
  return rows.map((row) => ({
    instrument: row.instrument,
    abName: row.ab_name,
    date: row.date,
    state: row.state,
    generation: row.generation,
    version: row.version,
    leftOutCode: row.left_out_code,
    cause: row.cause,
    rawType: row.raw_type,
    programId: row.program_id,
    mjdObs: row.mjd_obs,
  }))
}

export type AbRecord = Awaited<ReturnType<typeof readAbRecord>>

/** Everything that the record says of one block, but for the texts and the QC1 values themselves. */
export async function readAbRecord(database: Database, key: AbKey) {
  const of = { instrument: key.instrument, ab_name: key.abName }
  const versions = await database
    .selectFrom('ab_version')
    .select(['version', 'sha256', 'registered_at', sql<boolean>`parsed is not null`.as('readable')])
    .where((where) => where.and(of))
    .orderBy('version')
    .execute()
  const raws = await database
    .selectFrom('raw_status')
    .select(['dp_id', 'status', 'cause', 'idp'])
    .where((where) => where.and(of))
    .orderBy('dp_id')
    .execute()
  const attempts = await database
    .selectFrom('attempt')
    .selectAll()
    .where((where) => where.and(of))
    .orderBy('generation')
    .execute()
  const starts = await database
    .selectFrom('recipe_start')
    .select(['start_id', 'run_number', 'generation', 'host', 'folder', 'started_at', 'ended_at', 'ended_as', 'detail'])
    .select(['parameters', 'instrument_file'])
    .where((where) => where.and(of))
    .orderBy('start_id')
    .execute()
  const inputs = await database
    .selectFrom('attempt_input')
    .select(['kind', 'file_name', 'category', 'bytes', 'sha256'])
    .where((where) => where.and(of))
    .where('generation', '=', key.generation)
    .orderBy('kind', 'desc')
    .orderBy('file_name')
    .execute()
  const { count: qc1Count } = await database
    .selectFrom('qc1')
    .select(sql<number>`count(*)`.as('count'))
    .where((where) => where.and(of))
    .where('generation', '=', key.generation)
    .executeTakeFirstOrThrow()
  const scores = await scoresOf(database, key)
  const warnings = await attemptText(database, key, 'warnings')
  const idps = await database
    .selectFrom('idp')
    .select(['archive_name', 'role', 'generation', 'kind', 'state', 'category', 'bytes', 'sha256', 'waiting_path'])
    .select(['created_at', 'ingested_at', 'superseded_by'])
    .where((where) => where.and(of))
    .orderBy('archive_name')
    .execute()
  const events = await database
    .selectFrom('event')
    .select(['at', 'kind', 'message', 'who', 'run_number'])
    .where((where) => where.and(of))
    .orderBy('event_id')
    .execute()
  return { ...key, versions, raws, attempts, starts, inputs, qc1Count, scores, warnings, idps, events }
}

/** What the last start of a generation that gave no answer had logged; null when there is none. */
export async function lastStartLog(
  database: Database,
  key: { readonly instrument: string; readonly abName: string; readonly generation: number },
): Promise<string | null> {
  const row = await database
    .selectFrom('recipe_start')
    .select('log')
    .where('instrument', '=', key.instrument)
    .where('ab_name', '=', key.abName)
    .where('generation', '=', key.generation)
    .where('log', 'is not', null)
    .orderBy('start_id', 'desc')
    .executeTakeFirst()
  return row?.log === null || row?.log === undefined ? null : (await gunzip(row.log)).toString()
}

/** The start of a block that has no end yet: a recipe at work, or one that was lost. */
export async function openStart(
  database: Database,
  { instrument, abName }: { readonly instrument: string; readonly abName: string },
): Promise<{ readonly host: string; readonly folder: string; readonly startedAt: Date } | null> {
  const row = await database
    .selectFrom('recipe_start')
    .select(['host', 'folder', 'started_at'])
    .where('instrument', '=', instrument)
    .where('ab_name', '=', abName)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return row === undefined ? null : { host: row.host, folder: row.folder, startedAt: row.started_at }
}
