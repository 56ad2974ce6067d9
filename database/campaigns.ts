import { sql, type Transaction } from 'kysely'
import { type CampaignEnd, campaignName, campaignTitle } from '../domain/campaign.ts'
import type { RunState } from '../domain/date-run.ts'
import { type CampaignKind, isCampaign, type OrderDateState } from '../domain/order.ts'
import { TRIAL_TO_COME } from '../domain/trial.ts'
import type { Database } from './connect.ts'
import { writeEvent } from './events.ts'
import type { SelectedAb } from './order-selection.ts'
import type { Schema } from './schema.ts'

/** Two who place orders at once do so one after the other: the second one sees what the first one covers. */
const ORDER_LOCK = 7_406_585

export interface NewCampaign {
  readonly kind: CampaignKind
  readonly instrument: string
  readonly orderedBy: string
  readonly reason: string | null
  readonly newestFirst: boolean
  readonly datesAtOnce: number
  readonly anyTime: boolean
  readonly leaveOutMissing: boolean
  /** Everything but the ingestion: each date runs in a trial of its own, and no block gets a generation. */
  readonly trial: boolean
}

export interface Campaign extends NewCampaign {
  readonly orderId: number
  readonly orderedAt: Date
  readonly endedAt: Date | null
  readonly endedAs: CampaignEnd | null
  readonly waitsFor: string | null
}

/** What other open campaigns cover already: it is left to them. */
export interface Covered {
  readonly orderId: number
  readonly abs: number
  readonly dates: number
}

export interface PlacedCampaign {
  /** Null when nothing was left to order. */
  readonly orderId: number | null
  readonly abs: number
  readonly dates: number
  readonly covered: readonly Covered[]
}

