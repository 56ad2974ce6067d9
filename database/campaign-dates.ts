import { sql, type Transaction } from 'kysely'
import { type CampaignEnd, campaignName, whenClosed } from '../domain/campaign.ts'
import { isOpenRun } from '../domain/date-run.ts'
import type { OrderDateState } from '../domain/order.ts'
import { trialGeneration } from '../domain/trial.ts'
import { countAnswers } from './campaign-progress.ts'
import type { Campaign } from './campaigns.ts'
import { hostOfWaiting } from './choose-host.ts'
import type { Database } from './connect.ts'
import { type DateRun, type OpenedRun, openRun, openRuns } from './date-runs.ts'
import { writeEvent } from './events.ts'
import { raiseGenerations } from './reprocess.ts'
import type { Schema } from './schema.ts'

/** Open runs of a campaign. */
export async function runsOfCampaign(database: Database, orderId: number): Promise<readonly DateRun[]> {
  return (await openRuns(database)).filter((run) => run.orderId === orderId)
}

/** Writes down what the runs of the campaign have made of their dates. Doing it again changes nothing. */
export async function settleDates(database: Database, orderId: number): Promise<void> {
  const rows = await database
    .selectFrom('order_date as d')
    .innerJoinLateral(
      (inner) =>
        inner
          .selectFrom('date_run as r')
          .select(['r.run_number', 'r.state', 'r.problems', 'r.covers', sql<number>`count(*) over ()`.as('runs')])
          .select(sql<boolean>`exists (select from run_ab l where l.run_number = r.run_number)`.as('lists_abs'))
          .whereRef('r.order_id', '=', 'd.order_id')
          .whereRef('r.date', '=', 'd.date')
          .orderBy('r.run_number', 'desc')
          .limit(1)
          .as('newest'),
      (join) => join.onTrue(),
    )
    .select(['d.date', 'd.state as was', 'd.run_number as known', 'newest.run_number', 'newest.state'])
    .select(['newest.problems', 'newest.runs', 'newest.lists_abs'])
    .where('d.order_id', '=', orderId)
    .where((where) => where.or([where('d.state', '=', 'running'), sql<boolean>`d.run_number < newest.run_number`]))
    .execute()
  for (const { date, run_number: runNumber, state, problems, runs, lists_abs: listsAbs } of rows) {
    if (isOpenRun(state)) await setDate(database, orderId, date, 'running', null, runNumber)
    // A run of no block has only brought in what waited: blocks of the date may still be to be asked for.
    else if (!listsAbs && state === 'done') await setDate(database, orderId, date, 'put off', null, runNumber)
    else {
      const detail = problems.length > 0 ? problems.join('; ') : null
      await setDate(database, orderId, date, whenClosed(state, runs), detail, runNumber)
    }
  }
}

/** `nothing left`: every block of the date that the order is for has its answer, or is no longer executable, and no product waits. */
export type OpenedDate = OpenedRun | 'nothing left'

/**
 * Opens the run of one date of a campaign for the blocks that the order lists and that have no answer yet. Blocks to be re-processed get
 * their new generation here, with the run, and not when they were ordered: what the campaign never comes to stays as it is. In a trial
 * they get none: the order asks for that of the run.
 */
export async function openCampaignDate(
  database: Database,
  campaign: Campaign,
  date: string,
  host: string,
): Promise<OpenedDate> {
  const { orderId, instrument } = campaign
  const abs = await (campaign.trial ? untriedAbs : openAbs)(database, orderId, date)
  // Of a date that was blocked, products may be all that is left: a run of no block brings them in.
  const ingests = !campaign.trial && (await hostOfWaiting(database, { instrument, date })) !== null
  if (abs.length === 0 && !ingests) return 'nothing left'
  const abNames = abs.map(({ abName }) => abName)
  return openRun(database, { instrument, date, host, order: orderId, abNames }, async (transaction, runNumber) => {
    if (campaign.trial) await askOfTrial(transaction, orderId, abNames, runNumber)
    else if (campaign.kind === 'reprocess') await raise(transaction, campaign, date)
    await setDate(transaction, orderId, date, 'running', null, runNumber)
  })
}

/** Where a date of a campaign stands now, with what has become of its blocks until then; `detail` in a person's words. */
export async function setDate(
  database: Database,
  orderId: number,
  date: string,
  state: OrderDateState,
  detail: string | null,
  runNumber?: number,
): Promise<void> {
  await database
    .updateTable('order_date')
    .set({ state, detail, changed_at: new Date(), ...(runNumber === undefined ? {} : { run_number: runNumber }) })
    .set(await countAnswers(database, orderId, [date]))
    .where('order_id', '=', orderId)
    .where('date', '=', date)
    .execute()
}

/**
 * Ends a campaign; dates that it has not come to are stopped with it, and the stop and cancel holds of the campaign are released: they
 * were meant for it. Ending it twice changes nothing.
 */
