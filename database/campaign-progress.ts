import { sql } from 'kysely'
import type { OrderDateState } from '../domain/order.ts'
import type { Database } from './connect.ts'

/** What became of the blocks of a campaign until now, or of some of its dates. */
export interface CampaignCounts {
  readonly abs: number
  /** Answers in the generation that the order asks for, by whichever run. */
  readonly processed: number
  readonly failed: number
  readonly interrupted: number
  /** Without an answer, and none will come: left out or withdrawn since the order. */
  readonly gone: number
}

export interface CampaignProgress extends CampaignCounts {
  readonly dates: Readonly<Partial<Record<OrderDateState, number>>>
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
/** Dates whose blocks may get answers while they are in this state: they are counted at each look. For all others their row tells. */
const IN_MOTION: readonly OrderDateState[] = ['running', 'put off', 'blocked', 'error']

/**
 * Counts of a campaign, all from the record. Of a date that waits only the number of its blocks is known: what another run should answer
 * meanwhile counts when the campaign comes to the date.
 */
export async function campaignProgress(database: Database, orderId: number): Promise<CampaignProgress> {
  const byState = await database
    .selectFrom('order_date')
    .select(['state', sql<number>`count(*)`.as('count')])
    .select(
      sql<readonly string[] | null>`array_agg(date::text) filter (where state in (${sql.join(IN_MOTION)}))`.as('names'),
    )
    .select([sum('abs'), sum('processed'), sum('failed'), sum('interrupted'), sum('gone')])
    .where('order_id', '=', orderId)
    .groupBy('state')
    .execute()
  const inMotion = byState.flatMap(({ names }) => names ?? [])
  const parts = [...byState.filter(({ names }) => names === null), await countAnswers(database, orderId, inMotion)]
  const total = (name: keyof CampaignCounts) => parts.reduce((all, part) => all + part[name], 0)
  const counts: CampaignCounts = {
    abs: total('abs'),
    processed: total('processed'),
    failed: total('failed'),
    interrupted: total('interrupted'),
    gone: total('gone'),
  }
  const open = counts.abs - counts.processed - counts.failed - counts.interrupted - counts.gone
  const answersPerHour = await paceOf(database, orderId)
  return {
    ...counts,
    dates: Object.fromEntries(byState.map(({ state, count }) => [state, count])),
    answersPerHour,
    secondsLeft: answersPerHour === null ? null : (open / answersPerHour) * HOUR_SECONDS,
  }
}

const sum = (column: keyof CampaignCounts) => sql<number>`sum(${sql.ref(column)})::integer`.as(column)

/** Counted anew, block by block, for some dates of a campaign. */
export async function countAnswers(
  database: Database,
  orderId: number,
  dates: readonly string[],
): Promise<CampaignCounts> {
  return database
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
    ])
    .where('l.order_id', '=', orderId)
    .where(sql<boolean>`l.date = any(${[...dates]}::date[])`)
    .executeTakeFirstOrThrow()
}

async function paceOf(database: Database, orderId: number): Promise<number | null> {
  const { lately, since_first: sinceFirst } = await database
    .selectFrom('attempt as t')
    .innerJoin('order_ab as l', (join) =>
      join
        .onRef('t.instrument', '=', 'l.instrument')
        .onRef('t.ab_name', '=', 'l.ab_name')
        .onRef('t.generation', '=', 'l.generation'),
    )
    .select([
      sql<number>`count(*)`.as('lately'),
      sql<number | null>`extract(epoch from now() - min(t.ended_at))::double precision`.as('since_first'),
    ])
    .where('l.order_id', '=', orderId)
    .where(sql<boolean>`t.ended_at > now() - interval '1 hour'`)
    .executeTakeFirstOrThrow()
  return sinceFirst === null || lately < 2 ? null : (lately * HOUR_SECONDS) / Math.max(1, sinceFirst)
}

/** What went wrong in a campaign, biggest first. */
export async function campaignFailures(database: Database, orderId: number): Promise<readonly FailureCause[]> {
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
