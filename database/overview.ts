import { sql } from 'kysely'
import type { OpenRunState, RunState } from '../domain/date-run.ts'
import type { Hold } from '../domain/hold.ts'
import { type RunPhase, RUN_PHASES } from './at-work.ts'
import { type CalendarYear, calendarYears } from './calendar.ts'
import type { Database } from './connect.ts'
import { activeHolds } from './holds.ts'
import { type LeftOutCount, leftOutCounts } from './left-out.ts'
import { type NumbersSince, numbersSince } from './numbers-since.ts'
import { hosts, type HostStatus } from './status.ts'

/** Everything that an operator looks at once a day. */
export interface Overview {
  readonly at: Date
  readonly openRuns: readonly OpenRunLine[]
  readonly holds: readonly Hold[]
  /** Dates whose newest run ended in error or is blocked, newest first. */
  readonly troubled: readonly TroubledDate[]
  readonly lastDay: NumbersSince
  readonly leftOut: readonly LeftOutCount[]
  readonly hosts: readonly HostStatus[]
  readonly years: readonly CalendarYear[]
}

export interface OpenRunLine {
  readonly runNumber: number
  readonly instrument: string
  readonly date: string
  readonly kind: string
  readonly orderedBy: string
  readonly host: string
  readonly state: OpenRunState
  readonly waitsFor: string | null
  readonly phase: RunPhase | null
  readonly startedAt: Date
  /** Blocks of the date that have given an answer, run, or wait. */
  readonly ended: number
  readonly failed: number
  readonly running: number
  readonly pending: number
  /** When the rate of this run so far brings it to its end; null while nothing can be said. */
  readonly endExpectedAt: Date | null
}

export interface TroubledDate {
  readonly instrument: string
  readonly date: string
  readonly runNumber: number
  readonly state: RunState
  readonly problems: readonly string[]
  readonly endedAt: Date | null
  readonly pendingIdps: number
}

const DAY_MS = 86_400_000
const MOST_TROUBLED = 40
/** Fewer answers than this say nothing about the rate of a run. */
const LEAST_ENDED = 3

/** The overview at a moment; `years` may be given from an earlier look, since they change slowly and take longest. */
export async function overview(
  database: Database,
  at: Date,
  years: readonly CalendarYear[] | null = null,
): Promise<Overview> {
  const since = new Date(at.getTime() - DAY_MS)
  return {
    at,
    openRuns: await openRunLines(database, at),
    holds: await activeHolds(database),
    troubled: await troubledDates(database),
    lastDay: await numbersSince(database, since),
    leftOut: await leftOutCounts(database, since),
    hosts: await hosts(database),
    years: years ?? (await calendarYears(database)),
  }
}

async function openRunLines(database: Database, at: Date): Promise<readonly OpenRunLine[]> {
  const { rows } = await sql<{
    run_number: number
    instrument: string
    date: string
    kind: string
    ordered_by: string
    host: string
    state: OpenRunState
    waits_for: string | null
    phase: string | null
    started_at: Date
    ended: number
    failed: number
    running: number
    pending: number
    ended_by_run: number
  }>`
    select r.run_number, r.instrument, r.date, o.kind, o.ordered_by, r.host, r.state, r.waits_for, w.phase, r.started_at,
           a.ended, a.failed, a.running, a.pending,
           (select count(*) from attempt where run_number = r.run_number) as ended_by_run
    from date_run r
    join processing_order o on o.order_id = r.order_id
    left join at_work w on w.run_number = r.run_number and w.subject = ''
    cross join lateral (
      select count(*) filter (where state in ('processed', 'failed', 'interrupted')) as ended,
             count(*) filter (where state in ('failed', 'interrupted')) as failed,
             count(*) filter (where state = 'running') as running, count(*) filter (where state = 'pending') as pending
      from sciproc_ab where instrument = r.instrument and date = r.date
    ) a
    where r.ended_at is null
    order by r.run_number`.execute(database)
  return rows.map((row) => ({
    runNumber: row.run_number,
    instrument: row.instrument,
    date: row.date,
    kind: row.kind,
    orderedBy: row.ordered_by,
    host: row.host,
    state: row.state,
    waitsFor: row.waits_for,
    phase: RUN_PHASES.find((phase) => phase === row.phase) ?? null,
    startedAt: row.started_at,
    ended: row.ended,
    failed: row.failed,
    running: row.running,
    pending: row.pending,
    endExpectedAt:
      row.state === 'running' && row.ended_by_run >= LEAST_ENDED
        ? new Date(
            at.getTime() + ((at.getTime() - row.started_at.getTime()) / row.ended_by_run) * (row.pending + row.running),
          )
        : null,
  }))
}

async function troubledDates(database: Database): Promise<readonly TroubledDate[]> {
  const rows = await database
    .selectFrom('date_run as r')
    .select(['r.instrument', 'r.date', 'r.run_number', 'r.state', 'r.problems', 'r.ended_at'])
    .select((select) =>
      select
        .selectFrom('idp as i')
        .innerJoin('sciproc_ab as a', (join) =>
          join.onRef('a.instrument', '=', 'i.instrument').onRef('a.ab_name', '=', 'i.ab_name'),
        )
        .select(sql<number>`count(*)`.as('count'))
        .whereRef('a.instrument', '=', 'r.instrument')
        .whereRef('a.date', '=', 'r.date')
        .where('i.state', '=', 'pending')
        .as('pending_idps'),
    )
    .where('r.state', 'in', ['blocked', 'error'])
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('date_run as later')
            .select('later.run_number')
            .whereRef('later.instrument', '=', 'r.instrument')
            .whereRef('later.date', '=', 'r.date')
            .whereRef('later.run_number', '>', 'r.run_number'),
        ),
      ),
    )
    .orderBy('r.date', 'desc')
    .limit(MOST_TROUBLED)
    .execute()
  return rows.map((row) => ({
    instrument: row.instrument,
    date: row.date,
    runNumber: row.run_number,
    state: row.state,
    problems: row.problems,
    endedAt: row.ended_at,
    pendingIdps: row.pending_idps ?? 0,
  }))
}
