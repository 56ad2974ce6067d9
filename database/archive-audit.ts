import type { RunState } from '../domain/date-run.ts'
import type { Database } from './connect.ts'
import type { IdpState } from './archive-list.ts'

/** A run as far as folders on disk are held against it. */
export interface AuditedRun {
  readonly runNumber: number
  readonly instrument: string
  readonly date: string
  readonly host: string
  readonly state: RunState
  /** Recipes that it started and whose end is not on record. */
  readonly openStarts: number
  /** IDPs that it made and that wait to be ingested. */
  readonly pendingIdps: number
}

/** These runs, as far as they are on record. */
export async function auditedRuns(
  database: Database,
  runNumbers: readonly number[],
): Promise<ReadonlyMap<number, AuditedRun>> {
  if (runNumbers.length === 0) return new Map()
  const rows = await database
    .selectFrom('date_run as r')
    .select(['r.run_number', 'r.instrument', 'r.date', 'r.host', 'r.state'])
    .select((select) => [
      select
        .selectFrom('recipe_start as s')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('s.run_number', '=', 'r.run_number')
        .where('s.ended_at', 'is', null)
        .as('open_starts'),
      select
        .selectFrom('idp as i')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('i.run_number', '=', 'r.run_number')
        .where('i.state', '=', 'pending')
        .as('pending_idps'),
    ])
    .where('r.run_number', 'in', [...runNumbers])
    .execute()
  return new Map(
    rows.map(({ run_number: runNumber, open_starts: openStarts, pending_idps: pendingIdps, ...run }) => [
      runNumber,
      { ...run, runNumber, openStarts: openStarts ?? 0, pendingIdps: pendingIdps ?? 0 },
    ]),
  )
}

export interface AuditedIdp {
  readonly archiveName: string
  readonly instrument: string
  readonly date: string
  readonly abName: string
  readonly state: IdpState
  readonly runNumber: number
  readonly runState: RunState
  readonly host: string
  readonly waitingPath: string | null
  readonly bytes: number
  readonly sha256: string
}

/** Every IDP on record, or those of one state, with what its file should be. */
export async function auditedIdps(database: Database, state?: IdpState): Promise<readonly AuditedIdp[]> {
  const rows = await database
    .selectFrom('idp as i')
    .innerJoin('date_run as r', 'r.run_number', 'i.run_number')
    .select(['i.archive_name', 'i.instrument', 'i.ab_name', 'i.state', 'i.run_number', 'i.host', 'i.waiting_path'])
    .select(['i.bytes', 'i.sha256', 'r.date', 'r.state as run_state'])
    .$if(state !== undefined, (query) => query.where('i.state', '=', state ?? 'pending'))
    .orderBy('i.archive_name')
    .execute()
  return rows.map((row) => ({
    archiveName: row.archive_name,
    instrument: row.instrument,
    date: row.date,
    abName: row.ab_name,
    state: row.state,
    runNumber: row.run_number,
    runState: row.run_state,
    host: row.host,
    waitingPath: row.waiting_path,
    bytes: row.bytes,
    sha256: row.sha256,
  }))
}

export interface OrphanedStart {
  readonly instrument: string
  readonly date: string
  readonly abName: string
  readonly runNumber: number
  readonly host: string
  readonly startedAt: Date
}

/** Starts without an end of runs that are closed: nobody waits for them any more. */
export async function orphanedStarts(database: Database): Promise<readonly OrphanedStart[]> {
  const rows = await database
    .selectFrom('recipe_start as s')
    .innerJoin('date_run as r', 'r.run_number', 's.run_number')
    .select(['s.instrument', 's.ab_name', 's.run_number', 's.host', 's.started_at', 'r.date'])
    .where('s.ended_at', 'is', null)
    .where('r.ended_at', 'is not', null)
    .orderBy('s.start_id')
    .execute()
  return rows.map(({ ab_name: abName, run_number: runNumber, started_at: startedAt, ...row }) => {
    return { ...row, abName, runNumber, startedAt }
  })
}