/** Places an order over these blocks, without those that an open campaign covers. Whoever orders the same twice is told, and nothing is run twice. */
export async function placeCampaign(
  database: Database,
  campaign: NewCampaign,
  abs: readonly SelectedAb[],
): Promise<PlacedCampaign> {
  return database.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${ORDER_LOCK})`.execute(transaction)
    const { free, covered } = await toOrder(transaction, campaign, abs)
    if (free.length === 0) return { orderId: null, abs: 0, dates: 0, covered }
    const orderId = await insertCampaign(transaction, campaign)
    const dates = [...new Set(free.map(({ date }) => date))].toSorted()
    if (campaign.newestFirst) dates.reverse()
    await transaction
      .insertInto('order_date')
      .columns(['order_id', 'instrument', 'date', 'position', 'abs'])
      .expression(
        sql`select ${orderId}, ${campaign.instrument}, listed.date, position, count(*)
          from unnest(${dates}::date[]) with ordinality as listed (date, position) join ${rowsOf(free)} on w.date = listed.date
          group by listed.date, position`,
      )
      .execute()
    await transaction
      .insertInto('order_ab')
      .columns(['order_id', 'instrument', 'ab_name', 'date', 'generation'])
      .expression(
        sql`select ${orderId}, ${campaign.instrument}, ab_name, date, ${generationOf(campaign)} from ${rowsOf(free)}`,
      )
      .execute()
    await writeEvent(transaction, {
      instrument: campaign.instrument,
      kind: 'campaign ordered',
      message: `${campaignName(orderId)}: ${campaignTitle(campaign)} of ${free.length} ABs of ${dates.length} dates${campaign.reason === null ? '' : `: ${campaign.reason}`}`,
      who: campaign.orderedBy,
    })
    return { orderId, abs: free.length, dates: dates.length, covered }
  })
}

/**
 * The blocks that no open campaign covers, and how much of the others each one does. A trial stands beside them: it covers nothing, and
 * nothing covers it.
 */
export async function toOrder(
  database: Database,
  { instrument, trial }: Pick<NewCampaign, 'instrument' | 'trial'>,
  abs: readonly SelectedAb[],
): Promise<{ free: readonly SelectedAb[]; covered: readonly Covered[] }> {
  if (trial) return { free: abs, covered: [] }
  const { rows } = await sql<{ ab_name: string; date: string; order_id: number }>`
    select distinct on (w.ab_name) w.ab_name, w.date, o.order_id
    from ${rowsOf(abs)}
    join order_ab c on c.instrument = ${instrument} and c.ab_name = w.ab_name
    join processing_order o on o.order_id = c.order_id and o.ended_at is null and not o.trial
    left join attempt t on t.instrument = c.instrument and t.ab_name = c.ab_name and t.generation = c.generation
    where t.generation is null
    order by w.ab_name, o.order_id`.execute(database)
  const taken = new Set(rows.map((row) => row.ab_name))
  const covered = [...new Set(rows.map((row) => row.order_id))].map((orderId) => {
    const ofOrder = rows.filter((row) => row.order_id === orderId)
    return { orderId, abs: ofOrder.length, dates: new Set(ofOrder.map(({ date }) => date)).size }
  })
  return { free: abs.filter(({ abName }) => !taken.has(abName)), covered }
}

export async function readCampaign(database: Database, orderId: number): Promise<Campaign | null> {
  const row = await database
    .selectFrom('processing_order')
    .selectAll()
    .where('order_id', '=', orderId)
    .executeTakeFirst()
  return row === undefined ? null : toCampaign(row)
}

/** Campaigns that have not ended, or with `all` every one, in the order in which they were given. */
export async function campaigns(database: Database, which: 'open' | 'all'): Promise<readonly Campaign[]> {
  let query = database
    .selectFrom('processing_order')
    .selectAll()
    .where('kind', 'in', ['back-process', 'reprocess'])
    .where(sql<boolean>`exists (select from order_date d where d.order_id = processing_order.order_id)`)
    .orderBy('order_id')
  if (which === 'open') query = query.where('ended_at', 'is', null)
  return (await query.execute()).flatMap((row) => toCampaign(row) ?? [])
}

export interface OrderDate {
  readonly date: string
  readonly position: number
  readonly state: OrderDateState
  readonly runNumber: number | null
  readonly detail: string | null
}

/** The dates of a campaign in the order in which they are taken. */
export async function orderDates(database: Database, orderId: number): Promise<readonly OrderDate[]> {
  return database
    .selectFrom('order_date')
    .select(['date', 'position', 'state', 'run_number as runNumber', 'detail'])
    .where('order_id', '=', orderId)
    .orderBy('position')
    .execute()
}

export interface CampaignRun {
  readonly date: string
  readonly runNumber: number
  readonly state: RunState
}

/** All runs of a campaign, open and closed, oldest first. */
export async function campaignRuns(database: Database, orderId: number): Promise<readonly CampaignRun[]> {
  return database
    .selectFrom('date_run')
    .select(['date', 'run_number as runNumber', 'state'])
    .where('order_id', '=', orderId)
    .orderBy('run_number')
    .execute()
}

async function insertCampaign(transaction: Transaction<Schema>, campaign: NewCampaign): Promise<number> {
  const { order_id: orderId } = await transaction
    .insertInto('processing_order')
    .values({
      kind: campaign.kind,
      instrument: campaign.instrument,
      ordered_by: campaign.orderedBy,
      reason: campaign.reason,
      newest_first: campaign.newestFirst,
      dates_at_once: campaign.datesAtOnce,
      any_time: campaign.anyTime,
      leave_out_missing: campaign.leaveOutMissing,
      trial: campaign.trial,
    })
    .returning('order_id')
    .executeTakeFirstOrThrow()
  return orderId
}

function generationOf({ trial }: NewCampaign) {
  return trial ? sql<number>`${TRIAL_TO_COME}::integer` : sql<number>`generation`
}

/** Blocks as a table `w` of the database: one parameter a column, however many there are. */
function rowsOf(abs: readonly SelectedAb[]) {
  return sql`unnest(
    ${abs.map(({ abName }) => abName)}::text[],
    ${abs.map(({ date }) => date)}::date[],
    ${abs.map(({ generation }) => generation)}::integer[]
  ) as w (ab_name, date, generation)`
}

type OrderRow = Awaited<ReturnType<typeof orderRow>>
const orderRow = (database: Database) => database.selectFrom('processing_order').selectAll().executeTakeFirstOrThrow()

function toCampaign(row: OrderRow): Campaign | null {
  if (!isCampaign(row.kind)) return null
  return {
    orderId: row.order_id,
    kind: row.kind,
    instrument: row.instrument,
    orderedBy: row.ordered_by,
    reason: row.reason,
    newestFirst: row.newest_first,
    datesAtOnce: row.dates_at_once,
    anyTime: row.any_time,
    leaveOutMissing: row.leave_out_missing,
    trial: row.trial,
    orderedAt: row.ordered_at,
    endedAt: row.ended_at,
    endedAs: row.ended_as,
    waitsFor: row.waits_for,
  }
}
