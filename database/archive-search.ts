import { sql } from 'kysely'
import type { RawStatusWord } from '../domain/raw-status.ts'
import type { Database } from './connect.ts'

/** What an archive user asks for; everything that is given must hold. */
export interface ArchiveQuestion {
  readonly instrument?: string
  /** First and last observing night. */
  readonly from?: string
  readonly to?: string
  readonly programId?: string
  /** Part of the target's name, in whichever case. */
  readonly target?: string
  readonly status?: RawStatusWord
}

export interface ArchiveRow {
  readonly instrument: string
  readonly date: string
  readonly abName: string
  readonly mjdObs: number | null
  readonly target: string | null
  readonly programId: string | null
  readonly rawType: string | null
  readonly setting: string | null
  readonly exposureSeconds: number | null
  readonly status: RawStatusWord
  /** Why it failed, was withdrawn, or has not been attempted. */
  readonly cause: string | null
  readonly releaseDate: Date | null
  /** Live, or withdrawn. */
  readonly idp: string | null
  readonly bytes: number | null
  readonly signalToNoise: number | null
}

/** What became of the exposures that a question means, newest first, at most `limit`. */
export async function searchArchive(
  database: Database,
  question: ArchiveQuestion,
  limit: number,
): Promise<readonly ArchiveRow[]> {
  const { rows } = await sql<{
    instrument: string
    date: string
    ab_name: string
    mjd_obs: number | null
    target: string | null
    program_id: string | null
    raw_type: string | null
    setting: string | null
    exposure_seconds: number | null
    status: RawStatusWord
    cause: string | null
    release_date: Date | null
    archive_name: string | null
    bytes: number | null
    snr: number | null
  }>`
    select a.instrument, a.date, a.ab_name, a.mjd_obs, t.target, a.program_id, a.raw_type, t.setting, t.exposure_seconds,
           a.release_date, i.archive_name, i.bytes, (i.keywords ->> 'SNR')::double precision as snr,
           case when a.state = 'processed' and i.state = 'withdrawn' then 'withdrawn'
                when a.state = 'processed' then 'processed fine' when a.state = 'failed' then 'failed'
                else 'not attempted' end as status,
           coalesce(i.withdrawn_reason, a.cause, case a.state
             when 'pending' then 'waits to be processed' when 'running' then 'is being processed' end) as cause
    from sciproc_ab a
    left join attempt t on t.instrument = a.instrument and t.ab_name = a.ab_name and t.generation = a.generation
    left join lateral (
      select archive_name, bytes, keywords, state, withdrawn_reason from idp
      where instrument = a.instrument and ab_name = a.ab_name and state in ('live', 'withdrawn')
      order by state = 'live' desc, generation desc, role limit 1
    ) i on true
    where ${conditionOf(question)}
    order by a.date desc, a.mjd_obs desc nulls last, a.ab_name
    limit ${limit}`.execute(database)
  return rows.map((row) => ({
    instrument: row.instrument,
    date: row.date,
    abName: row.ab_name,
    mjdObs: row.mjd_obs,
    target: row.target,
    programId: row.program_id,
    rawType: row.raw_type,
    setting: row.setting,
    exposureSeconds: row.exposure_seconds,
    status: row.status,
    cause: row.cause,
    releaseDate: row.release_date,
    idp: row.archive_name,
    bytes: row.bytes,
    signalToNoise: row.snr,
  }))
}

function conditionOf({ instrument, from, to, programId, target, status }: ArchiveQuestion) {
  const conditions = [
    ...(instrument === undefined ? [] : [sql`a.instrument = ${instrument}`]),
    ...(from === undefined ? [] : [sql`a.date >= ${from}`]),
    ...(to === undefined ? [] : [sql`a.date <= ${to}`]),
    ...(programId === undefined ? [] : [sql`a.program_id = ${programId}`]),
    // As `like`, so that the index on parts of names serves; what SQL takes as special is text.
    ...(target === undefined
      ? []
      : [sql`lower(t.target) like ${`%${target.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`}`]),
    ...(status === undefined ? [] : [statusIs(status)]),
  ]
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `)
}

function statusIs(status: RawStatusWord) {
  switch (status) {
    case 'processed fine':
      return sql`a.state = 'processed' and i.state is distinct from 'withdrawn'`
    case 'withdrawn':
      return sql`a.state = 'processed' and i.state = 'withdrawn'`
    case 'failed':
      return sql`a.state = 'failed'`
    case 'not attempted':
      return sql`a.state not in ('processed', 'failed')`
  }
}
