import { sql } from 'kysely'
import type { OrderDateState } from '../domain/order.ts'
import type { Database } from './connect.ts'

/** What became of the blocks of a campaign until now. */
export interface CampaignProgress {
  readonly abs: number
  /** Answers in the generation that the order asks for, by whichever run. */
  readonly processed: number
  readonly failed: number
  readonly interrupted: number
  /** Without an answer, and none will come: left out or withdrawn since the order. */
  readonly gone: number
  readonly dates: Readonly<Partial<Record<OrderDateState, number>>>
  readonly causes: readonly FailureCause[]
  /** Answers per hour, within the last hour or since the first one; null before there are two. */
  readonly answersPerHour: number | null
  /** Seconds until the last answer at this rate; null when there is no rate. */
  readonly secondsLeft: number | null
}

/** Failures that have their cause in common, with one of the blocks. */
export interface FailureCause {
  readonly cause: string
  readonly abs: number
  readonly example: string
}

const HOUR_SECONDS = 3600
const MOST_CAUSES = 10

/** Counts of a campaign, all from the record. */
export async function campaignProgress(database: Database, orderId: number): Promise<CampaignProgress> {
  const counts = await database
    .selectFrom('order_ab as l')
    .innerJoin('sciproc_ab as a', (join) =>
      join.onRef('a.instrument', '=', 'l.instrument').onRef('a.ab_name', '=', 'l.ab_name'),
    )
    .leftJoin('attempt as t', (join) =>
      join
        .onRef('t.instrument', '=', 'l.instrument')
        .onRef('t.ab_name', '=', 'l.ab_name')
        .onRef('t.generation', '=', 'l.generation'),
    )
    .select([
      sql<number>`count(*)`.as('abs'),
      sql<number>`count(*) filter (where t.outcome = 'processed')`.as('processed'),
      sql<number>`count(*) filter (where t.outcome = 'failed')`.as('failed'),
      sql<number>`count(*) filter (where t.outcome = 'interrupted')`.as('interrupted'),
      sql<number>`count(*) filter (where t.outcome is null and a.state in ('left out', 'withdrawn'))`.as('gone'),
      sql<number>`count(*) filter (where t.ended_at > now() - interval '1 hour')`.as('lately'),
      sql<number | null>`extract(epoch from now() - min(t.ended_at))::double precision`.as('since_first'),
    ])
    .where('l.order_id', '=', orderId)
    .executeTakeFirstOrThrow()
  const dates = await database
    .selectFrom('order_date')
    .select(['state', sql<number>`count(*)`.as('count')])
    .where('order_id', '=', orderId)
    .groupBy('state')
    .execute()
  const { abs, processed, failed, interrupted, gone, lately, since_first: sinceFirst } = counts
  const open = abs - processed - failed - interrupted - gone
  const answersPerHour =
    sinceFirst === null || lately < 2 ? null : (lately * HOUR_SECONDS) / Math.min(HOUR_SECONDS, Math.max(1, sinceFirst))
  return {
    abs,
    processed,
    failed,
    interrupted,
    gone,
    dates: Object.fromEntries(dates.map(({ state, count }) => [state, count])),
    causes: await failureCauses(database, orderId),
    answersPerHour,
    secondsLeft: answersPerHour === null ? null : (open / answersPerHour) * HOUR_SECONDS,
  }
}

async function failureCauses(database: Database, orderId: number): Promise<readonly FailureCause[]> {
  const rows = await database
    .selectFrom('order_ab as l')
    .innerJoin('attempt as t', (join) =>
      join
        .onRef('t.instrument', '=', 'l.instrument')
        .onRef('t.ab_name', '=', 'l.ab_name')
        .onRef('t.generation', '=', 'l.generation'),
    )
    .select([
      sql<string>`coalesce(t.common_cause, t.cause, '')`.as('cause'),
      sql<number>`count(*)`.as('abs'),
      sql<string>`min(t.ab_name)`.as('example'),
    ])
    .where('l.order_id', '=', orderId)
    .where('t.outcome', '!=', 'processed')
    .groupBy(sql`1`)
    .orderBy(sql`count(*)`, 'desc')
    .limit(MOST_CAUSES)
    .execute()
  return rows
}
