import { sql } from 'kysely'
import type { ClosedRunState, OpenRunState, RunState } from '../domain/date-run.ts'
import type { Database } from './connect.ts'
import { writeEvent } from './events.ts'

export interface DateRun {
  readonly runNumber: number
  readonly instrument: string
  readonly date: string
  readonly orderId: number
  readonly host: string
  readonly state: RunState
  readonly waitsFor: string | null
  readonly leaveOutMissing: boolean
}

export interface NewRun {
  readonly instrument: string
  readonly date: string
  readonly host: string
  readonly orderedBy: string
  readonly kind: 'run'
  readonly leaveOutMissing: boolean
}

export type OpenedRun =
  | { readonly opened: true; readonly run: DateRun }
  /** Somebody else's run of the date is open. */
  | { readonly opened: false; readonly openRun: DateRun; readonly orderedBy: string; readonly startedAt: Date }

const OPEN: readonly OpenRunState[] = ['running', 'holding', 'stopping', 'cancelling']
const UNIQUE_VIOLATION = '23505'

/** Opens a run of a date together with its order. Two who try at once: one wins, the other is told who did. */
export async function openRun(database: Database, run: NewRun): Promise<OpenedRun> {
  try {
    return await database.transaction().execute(async (transaction) => {
      const { order_id: orderId } = await transaction
        .insertInto('processing_order')
        .values({
          kind: run.kind,
          instrument: run.instrument,
          ordered_by: run.orderedBy,
          leave_out_missing: run.leaveOutMissing,
        })
        .returning('order_id')
        .executeTakeFirstOrThrow()
      const row = await transaction
        .insertInto('date_run')
        .values({ instrument: run.instrument, date: run.date, order_id: orderId, host: run.host })
        .returning('run_number')
        .executeTakeFirstOrThrow()
      await writeEvent(transaction, {
        instrument: run.instrument,
        date: run.date,
        runNumber: row.run_number,
        kind: 'run opened',
        message: `run ${row.run_number} on ${run.host}`,
        who: run.orderedBy,
      })
      return { opened: true, run: { ...run, runNumber: row.run_number, orderId, state: 'running', waitsFor: null } }
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    const openRow = await findOpenRun(database, run.instrument, run.date)
    // It has ended between our two statements: try again.
    if (openRow === null) return openRun(database, run)
    return { opened: false, ...openRow }
  }
}

export async function findOpenRun(
  database: Database,
  instrument: string,
  date: string,
): Promise<{ openRun: DateRun; orderedBy: string; startedAt: Date } | null> {
  const row = await runs(database)
    .where('r.instrument', '=', instrument)
    .where('r.date', '=', date)
    .where('r.state', 'in', OPEN)
    .executeTakeFirst()
  return row === undefined ? null : { openRun: toRun(row), orderedBy: row.ordered_by, startedAt: row.started_at }
}

/** All open runs: what the reconciler compares with Temporal. */
export async function openRuns(database: Database): Promise<readonly DateRun[]> {
  const rows = await runs(database).where('r.state', 'in', OPEN).orderBy('r.run_number').execute()
  return rows.map(toRun)
}

export async function readRun(database: Database, runNumber: number): Promise<DateRun | null> {
  const row = await runs(database).where('r.run_number', '=', runNumber).executeTakeFirst()
  return row === undefined ? null : toRun(row)
}

/** Shows what an open run does or waits for. Returns false when the run is not open any more: nothing was changed. */
export async function showRunState(
  database: Database,
  runNumber: number,
  state: OpenRunState,
  waitsFor: string | null,
): Promise<boolean> {
  const result = await database
    .updateTable('date_run')
    .set({ state, waits_for: waitsFor })
    .where('run_number', '=', runNumber)
    .where('state', 'in', OPEN)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export interface RunClosing {
  readonly runNumber: number
  readonly state: ClosedRunState
  readonly problems: readonly string[]
  readonly bytesFreed: number
}

/**
 * Closes a run, and with it releases the stop and cancel holds of its date: they were meant for this run. Closing a run twice
 * changes nothing; the state of the first time counts and is returned.
 */
export async function closeRun(database: Database, closing: RunClosing): Promise<RunState> {
  return database.transaction().execute(async (transaction) => {
    const run = await transaction
      .selectFrom('date_run')
      .select(['instrument', 'date', 'state'])
      .where('run_number', '=', closing.runNumber)
      .forUpdate()
      .executeTakeFirstOrThrow()
    if (!OPEN.some((state) => state === run.state)) return run.state
    await transaction
      .updateTable('date_run')
      .set({
        state: closing.state,
        waits_for: null,
        problems: JSON.stringify(closing.problems),
        bytes_freed: closing.bytesFreed,
        ended_at: new Date(),
      })
      .where('run_number', '=', closing.runNumber)
      .execute()
    await transaction.deleteFrom('at_work').where('run_number', '=', closing.runNumber).execute()
    await sql`
      update hold set released_at = now(), released_by = ${`run ${closing.runNumber} ended`}
      where released_at is null and kind in ('stop', 'cancel')
        and scope ->> 'type' = 'date' and scope ->> 'instrument' = ${run.instrument} and scope ->> 'date' = ${run.date}
    `.execute(transaction)
    await writeEvent(transaction, {
      instrument: run.instrument,
      date: run.date,
      runNumber: closing.runNumber,
      kind: CLOSED_AS[closing.state],
      message: [`run ${closing.runNumber} ${closing.state}`, ...closing.problems].join('; '),
    })
    return closing.state
  })
}

/** Kinds of the event: people outside hear of the first two at once (domain/alerts.ts). */
const CLOSED_AS: Record<ClosedRunState, string> = {
  blocked: 'date blocked',
  error: 'date in error',
  stopped: 'run closed',
  done: 'run closed',
}

/** Gives up the products of a blocked run: recorded, nothing more. Returns false when the run was not blocked. */
export async function giveUpBlockedRun(database: Database, runNumber: number): Promise<boolean> {
  const result = await database
    .updateTable('date_run')
    .set({ state: 'stopped' })
    .where('run_number', '=', runNumber)
    .where('state', '=', 'blocked')
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION
}

function runs(database: Database) {
  return database
    .selectFrom('date_run as r')
    .innerJoin('processing_order as o', 'o.order_id', 'r.order_id')
    .selectAll('r')
    .select(['o.ordered_by', 'o.leave_out_missing'])
}

type RunRow = Awaited<ReturnType<ReturnType<typeof runs>['executeTakeFirstOrThrow']>>

function toRun(row: RunRow): DateRun {
  return {
    runNumber: row.run_number,
    instrument: row.instrument,
    date: row.date,
    orderId: row.order_id,
    host: row.host,
    state: row.state,
    waitsFor: row.waits_for,
    leaveOutMissing: row.leave_out_missing,
  }
}
