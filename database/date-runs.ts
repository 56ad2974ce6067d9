import { sql, type Transaction } from 'kysely'
import {
  type ClosedRunState,
  isOpenRun,
  OPEN_RUN_STATES,
  type OpenRunState,
  type RunCoverage,
  type RunState,
} from '../domain/date-run.ts'
import type { StoppedBy } from '../domain/daily.ts'
import type { OrderKind } from '../domain/order.ts'
import type { Database } from './connect.ts'
import { writeEvent } from './events.ts'
import type { Schema } from './schema.ts'

export interface DateRun {
  readonly runNumber: number
  readonly instrument: string
  readonly date: string
  readonly orderId: number
  readonly host: string
  readonly state: RunState
  readonly waitsFor: string | null
  readonly leaveOutMissing: boolean
  readonly kind: OrderKind
  /** Recipes may start outside the night window too. */
  readonly anyTime: boolean
  /** Everything but the ingestion. */
  readonly trial: boolean
  readonly covers: RunCoverage
}

/** An order of one date, made together with its run. */
export interface OneDateOrder {
  readonly kind: OrderKind
  readonly orderedBy: string
  readonly reason?: string
  readonly leaveOutMissing?: boolean
  readonly anyTime?: boolean
  readonly trial?: boolean
}

export interface NewRun {
  readonly instrument: string
  readonly date: string
  readonly host: string
  /** A new order, or the number of one that is on record. */
  readonly order: OneDateOrder | number
  /** The blocks that the run takes; `all`: every one of the date that has no answer yet, also those registered while it is open. */
  readonly abNames: 'all' | readonly string[]
}

export type OpenedRun =
  | { readonly opened: true; readonly run: DateRun }
  /** Somebody else's run of the date is open. */
  | { readonly opened: false; readonly openRun: DateRun; readonly orderedBy: string; readonly startedAt: Date }

const UNIQUE_VIOLATION = '23505'

/**
 * Opens a run of a date, together with its order where that is new. Two who try at once: one wins, the other is told who did. `also` is
 * done in the same transaction, with the run's number.
 */
export async function openRun(
  database: Database,
  run: NewRun,
  also: (transaction: Transaction<Schema>, runNumber: number) => Promise<void> = async () => {},
): Promise<OpenedRun> {
  try {
    return await database.transaction().execute(async (transaction) => {
      const orderId = typeof run.order === 'number' ? run.order : await insertOrder(transaction, run, run.order)
      const { run_number: runNumber } = await transaction
        .insertInto('date_run')
        .values({
          instrument: run.instrument,
          date: run.date,
          order_id: orderId,
          host: run.host,
          covers: run.abNames === 'all' ? 'all' : 'listed',
        })
        .returning('run_number')
        .executeTakeFirstOrThrow()
      if (run.abNames !== 'all' && run.abNames.length > 0) {
        await transaction
          .insertInto('run_ab')
          .values(run.abNames.map((abName) => ({ run_number: runNumber, instrument: run.instrument, ab_name: abName })))
          .execute()
      }
      await also(transaction, runNumber)
      const row = await runs(transaction).where('r.run_number', '=', runNumber).executeTakeFirstOrThrow()
      await writeEvent(transaction, {
        instrument: run.instrument,
        date: run.date,
        runNumber,
        kind: 'run opened',
        message: `run ${runNumber} on ${run.host}`,
        who: row.ordered_by,
      })
      return { opened: true, run: toRun(row) }
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    const openRow = await findOpenRun(database, run.instrument, run.date)
    // It has ended between our two statements: try again.
    if (openRow === null) return openRun(database, run, also)
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
    .where('r.state', 'in', OPEN_RUN_STATES)
    .executeTakeFirst()
  return row === undefined ? null : { openRun: toRun(row), orderedBy: row.ordered_by, startedAt: row.started_at }
}

/** All open runs: what the reconciler compares with Temporal. */
export async function openRuns(database: Database): Promise<readonly DateRun[]> {
  const rows = await runs(database).where('r.state', 'in', OPEN_RUN_STATES).orderBy('r.run_number').execute()
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
    .where('state', 'in', OPEN_RUN_STATES)
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
      .select(['instrument', 'date', 'state', 'stopped_by'])
      .where('run_number', '=', closing.runNumber)
      .forUpdate()
      .executeTakeFirstOrThrow()
    if (!isOpenRun(run.state)) return run.state
    const stoppedBy = closing.state === 'stopped' ? (run.stopped_by ?? 'operator') : null
    await transaction
      .updateTable('date_run')
      .set({
        state: closing.state,
        waits_for: null,
        problems: JSON.stringify(closing.problems),
        bytes_freed: closing.bytesFreed,
        stopped_by: stoppedBy,
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
      message: [`run ${closing.runNumber} ${closing.state}`, ...closing.problems, ...becauseOf(stoppedBy)].join('; '),
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

function becauseOf(stoppedBy: StoppedBy | null): string[] {
  return stoppedBy === 'age' ? ['its blocks have had their nights: the rest is backlog'] : []
}

/** Gives up the products of a blocked run: recorded, nothing more. Returns false when the run was not blocked. */
export async function giveUpBlockedRun(database: Database, runNumber: number): Promise<boolean> {
  const result = await database
    .updateTable('date_run')
    .set({ state: 'stopped', stopped_by: 'operator' })
    .where('run_number', '=', runNumber)
    .where('state', '=', 'blocked')
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

async function insertOrder(transaction: Database, { instrument }: NewRun, order: OneDateOrder): Promise<number> {
  const { order_id: orderId } = await transaction
    .insertInto('processing_order')
    .values({
      kind: order.kind,
      instrument,
      ordered_by: order.orderedBy,
      reason: order.reason ?? null,
      leave_out_missing: order.leaveOutMissing ?? false,
      any_time: order.anyTime ?? false,
      trial: order.trial ?? false,
    })
    .returning('order_id')
    .executeTakeFirstOrThrow()
  return orderId
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION
}

function runs(database: Database) {
  return database
    .selectFrom('date_run as r')
    .innerJoin('processing_order as o', 'o.order_id', 'r.order_id')
    .selectAll('r')
    .select(['o.ordered_by', 'o.leave_out_missing', 'o.kind', 'o.any_time', 'o.trial'])
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
    kind: row.kind,
    anyTime: row.any_time,
    trial: row.trial,
    covers: row.covers,
  }
}
