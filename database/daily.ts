import { type DailyRules, type EndedRun, isForDaily } from '../domain/daily.ts'
import { isOpenRun, OPEN_RUN_STATES } from '../domain/date-run.ts'
import { chooseHost } from './choose-host.ts'
import type { Database } from './connect.ts'
import { type DateRun, openRun, openRuns } from './date-runs.ts'

/** Blocks of one date that daily processing takes. */
export interface DailyDate {
  readonly instrument: string
  readonly date: string
  readonly abNames: readonly string[]
}

/** What daily processing takes now, by date. A date of which a run is open has its turn when that has ended. */
export async function dailyDates(
  database: Database,
  instrument: string,
  rules: DailyRules,
  now: Date,
): Promise<readonly DailyDate[]> {
  const blocks = await youngBlocks(database, instrument, rules, now)
  const runs = await endedRuns(database, instrument, [...new Set(blocks.map(({ date }) => date))])
  const dates = new Map<string, string[]>()
  for (const { abName, date, state, generation, registeredAt } of blocks) {
    const covered = runs.filter((run) => run.date === date && (run.abNames === 'all' || run.abNames.has(abName)))
    if (!isForDaily({ state, generation, registeredAt, endedRuns: covered }, rules, now)) continue
    dates.set(date, [...(dates.get(date) ?? []), abName])
  }
  return [...dates].map(([date, abNames]) => ({ instrument, date, abNames }))
}

export interface DailyOrder {
  readonly instrument: string
  readonly orderedBy: string
  /** Recipes may start outside the night window too. */
  readonly anyTime: boolean
  /** The host that asks, taken when no other is there. */
  readonly host: string
}

/** Opens a run for every date that has something to take, all of one order. Two who dispatch at once open each run once. */
export async function openDailyRuns(
  database: Database,
  { instrument, orderedBy, anyTime, host }: DailyOrder,
  dates: readonly DailyDate[],
): Promise<readonly DateRun[]> {
  const runs: DateRun[] = []
  for (const { date, abNames } of dates) {
    const opened = await openRun(database, {
      instrument,
      date,
      host: await chooseHost(database, { instrument, date }, host),
      order: runs[0]?.orderId ?? { kind: 'daily', orderedBy, anyTime },
      abNames,
    })
    if (opened.opened) runs.push(opened.run)
  }
  return runs
}

/** Open runs of the daily orders of an instrument. */
export async function openDailyRunsOf(database: Database, instrument: string): Promise<readonly DateRun[]> {
  return (await openRuns(database)).filter((run) => run.instrument === instrument && run.kind === 'daily')
}

/** When the block of a run that has waited longest was registered; null when none waits. */
export async function waitingSince(
  database: Database,
  { runNumber, instrument, date, covers }: Pick<DateRun, 'runNumber' | 'instrument' | 'date' | 'covers'>,
): Promise<Date | null> {
  let query = pendingBlocks(database, instrument).where('a.date', '=', date)
  if (covers === 'listed') {
    query = query.where((where) =>
      where.exists(
        where
          .selectFrom('run_ab as l')
          .whereRef('l.ab_name', '=', 'a.ab_name')
          .where('l.instrument', '=', instrument)
          .where('l.run_number', '=', runNumber),
      ),
    )
  }
  const row = await query.select('v.registered_at').orderBy('v.registered_at').limit(1).executeTakeFirst()
  return row?.registered_at ?? null
}

/** This run is about to stop itself: for the record, and for those who ask later what an operator has stopped. */
export async function stopForAge(database: Database, runNumber: number): Promise<void> {
  await database
    .updateTable('date_run')
    .set({ stopped_by: 'age' })
    .where('run_number', '=', runNumber)
    .where('state', 'in', OPEN_RUN_STATES)
    .execute()
}

/** Executable blocks without an attempt; what counts is the content that was registered last, and when. */
function pendingBlocks(database: Database, instrument: string) {
  return database
    .selectFrom('sciproc_ab as a')
    .innerJoin('ab_version as v', (join) =>
      join
        .onRef('v.instrument', '=', 'a.instrument')
        .onRef('v.ab_name', '=', 'a.ab_name')
        .onRef('v.version', '=', 'a.version'),
    )
    .where('a.instrument', '=', instrument)
    .where('a.state', '=', 'pending')
}

const DAY_MS = 86_400_000

/** A little more than what can be young, on dates without an open run: domain/daily.ts decides. */
async function youngBlocks(database: Database, instrument: string, { nights }: DailyRules, now: Date) {
  const rows = await pendingBlocks(database, instrument)
    .select(['a.ab_name', 'a.date', 'a.state', 'a.generation', 'v.registered_at'])
    .where('v.registered_at', '>', new Date(now.getTime() - (nights + 2) * DAY_MS))
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('date_run as r')
            .whereRef('r.instrument', '=', 'a.instrument')
            .whereRef('r.date', '=', 'a.date')
            .where('r.state', 'in', OPEN_RUN_STATES),
        ),
      ),
    )
    .orderBy('a.date')
    .orderBy('a.mjd_obs')
    .orderBy('a.ab_name')
    .execute()
  return rows.map((row) => ({
    abName: row.ab_name,
    date: row.date,
    state: row.state,
    generation: row.generation,
    registeredAt: row.registered_at,
  }))
}

type RunOfDate = EndedRun & { readonly date: string; readonly abNames: 'all' | ReadonlySet<string> }

/** Trials leave everything as it was, so that they have covered nothing. */
async function endedRuns(
  database: Database,
  instrument: string,
  dates: readonly string[],
): Promise<readonly RunOfDate[]> {
  if (dates.length === 0) return []
  const rows = await database
    .selectFrom('date_run as r')
    .innerJoin('processing_order as o', 'o.order_id', 'r.order_id')
    .select(['r.run_number', 'r.date', 'r.state', 'r.stopped_by', 'r.started_at', 'r.ended_at', 'r.covers'])
    .where('r.instrument', '=', instrument)
    .where('r.date', 'in', dates)
    .where('r.ended_at', 'is not', null)
    .where('o.trial', '=', false)
    .execute()
  const listed = rows.filter(({ covers }) => covers === 'listed').map(({ run_number }) => run_number)
  const names = new Map<number, Set<string>>(listed.map((run) => [run, new Set()]))
  if (listed.length > 0) {
    const abs = await database.selectFrom('run_ab').selectAll().where('run_number', 'in', listed).execute()
    for (const { run_number: run, ab_name: abName } of abs) names.get(run)?.add(abName)
  }
  return rows.flatMap((row) => {
    const { date, state, started_at: startedAt, ended_at: endedAt, stopped_by: stoppedBy } = row
    if (endedAt === null || isOpenRun(state)) return []
    return [{ date, state, stoppedBy, startedAt, endedAt, abNames: names.get(row.run_number) ?? ('all' as const) }]
  })
}
