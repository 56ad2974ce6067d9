import { sql } from 'kysely'
import type { Database } from './connect.ts'
import { type LeftOutCount, leftOutCounts } from './left-out.ts'
import { type NumbersSince, numbersSince } from './numbers-since.ts'
import { hosts, type HostStatus } from './status.ts'

/** One instrument in the daily digest. */
export interface InstrumentDigest {
  readonly instrument: string
  readonly numbers: NumbersSince
  readonly leftOut: readonly LeftOutCount[]
  /** As it is now: dates that are blocked, in error, open. */
  readonly blocked: readonly string[]
  readonly inError: readonly string[]
  readonly openDates: number
  /** Executable ABs without an answer, and those of them on dates without an open run. */
  readonly waiting: number
  readonly backlog: number
  readonly lastRegistered: Date
}

export interface DigestNumbers {
  readonly instruments: readonly InstrumentDigest[]
  readonly hosts: readonly HostStatus[]
}

/** What the record says of the time from `since` to now, for every instrument that was ever registered. */
export async function readDigest(database: Database, since: Date): Promise<DigestNumbers> {
  const registered = await database
    .selectFrom('sciproc_date')
    .select(['instrument', sql<Date>`max(changed_at)`.as('last')])
    .groupBy('instrument')
    .orderBy('instrument')
    .execute()
  const instruments: InstrumentDigest[] = []
  for (const { instrument, last } of registered) {
    instruments.push({
      instrument,
      numbers: await numbersSince(database, since, instrument),
      leftOut: await leftOutCounts(database, since, instrument),
      ...(await datesNow(database, instrument)),
      ...(await waitingNow(database, instrument)),
      lastRegistered: last,
    })
  }
  return { instruments, hosts: await hosts(database) }
}

async function datesNow(database: Database, instrument: string) {
  const rows = await database
    .selectFrom('date_status')
    .select(['date', 'state'])
    .where('instrument', '=', instrument)
    .where('state', 'in', ['blocked', 'error', 'running', 'holding', 'stopping', 'cancelling'])
    .orderBy('date')
    .execute()
  const inState = (state: string) => rows.filter((row) => row.state === state).map(({ date }) => date)
  const [blocked, inError] = [inState('blocked'), inState('error')]
  return { blocked, inError, openDates: rows.length - blocked.length - inError.length }
}

async function waitingNow(database: Database, instrument: string) {
  const { rows } = await sql<{ waiting: number; backlog: number }>`
    select count(*) as waiting,
           count(*) filter (where not exists (
             select from date_run r where r.instrument = a.instrument and r.date = a.date and r.ended_at is null
           )) as backlog
    from sciproc_ab a
    where a.instrument = ${instrument} and a.state = 'pending'`.execute(database)
  const [row] = rows
  return { waiting: row?.waiting ?? 0, backlog: row?.backlog ?? 0 }
}