export async function endCampaign(database: Database, orderId: number, as: CampaignEnd): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const order = await transaction
      .updateTable('processing_order')
      .set({ ended_at: new Date(), ended_as: as, waits_for: null })
      .where('order_id', '=', orderId)
      .where('ended_at', 'is', null)
      .returning('instrument')
      .executeTakeFirst()
    if (order === undefined) return
    await transaction
      .updateTable('order_date')
      .set({ state: 'stopped', detail: 'the campaign was stopped before it came to this date', changed_at: new Date() })
      .where('order_id', '=', orderId)
      .where('state', 'in', ['waiting', 'put off'])
      .execute()
    await sql`
      update hold set released_at = now(), released_by = ${`${campaignName(orderId)} ended`}
      where released_at is null and kind in ('stop', 'cancel')
        and scope ->> 'type' = 'campaign' and (scope ->> 'orderId')::bigint = ${orderId}
    `.execute(transaction)
    const { rows } = await sql<{ state: string; count: number }>`
      select state, count(*) as count from order_date where order_id = ${orderId} group by state order by state
    `.execute(transaction)
    await writeEvent(transaction, {
      instrument: order.instrument,
      kind: as === 'done' ? 'campaign done' : 'campaign stopped',
      message: `${campaignName(orderId)}: ${rows.map(({ state, count }) => `${count} dates ${state}`).join(', ')}`,
    })
  })
}

/** A stopped campaign goes on with the dates that it did not finish. Returns false when it is no stopped campaign. */
export async function reopenCampaign(database: Database, orderId: number, who: string): Promise<boolean> {
  return database.transaction().execute(async (transaction) => {
    const order = await transaction
      .updateTable('processing_order')
      .set({ ended_at: null, ended_as: null })
      .where('order_id', '=', orderId)
      .where('ended_as', '=', 'stopped')
      .returning('instrument')
      .executeTakeFirst()
    if (order === undefined) return false
    await transaction
      .updateTable('order_date')
      .set({ state: 'waiting', detail: null, changed_at: new Date() })
      .where('order_id', '=', orderId)
      .where('state', '=', 'stopped')
      .execute()
    await writeEvent(transaction, {
      instrument: order.instrument,
      kind: 'campaign resumed',
      message: campaignName(orderId),
      who,
    })
    return true
  })
}

/** Says why a campaign starts no date at the moment; null when it does. */
export async function showCampaignWaits(database: Database, orderId: number, waitsFor: string | null): Promise<void> {
  await database
    .updateTable('processing_order')
    .set({ waits_for: waitsFor })
    .where('order_id', '=', orderId)
    .where(sql<boolean>`waits_for is distinct from ${waitsFor}`)
    .execute()
}

/** Blocks of one date of an order that have no answer in the generation that is asked for, and can give one. */
async function openAbs(database: Database, orderId: number, date: string): Promise<readonly { abName: string }[]> {
  return listedAbs(database, orderId, date)
    .where((where) =>
      where.or([
        where.and([
          where('a.generation', '=', where.ref('l.generation')),
          where('a.state', 'in', ['pending', 'running']),
        ]),
        isToBeRaised(),
      ]),
    )
    .execute()
}

/** Blocks of one date of a trial that no run of it has tried. */
async function untriedAbs(database: Database, orderId: number, date: string): Promise<readonly { abName: string }[]> {
  return listedAbs(database, orderId, date)
    .where('a.state', '!=', 'withdrawn')
    .where(
      sql<boolean>`not exists (select from attempt t
        where t.instrument = l.instrument and t.ab_name = l.ab_name and t.generation = l.generation)`,
    )
    .execute()
}

/** From now on the answers that the order asks for are those of this run. */
async function askOfTrial(
  transaction: Transaction<Schema>,
  orderId: number,
  abNames: readonly string[],
  runNumber: number,
): Promise<void> {
  await transaction
    .updateTable('order_ab')
    .set({ generation: trialGeneration(runNumber) })
    .where('order_id', '=', orderId)
    .where(sql<boolean>`ab_name = any(${[...abNames]})`)
    .execute()
}

async function raise(transaction: Transaction<Schema>, campaign: Campaign, date: string): Promise<void> {
  const { orderId, instrument, orderedBy, reason } = campaign
  const rows = await listedAbs(transaction, orderId, date).where(isToBeRaised()).forUpdate('a').execute()
  if (rows.length === 0) return
  const abNames = rows.map(({ abName }) => abName)
  await raiseGenerations(transaction, { instrument, abNames, orderedBy, reason: reason ?? '' })
}

function listedAbs(database: Database, orderId: number, date: string) {
  return database
    .selectFrom('order_ab as l')
    .innerJoin('sciproc_ab as a', (join) =>
      join.onRef('a.instrument', '=', 'l.instrument').onRef('a.ab_name', '=', 'l.ab_name'),
    )
    .select('a.ab_name as abName')
    .where('l.order_id', '=', orderId)
    .where('l.date', '=', date)
}

/** The order asks for the generation after the one whose answer is on record. */
const isToBeRaised = () =>
  sql<boolean>`a.generation + 1 = l.generation and a.state in ('processed', 'failed', 'interrupted')`
