import { sql } from 'kysely'
import type { RunState } from '../domain/date-run.ts'
import type { Database } from './connect.ts'

/** One registered date as a calendar shows it. */
export interface CalendarDay {
  readonly date: string
  /** Of its newest run; null when it has had none. */
  readonly state: RunState | null
  /** ABs by state. Pending ones that no open run covers are backlog. */
  readonly pending: number
  readonly running: number
  readonly processed: number
  readonly failed: number
  readonly interrupted: number
  readonly leftOut: number
}

export interface CalendarYear {
  readonly instrument: string
  readonly year: number
  readonly dates: number
  readonly pending: number
  readonly processed: number
  readonly failed: number
  readonly leftOut: number
}

/** Years with registered dates, newest first, with the sums of their ABs. */
export async function calendarYears(database: Database): Promise<readonly CalendarYear[]> {
  const { rows } = await sql<Omit<CalendarYear, 'leftOut'> & { left_out: number }>`
    select instrument, extract(year from date)::int as year, count(*) as dates, sum(pending)::bigint as pending,
           sum(processed)::bigint as processed, sum(failed)::bigint as failed, sum(left_out)::bigint as left_out
    from (
      select d.instrument, d.date, count(*) filter (where a.state = 'pending') as pending,
             count(*) filter (where a.state = 'processed') as processed,
             count(*) filter (where a.state in ('failed', 'interrupted')) as failed,
             count(*) filter (where a.state = 'left out') as left_out
      from sciproc_date d
      left join sciproc_ab a on a.instrument = d.instrument and a.date = d.date
      group by d.instrument, d.date
    ) of_date
    group by 1, 2
    order by 1, 2 desc`.execute(database)
  return rows.map(({ left_out: leftOut, ...year }) => ({ ...year, leftOut }))
}

/** Registered dates of an instrument from the first to the last day, both included. */
export async function calendarDays(
  database: Database,
  instrument: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<readonly CalendarDay[]> {
  const { rows } = await sql<Omit<CalendarDay, 'leftOut'> & { left_out: number }>`
    select d.date, r.state, count(*) filter (where a.state = 'pending') as pending,
           count(*) filter (where a.state = 'running') as running,
           count(*) filter (where a.state = 'processed') as processed,
           count(*) filter (where a.state = 'failed') as failed,
           count(*) filter (where a.state = 'interrupted') as interrupted,
           count(*) filter (where a.state = 'left out') as left_out
    from sciproc_date d
    left join sciproc_ab a on a.instrument = d.instrument and a.date = d.date
    left join lateral (
      select state from date_run where instrument = d.instrument and date = d.date order by run_number desc limit 1
    ) r on true
    where d.instrument = ${instrument} and d.date between ${from} and ${to}
    group by d.date, r.state
    order by d.date`.execute(database)
  return rows.map(({ left_out: leftOut, ...day }) => ({ ...day, leftOut }))
}
