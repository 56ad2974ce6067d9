import { sql } from 'kysely'
import type { Database } from './connect.ts'

/** Which IDPs are wanted; everything that is given must hold. */
export interface IdpFilter {
  readonly instrument?: string
  /** First and last observing night. */
  readonly from?: string
  readonly to?: string
  /** File name of an input, usually an mcalib, with or without `.fits`. */
  readonly used?: string
  /** `uves/6.1.8`, or the number alone. */
  readonly pipeline?: string
  readonly programId?: string
  /** Part of the object's name, in whichever case. */
  readonly object?: string
  readonly state?: IdpState
}

export const IDP_STATES = ['live', 'superseded', 'withdrawn', 'pending'] as const
export type IdpState = (typeof IDP_STATES)[number]

export interface ListedIdp {
  readonly archiveName: string
  readonly instrument: string
  readonly date: string
  readonly abName: string
  readonly role: string
  readonly generation: number
  readonly state: IdpState
  readonly kind: 'unconverted' | 'standard'
  readonly object: string | null
  readonly programId: string | null
  readonly pipelineVersion: string | null
  readonly bytes: number
  readonly releaseDate: Date | null
  /** Only when it is withdrawn. */
  readonly withdrawnReason: string | null
}

/** The IDPs that a filter lets through, oldest night first. */
export async function listIdps(database: Database, filter: IdpFilter): Promise<readonly ListedIdp[]> {
  const { instrument, from, to, used, pipeline, programId, object, state } = filter
  let query = database
    .selectFrom('idp as i')
    .innerJoin('sciproc_ab as a', (join) =>
      join.onRef('a.instrument', '=', 'i.instrument').onRef('a.ab_name', '=', 'i.ab_name'),
    )
    .innerJoin('attempt as t', (join) =>
      join
        .onRef('t.instrument', '=', 'i.instrument')
        .onRef('t.ab_name', '=', 'i.ab_name')
        .onRef('t.generation', '=', 'i.generation'),
    )
    .select(['i.archive_name', 'i.instrument', 'i.ab_name', 'i.role', 'i.generation', 'i.state', 'i.kind', 'i.bytes'])
    .select(['i.withdrawn_reason', 'a.date', 'a.program_id', 'a.release_date', 't.pipeline_version'])
    .select(sql<string | null>`i.keywords ->> 'OBJECT'`.as('object'))
  if (instrument !== undefined) query = query.where('i.instrument', '=', instrument)
  if (from !== undefined) query = query.where('a.date', '>=', from)
  if (to !== undefined) query = query.where('a.date', '<=', to)
  if (programId !== undefined) query = query.where('a.program_id', '=', programId)
  if (state !== undefined) query = query.where('i.state', '=', state)
  if (object !== undefined) {
    query = query.where(sql<boolean>`strpos(lower(i.keywords ->> 'OBJECT'), lower(${object})) > 0`)
  }
  if (pipeline !== undefined) {
    query = query.where(
      sql<boolean>`(t.pipeline_version = ${pipeline} or split_part(t.pipeline_version, '/', 2) = ${pipeline})`,
    )
  }
  if (used !== undefined) {
    query = query.where((where) =>
      where.exists(
        where
          .selectFrom('attempt_input as n')
          .select('n.file_name')
          .whereRef('n.instrument', '=', 'i.instrument')
          .whereRef('n.ab_name', '=', 'i.ab_name')
          .whereRef('n.generation', '=', 'i.generation')
          .where('n.file_name', 'in', [used, `${used}.fits`]),
      ),
    )
  }
  const rows = await query.orderBy('a.date').orderBy('a.mjd_obs').orderBy('i.archive_name').execute()
  return rows.map((row) => ({
    archiveName: row.archive_name,
    instrument: row.instrument,
    date: row.date,
    abName: row.ab_name,
    role: row.role,
    generation: row.generation,
    state: row.state,
    kind: row.kind,
    object: row.object,
    programId: row.program_id,
    pipelineVersion: row.pipeline_version,
    bytes: row.bytes,
    releaseDate: row.release_date,
    withdrawnReason: row.withdrawn_reason,
  }))
}
