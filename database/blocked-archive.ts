import { sql, type Transaction } from 'kysely'
import { type ArchiveStep, judgeArchive, nextProbe, type RefusedDate } from '../domain/blocked-archive.ts'
import { type HoldScope, PHOENIX } from '../domain/hold.ts'
import { SEEN_WITHIN_MS } from './choose-host.ts'
import type { Database } from './connect.ts'
import { type DateRun, openRun } from './date-runs.ts'
import { writeEvent } from './events.ts'
import { activeHolds, lockHolds, placeHoldIn } from './holds.ts'
import type { Schema } from './schema.ts'

/**
 * After a run has closed: holds the archive of IDPs when it has refused the products of two dates, or releases that hold when it has
 * taken one since. A hold that a person placed, or one for a token, is another and stays. Judging twice changes nothing.
 */
export async function holdOrRelease(database: Database, archive: string): Promise<ArchiveStep['step']> {
  return database.transaction().execute(async (transaction) => {
    await lockHolds(transaction)
    const scope: HoldScope = { type: 'archive', archive }
    const judged = judgeArchive({
      refusedDates: await refusedDates(transaction),
      tookAt: await tookAt(transaction),
      ...(await pastAndPresentHold(transaction, archive)),
    })
    if (judged.step === 'hold') {
      const reason = `${judged.dates.length} dates are blocked, ${judged.dates.join(' and ')}: a probe every few minutes tells when it takes products again`
      await placeHoldIn(transaction, { kind: 'pause', scope, reason, placedBy: PHOENIX, probe: true })
    }
    if (judged.step === 'release') await release(transaction, archive, 'it takes products again')
    return judged.step
  })
}

/**
 * While an archive is held for blocked dates: opens a run of one of them that takes no block and only brings in what waits. Null when no
 * archive is held so, or it is not the time. When the products of all of them have been given up there is nothing left to try it with: the
 * hold is released.
 */
export async function openProbe(database: Database): Promise<DateRun | null> {
  const holds = await activeHolds(database)
  const hold = holds.find(({ probe }) => probe)
  if (hold === undefined) return null
  const probes = await database
    .selectFrom('date_run as r')
    .select('r.ended_at as endedAt')
    .where('r.covers', '=', 'listed')
    .where('r.started_at', '>=', hold.placedAt)
    .where(sql<boolean>`not exists (select from run_ab l where l.run_number = r.run_number)`)
    .execute()
  const refused = await refusedDates(database)
  if (refused.length === 0 && hold.scope.type === 'archive' && probes.every(({ endedAt }) => endedAt !== null)) {
    const { archive } = hold.scope
    await database.transaction().execute((all) => release(all, archive, 'no blocked date is left to try it with'))
    return null
  }
  const isHeld = ({ instrument, night }: Refused) =>
    holds.some(({ scope }) => scope.type === 'date' && scope.instrument === instrument && scope.date === night)
  const candidates = refused.filter((date) => date.hostIsSeen && !isHeld(date))
  const next = nextProbe(candidates, probes, new Date())
  if (next === null) return null
  const { instrument, night: date, host } = next
  const order = { kind: 'run', orderedBy: PHOENIX, reason: `probe: ${hold.reason}` } as const
  const opened = await openRun(database, { instrument, date, host, order, abNames: [] })
  return opened.opened ? opened.run : null
}

interface Refused extends RefusedDate {
  readonly instrument: string
  readonly night: string
  /** Where the products wait: only that host can bring them in. */
  readonly host: string
  readonly hostIsSeen: boolean
}

async function refusedDates(database: Database): Promise<readonly Refused[]> {
  const { rows } = await sql<{
    instrument: string
    night: string
    host: string
    refused_at: Date
    seen_at: Date | null
  }>`
    select r.instrument, r.date as night, r.host, h.seen_at, max(l.at) as refused_at
    from date_run r
    join ingestion_log l on l.run_number = r.run_number and l.result <> 'live'
    left join host h on h.host = r.host
    where r.state = 'blocked' and not exists (
      select from date_run n where n.instrument = r.instrument and n.date = r.date and n.run_number > r.run_number
    )
    group by r.instrument, r.date, r.host, h.seen_at
    order by refused_at
  `.execute(database)
  return rows.map(({ instrument, night, host, refused_at: refusedAt, seen_at: seenAt }) => ({
    instrument,
    night,
    host,
    date: `${instrument} ${night}`,
    refusedAt,
    hostIsSeen: seenAt !== null && Date.now() - seenAt.getTime() < SEEN_WITHIN_MS,
  }))
}

async function tookAt(database: Database): Promise<Date | null> {
  const newest = await database
    .selectFrom('ingestion_log')
    .select('at')
    .where('result', '=', 'live')
    .orderBy('entry_id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return newest?.at ?? null
}

async function pastAndPresentHold(
  database: Database,
  archive: string,
): Promise<{ heldSince: Date | null; releasedAt: Date | null }> {
  const newest = await database
    .selectFrom('hold')
    .select(['placed_at', 'released_at'])
    .where('probe', '=', true)
    .where(sql<boolean>`scope ->> 'archive' = ${archive}`)
    .orderBy('hold_id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (newest === undefined) return { heldSince: null, releasedAt: null }
  const { placed_at: placedAt, released_at: releasedAt } = newest
  return releasedAt === null ? { heldSince: placedAt, releasedAt: null } : { heldSince: null, releasedAt }
}

async function release(transaction: Transaction<Schema>, archive: string, why: string): Promise<void> {
  await transaction
    .updateTable('hold')
    .set({ released_by: PHOENIX, released_at: sql`now()` })
    .where('probe', '=', true)
    .where('released_at', 'is', null)
    .where(sql<boolean>`scope ->> 'archive' = ${archive}`)
    .execute()
  const message = `released: pause of archive ${archive}, ${why}`
  await writeEvent(transaction, { kind: 'resume', message, who: PHOENIX })
}
