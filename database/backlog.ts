import { sql } from 'kysely'
import type { Database } from './connect.ts'

/** Executable blocks of a date that were never attempted in their generation and that no order covers. */
export interface BacklogDate {
  readonly instrument: string
  readonly date: string
  readonly abs: number
  /** When the one that has waited longest was registered. */
  readonly since: Date
}

/** The backlog, oldest night first. An open run covers its blocks, and so does an open campaign. */
export async function backlog(database: Database, instrument: string | null): Promise<readonly BacklogDate[]> {
  let query = database
    .selectFrom('sciproc_ab as a')
    .select(['a.instrument', 'a.date', sql<number>`count(*)`.as('abs'), sql<Date>`min(a.registered_at)`.as('since')])
    .where('a.state', '=', 'pending')
    .where(
      sql<boolean>`not exists (select from date_run r where r.instrument = a.instrument and r.date = a.date and r.ended_at is null
        and (r.covers = 'all' or exists (select from run_ab l where l.run_number = r.run_number and l.ab_name = a.ab_name)))`,
    )
    .where(
      sql<boolean>`not exists (select from order_ab l join processing_order o on o.order_id = l.order_id and o.ended_at is null
        join order_date d on d.order_id = l.order_id and d.date = l.date and d.state in ('waiting', 'running', 'put off')
        where l.instrument = a.instrument and l.ab_name = a.ab_name and l.generation = a.generation)`,
    )
    .groupBy(['a.instrument', 'a.date'])
    .orderBy('a.date')
    .orderBy('a.instrument')
  if (instrument !== null) query = query.where('a.instrument', '=', instrument)
  return query.execute()
}

/** A date whose newest run ended in error, with blocks that still wait. */
export interface ErrorDate {
  readonly instrument: string
  readonly date: string
  readonly runNumber: number
  readonly abs: number
  readonly problems: readonly string[]
  readonly endedAt: Date
  /** When the archive was looked at since; null when it was not. */
  readonly lookedAt: Date | null
  /** What was still missing then. */
  readonly stillMissing: readonly string[] | null
}

/** Dates in precondition error, oldest night first. */
export async function errorDates(database: Database, instrument: string | null): Promise<readonly ErrorDate[]> {
  let query = database
    .selectFrom('date_status as s')
    .leftJoin('date_look as k', 'k.run_number', 's.run_number')
    .select(['s.instrument', 's.date', 's.run_number', 's.problems', 's.ended_at', 'k.looked_at', 'k.still_missing'])
    .select(
      sql<number>`(select count(*) from sciproc_ab a where a.instrument = s.instrument and a.date = s.date and a.state = 'pending')`.as(
        'abs',
      ),
    )
    .where('s.state', '=', 'error')
    .orderBy('s.date')
    .orderBy('s.instrument')
  if (instrument !== null) query = query.where('s.instrument', '=', instrument)
  return (await query.execute()).flatMap((row) => {
    if (row.run_number === null || row.ended_at === null || row.abs === 0) return []
    return {
      instrument: row.instrument,
      date: row.date,
      runNumber: row.run_number,
      abs: row.abs,
      problems: row.problems ?? [],
      endedAt: row.ended_at,
      lookedAt: row.looked_at,
      stillMissing: row.still_missing,
    }
  })
}

/** Writes down what a look at the archive has found for a run that ended in error. */
export async function keepLook(database: Database, runNumber: number, stillMissing: readonly string[]): Promise<void> {
  const row = { run_number: runNumber, looked_at: new Date(), still_missing: JSON.stringify(stillMissing) }
  await database
    .insertInto('date_look')
    .values(row)
    .onConflict((conflict) => conflict.column('run_number').doUpdateSet(row))
    .execute()
}
