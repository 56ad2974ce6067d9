import type { Transaction } from 'kysely'
import { describeScope, type HoldScope, PHOENIX } from '../domain/hold.ts'
import { type CountedOutcome, findSystematicFailure, type SystematicFailure } from '../domain/systematic-failure.ts'
import { writeEvent } from './events.ts'
import { placeHoldIn } from './holds.ts'
import type { Schema } from './schema.ts'

/** No count looks further back: far more than five of any cause. */
const LOOK_BACK = 500

/** A failure that has just been recorded, by the transaction that judges it. */
export interface RecordedFailure {
  readonly instrument: string
  readonly date: string
  readonly abName: string
  readonly runNumber: number
  readonly cause: string
}

/**
 * Holds the newest failure against those before it (domain/systematic-failure.ts decides). A systematic one places a hold and calls the
 * operator by an event of its own kind. The transaction has taken `lockHolds` first: of failures on two hosts at once the second sees
 * the first, so that there is one hold and one call.
 */
export async function judgeFailure(transaction: Transaction<Schema>, recorded: RecordedFailure): Promise<void> {
  const failure = findSystematicFailure(await countedOutcomes(transaction, recorded.instrument))
  if (failure === null) return
  if (failure.action === 'warn') await warn(transaction, recorded, failure)
  else await hold(transaction, recorded, failure)
}

type Counted = CountedOutcome & { readonly endedAt: Date }
type Found = SystematicFailure<Counted>

async function hold(transaction: Transaction<Schema>, recorded: RecordedFailure, failure: Found): Promise<void> {
  const { instrument, abName, cause } = recorded
  const drains = failure.action === 'drain'
  const scope: HoldScope = drains ? { type: 'host', host: failure.host } : { type: 'instrument', instrument }
  const where = drains ? ` on ${failure.host} while other hosts succeed` : ''
  const reason = `systematic failure: ${countOf(failure)} ABs${where} with "${cause}", for example ${abName}`
  const { id } = await placeHoldIn(transaction, { kind: 'pause', scope, reason, placedBy: PHOENIX })
  // What was running when the hold was placed ends now: it adds to the count, not to the calls.
  if (await isKnown(transaction, failure, id)) return
  await insertFailure(transaction, recorded, failure, id)
  await callOperator(transaction, recorded, 'systematic failure', `${reason}: ${describeScope(scope)} is held`)
}

async function warn(transaction: Transaction<Schema>, recorded: RecordedFailure, failure: Found): Promise<void> {
  const { abName, cause } = recorded
  if (await isKnown(transaction, failure, null)) return
  await insertFailure(transaction, recorded, failure, null)
  const text = `${countOf(failure)} ABs of ${templateOf(failure)} with "${cause}", for example ${abName}: nothing is held`
  await callOperator(transaction, recorded, 'systematic failure of one template', text)
}

/** Told already, for the hold that stands, or for this template since its count began. */
async function isKnown(transaction: Transaction<Schema>, failure: Found, holdId: number | null): Promise<boolean> {
  const query = transaction.selectFrom('systematic_failure').select('failure_id')
  const known =
    holdId !== null
      ? query.where('hold_id', '=', holdId)
      : query
          .where('action', '=', 'warn')
          .where('common_cause', '=', failure.cause)
          .where('template_or_setting', '=', templateOf(failure))
          .where('found_at', '>=', sinceOf(failure))
  return (await known.executeTakeFirst()) !== undefined
}

async function insertFailure(
  transaction: Transaction<Schema>,
  { instrument, abName, cause }: RecordedFailure,
  failure: Found,
  holdId: number | null,
): Promise<void> {
  await transaction
    .insertInto('systematic_failure')
    .values({
      instrument,
      action: failure.action,
      host: failure.host,
      common_cause: failure.cause,
      template_or_setting: failure.action === 'warn' ? templateOf(failure) : null,
      example_ab_name: abName,
      example_cause: cause,
      since: sinceOf(failure),
      hold_id: holdId,
    })
    .execute()
}

/** The kind of the event is what notifications wait for. */
async function callOperator(
  transaction: Transaction<Schema>,
  { instrument, date, runNumber, abName }: RecordedFailure,
  kind: string,
  message: string,
): Promise<void> {
  await writeEvent(transaction, { instrument, date, runNumber, abName, kind, message, who: PHOENIX })
}

/** Outcomes of an instrument, oldest first, without those from before the release of the last hold for a systematic failure. */
async function countedOutcomes(transaction: Transaction<Schema>, instrument: string): Promise<readonly Counted[]> {
  const releases = await transaction
    .selectFrom('systematic_failure as f')
    .innerJoin('hold as h', 'h.hold_id', 'f.hold_id')
    .select(['f.action', 'f.host', 'h.released_at'])
    .where('f.instrument', '=', instrument)
    .where('h.released_at', 'is not', null)
    .execute()
  const beginOn = (host: string) =>
    Math.max(
      0,
      ...releases
        .filter((release) => release.action === 'hold' || release.host === host)
        .map(({ released_at }) => released_at?.getTime() ?? 0),
    )
  const rows = await transaction
    .selectFrom('attempt')
    .select(['ab_name', 'host', 'outcome', 'template_or_setting', 'common_cause', 'ended_at'])
    .where('instrument', '=', instrument)
    .where('generation', '>', 0)
    .orderBy('ended_at', 'desc')
    .limit(LOOK_BACK)
    .execute()
  return rows
    .toReversed()
    .filter((row) => row.ended_at.getTime() > beginOn(row.host))
    .map((row) => ({
      abName: row.ab_name,
      host: row.host,
      templateOrSetting: row.template_or_setting ?? '',
      cause: row.outcome === 'processed' ? null : (row.common_cause ?? ''),
      endedAt: row.ended_at,
    }))
}

function countOf({ counted }: Found): number {
  return new Set(counted.map(({ abName }) => abName)).size
}

function templateOf({ counted }: Found): string {
  return counted[0]?.templateOrSetting ?? ''
}

function sinceOf({ counted }: Found): Date {
  return counted[0]?.endedAt ?? new Date()
}
