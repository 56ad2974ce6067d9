import { sql } from 'kysely'
import { type RunPhase, runPhase } from './at-work.ts'
import type { Database } from './connect.ts'
import { eventsOf } from './events.ts'
import { type DateReport, dateReport } from './report.ts'

/** A date as an operator watches it: the report of it, and what is at work. */
export interface DateView extends DateReport {
  /** What the open run itself is at; null while it processes blocks, waits, or when none is open. */
  readonly phase: RunPhase | null
  /** Every recipe start, in order. */
  readonly coreSpans: readonly CoreSpan[]
  /** The newest ones, oldest first. */
  readonly events: readonly DateEvent[]
  /** The registered dates of the instrument before and after this one. */
  readonly earlier: string | null
  readonly later: string | null
}

/** A core of a host at work on a block. */
export interface CoreSpan {
  readonly host: string
  readonly abName: string
  readonly startedAt: Date
  /** When the recipe ended, and with it the use of the core; null while it runs. */
  readonly endedAt: Date | null
  readonly endedAs: 'processed' | 'failed' | 'interrupted' | 'without end' | 'not attempted' | null
}

export interface DateEvent {
  readonly at: Date
  readonly kind: string
  readonly message: string
  readonly who: string | null
  readonly abName: string | null
}

const MOST_EVENTS = 400

/** Null when the date is not registered. */
export async function dateView(database: Database, instrument: string, date: string): Promise<DateView | null> {
  const report = await dateReport(database, instrument, date)
  if (report === null) return null
  const events = await eventsOf(database, instrument, date)
  return {
    ...report,
    phase: await runPhase(database, instrument, date),
    coreSpans: await coreSpans(database, instrument, date),
    events: events.slice(-MOST_EVENTS).map(({ ab_name: abName, ...event }) => ({ ...event, abName })),
    ...(await neighbours(database, instrument, date)),
  }
}

/** Changes whenever the view of the date would: a cheap question, asked every second while somebody looks. */
export async function dateMark(database: Database, instrument: string, date: string): Promise<string> {
  const { rows } = await sql<{ mark: string }>`
    select concat_ws(' ',
      (select max(changed_at) || ' ' || count(*) from sciproc_ab where instrument = ${instrument} and date = ${date}),
      (select max(event_id) from event where instrument = ${instrument} and date = ${date}),
      (select string_agg(run_number || state || coalesce(waits_for, ''), ' ' order by run_number)
       from date_run where instrument = ${instrument} and date = ${date}),
      (select max(w.since) || ' ' || count(*) from at_work w join date_run r using (run_number)
       where r.instrument = ${instrument} and r.date = ${date}),
      (select max(l.entry_id) from ingestion_log l join date_run r using (run_number)
       where r.instrument = ${instrument} and r.date = ${date}),
      (select count(*) || ' ' || coalesce(max(hold_id), 0) from hold where released_at is null)
    ) as mark`.execute(database)
  return rows[0]?.mark ?? ''
}

async function coreSpans(database: Database, instrument: string, date: string): Promise<readonly CoreSpan[]> {
  const rows = await database
    .selectFrom('recipe_start as s')
    .innerJoin('date_run as r', 'r.run_number', 's.run_number')
    .leftJoin('attempt as t', 't.start_id', 's.start_id')
    .select(['s.host', 's.ab_name', 's.started_at', 's.ended_at', 's.ended_as'])
    .select(['t.outcome', 't.recipe_started_at', 't.wall_seconds'])
    .where('r.instrument', '=', instrument)
    .where('r.date', '=', date)
    .orderBy('s.start_id')
    .execute()
  return rows.map((row) => ({
    host: row.host,
    abName: row.ab_name,
    startedAt: row.recipe_started_at ?? row.started_at,
    endedAt:
      row.recipe_started_at === null || row.wall_seconds === null
        ? row.ended_at
        : new Date(row.recipe_started_at.getTime() + row.wall_seconds * 1000),
    endedAs: row.outcome ?? (row.ended_as === 'ended' ? null : row.ended_as),
  }))
}

async function neighbours(
  database: Database,
  instrument: string,
  date: string,
): Promise<{ earlier: string | null; later: string | null }> {
  const row = await database
    .selectFrom('sciproc_date')
    .select(sql<string | null>`max(date) filter (where date < ${date})`.as('earlier'))
    .select(sql<string | null>`min(date) filter (where date > ${date})`.as('later'))
    .where('instrument', '=', instrument)
    .executeTakeFirstOrThrow()
  return row
}
