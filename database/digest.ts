import { sql } from 'kysely'
import type { Database } from './connect.ts'

/** Numbers of one instrument for the daily digest. */
export interface InstrumentDigest {
  readonly instrument: string
  /** ABs that gave their answer in the time. */
  readonly processed: number
  readonly failed: number
  readonly interrupted: number
  /** The causes of failures, biggest first. */
  readonly failures: readonly { readonly cause: string; readonly abs: number }[]
  /** ABs registered in the time that are left out, by reason, biggest first. */
  readonly leftOut: readonly { readonly code: string; readonly abs: number }[]
  readonly archived: { readonly idps: number; readonly bytes: number }
  /** As it is now. */
  readonly blocked: readonly string[]
  readonly inError: readonly string[]
  readonly openDates: number
  /** Executable ABs without an answer, whether an order covers them or not. */
  readonly waiting: number
  readonly backlog: number
  readonly lastRegistered: Date | null
}

export interface HostDigest {
  readonly host: string
  readonly seenAt: Date
  readonly freeBytes: number | null
  readonly neededBytes: number | null
}

/** What the record says of the time from `since` to now, for every instrument that was ever registered. */
export async function readDigest(
  database: Database,
  since: Date,
): Promise<{ readonly instruments: readonly InstrumentDigest[]; readonly hosts: readonly HostDigest[] }> {
  const registered = await database
    .selectFrom('sciproc_date')
    .select(['instrument', sql<Date>`max(changed_at)`.as('last')])
    .groupBy('instrument')
    .orderBy('instrument')
    .execute()
  const instruments: InstrumentDigest[] = []
  for (const { instrument, last } of registered) {
    const outcomes = await outcomesOf(database, instrument, since)
    instruments.push({
      instrument,
      ...outcomes,
      leftOut: await leftOutOf(database, instrument, since),
      archived: await archivedOf(database, instrument, since),
      ...(await datesOf(database, instrument)),
      ...(await waitingOf(database, instrument)),
      lastRegistered: last,
    })
  }
  const hosts = await database.selectFrom('host').selectAll().orderBy('host').execute()
  return {
    instruments,
    hosts: hosts.map((row) => {
      return { host: row.host, seenAt: row.seen_at, freeBytes: row.free_bytes, neededBytes: row.needed_bytes }
    }),
  }
}

async function outcomesOf(database: Database, instrument: string, since: Date) {
  const rows = await database
    .selectFrom('attempt')
    .select(['outcome', 'cause', sql<number>`count(*)`.as('abs')])
    .where('instrument', '=', instrument)
    .where('generation', '>', 0)
    .where('ended_at', '>=', since)
    .groupBy(['outcome', 'cause'])
    .orderBy('abs', 'desc')
    .orderBy('cause')
    .execute()
  const count = (outcome: string) =>
    rows.filter((row) => row.outcome === outcome).reduce((total, { abs }) => total + abs, 0)
  return {
    processed: count('processed'),
    failed: count('failed'),
    interrupted: count('interrupted'),
    failures: rows.flatMap(({ outcome, cause, abs }) =>
      outcome === 'processed' ? [] : [{ cause: cause ?? outcome, abs }],
    ),
  }
}

async function leftOutOf(database: Database, instrument: string, since: Date) {
  const rows = await database
    .selectFrom('sciproc_ab')
    .select(['left_out_code', sql<number>`count(*)`.as('abs')])
    .where('instrument', '=', instrument)
    .where('state', '=', 'left out')
    .where('changed_at', '>=', since)
    .groupBy('left_out_code')
    .orderBy('abs', 'desc')
    .execute()
  return rows.map((row) => ({ code: row.left_out_code ?? '', abs: row.abs }))
}

async function archivedOf(database: Database, instrument: string, since: Date) {
  return database
    .selectFrom('idp')
    .select([sql<number>`count(*)`.as('idps'), sql<number>`coalesce(sum(bytes), 0)::bigint`.as('bytes')])
    .where('instrument', '=', instrument)
    .where('ingested_at', '>=', since)
    .executeTakeFirstOrThrow()
}

async function datesOf(database: Database, instrument: string) {
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

async function waitingOf(database: Database, instrument: string) {
  const { rows } = await sql<{ waiting: number; backlog: number }>`
    select count(*) as waiting,
           count(*) filter (where not exists (
             select from date_run r where r.instrument = a.instrument and r.date = a.date
               and r.state in ('running', 'holding', 'stopping', 'cancelling')
           )) as backlog
    from sciproc_ab a
    where a.instrument = ${instrument} and a.state = 'pending'`.execute(database)
  const [row] = rows
  return { waiting: row?.waiting ?? 0, backlog: row?.backlog ?? 0 }
}
