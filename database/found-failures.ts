import { type SqlBool, sql } from 'kysely'
import type { HoldScope } from '../domain/hold.ts'
import type { SystematicFailure } from '../domain/systematic-failure.ts'
import type { Database } from './connect.ts'
import { raiseGenerations } from './reprocess.ts'

/** A systematic failure as an operator sees it. */
export interface FoundFailure {
  readonly failureId: number
  readonly action: SystematicFailure['action']
  readonly instrument: string
  readonly host: string
  /** What the failures have in common. */
  readonly commonCause: string
  /** One of them, with its cause as it was said. */
  readonly exampleAbName: string
  readonly exampleCause: string
  /** ABs that failed so, up to now or until the hold was released. */
  readonly abs: number
  readonly since: Date
  readonly foundAt: Date
  /** Scope of the hold that it has placed; null for a warning. */
  readonly scope: HoldScope | null
  readonly releasedAt: Date | null
}

/** Those that hold something now, and warnings of the last day. Oldest first. */
export async function presentFailures(database: Database): Promise<readonly FoundFailure[]> {
  const isRecent = sql<SqlBool>`f.found_at > now() - interval '1 day'`
  return toFound(
    await failures(database)
      .where((where) =>
        where.or([
          where.and([where('f.hold_id', 'is not', null), where('h.released_at', 'is', null)]),
          where.and([where('f.hold_id', 'is', null), isRecent]),
        ]),
      )
      .execute(),
  )
}

/** Those that blocks of one date have a part in, also when all is over. */
export async function failuresOfDate(
  database: Database,
  instrument: string,
  date: string,
): Promise<readonly FoundFailure[]> {
  const hasPart = sql<SqlBool>`exists (
    select from attempt t join date_run r on r.run_number = t.run_number where r.date = ${date} and ${isCounted}
  )`
  return toFound(await failures(database).where('f.instrument', '=', instrument).where(hasPart).execute())
}

export interface RetriedAb {
  readonly date: string
  readonly abName: string
}

/**
 * Gives the blocks that failed of this cause a new generation, under an order of its own: beside an order to re-process, the only way to a
 * second attempt. Blocks that have been given one meanwhile are left alone.
 */
export async function retryFailure(
  database: Database,
  failure: FoundFailure,
  who: string,
): Promise<{ readonly orderId: number; readonly abs: readonly RetriedAb[] }> {
  const { failureId, instrument, commonCause } = failure
  const reason = `retried after a systematic failure: ${commonCause}`
  return database.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ ab_name: string; date: string }>`
      select distinct a.ab_name, a.date
      from systematic_failure f
      left join hold h on h.hold_id = f.hold_id
      join attempt t on ${isCounted}
      join sciproc_ab a on a.instrument = t.instrument and a.ab_name = t.ab_name and a.generation = t.generation
      where f.failure_id = ${failureId} and a.state in ('failed', 'interrupted')
      order by a.date, a.ab_name`.execute(transaction)
    const { order_id: orderId } = await transaction
      .insertInto('processing_order')
      .values({ kind: 'reprocess', instrument, ordered_by: who, reason, any_time: true })
      .returning('order_id')
      .executeTakeFirstOrThrow()
    if (rows.length === 0) return { orderId, abs: [] }
    const abNames = rows.map((row) => row.ab_name)
    const raised = new Set(await raiseGenerations(transaction, { instrument, abNames, orderedBy: who, reason }))
    const abs = rows.filter((row) => raised.has(row.ab_name)).map((row) => ({ date: row.date, abName: row.ab_name }))
    return { orderId, abs }
  })
}

/** The attempts `t` that a failure `f` with its hold `h` counts. */
const isCounted = sql<SqlBool>`
  t.instrument = f.instrument and t.generation > 0 and t.common_cause = f.common_cause and t.ended_at >= f.since
  and (f.action <> 'drain' or t.host = f.host)
  and (f.template_or_setting is null or t.template_or_setting = f.template_or_setting)
  and (h.released_at is null or t.ended_at <= h.released_at)`

function failures(database: Database) {
  return database
    .selectFrom('systematic_failure as f')
    .leftJoin('hold as h', 'h.hold_id', 'f.hold_id')
    .selectAll('f')
    .select(['h.scope', 'h.released_at'])
    .select(sql<number>`(select count(distinct t.ab_name) from attempt t where ${isCounted})`.as('abs'))
    .orderBy('f.failure_id')
}

function toFound(rows: Awaited<ReturnType<ReturnType<typeof failures>['execute']>>): readonly FoundFailure[] {
  return rows.map((row) => ({
    failureId: row.failure_id,
    action: row.action,
    instrument: row.instrument,
    host: row.host,
    commonCause: row.common_cause,
    exampleAbName: row.example_ab_name,
    exampleCause: row.example_cause,
    abs: row.abs,
    since: row.since,
    foundAt: row.found_at,
    scope: row.scope,
    releasedAt: row.released_at,
  }))
}
