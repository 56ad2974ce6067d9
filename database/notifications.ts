import { sql } from 'kysely'
import { type Alert, type AlertEvent, ALERTS, type Told } from '../domain/alerts.ts'
import type { Database } from './connect.ts'
import type { MessageDocument } from './schema.ts'

/** Those who compose messages take turns, so that one cause gives one message whoever looks. */
const COMPOSE_LOCK = 7_406_587

/** A message as it is kept. */
export interface StoredMessage {
  readonly notificationId: number
  readonly cause: string
  /** The document that the operator's command gets. */
  readonly message: MessageDocument
  readonly createdAt: Date
  readonly sentAt: Date | null
  readonly tries: number
  readonly problem: string | null
}

export interface NewMessage {
  readonly cause: string
  readonly throughEvent: number
  readonly message: MessageDocument
}

/** Composes messages from what the record says and keeps them, in one transaction: two who try at once do not tell the same twice. */
export async function keepMessages(
  database: Database,
  now: Date,
  compose: (transaction: Database) => Promise<readonly NewMessage[]>,
): Promise<number> {
  return database.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${COMPOSE_LOCK})`.execute(transaction)
    const messages = await compose(transaction)
    if (messages.length === 0) return 0
    await transaction
      .insertInto('notification')
      .values(
        messages.map(({ cause, throughEvent, message }) => {
          return { cause, through_event: throughEvent, message: JSON.stringify(message), created_at: now }
        }),
      )
      .execute()
    return messages.length
  })
}

/** Events of the kinds that people hear of at once, since `since`. */
export async function alertEvents(database: Database, since: Date): Promise<readonly AlertEvent[]> {
  const rows = await database
    .selectFrom('event')
    .select(['event_id', 'at', 'kind', 'instrument', 'date', 'message'])
    .where('at', '>=', since)
    .where('kind', 'in', ALERTS)
    .orderBy('event_id')
    .execute()
  return rows.flatMap(({ event_id: eventId, kind, ...event }) => (isAlert(kind) ? [{ ...event, eventId, kind }] : []))
}

/** The newest message of every cause. */
export async function lastTold(database: Database): Promise<readonly Told[]> {
  const rows = await database
    .selectFrom('notification')
    .distinctOn('cause')
    .select(['cause', 'created_at', 'through_event'])
    .orderBy('cause')
    .orderBy('created_at', 'desc')
    .execute()
  return rows.map((row) => ({ cause: row.cause, at: row.created_at, throughEvent: row.through_event }))
}

/**
 * Takes the oldest message that has not been sent, so that no other sender has it for the next minutes; null when there is none. A message
 * whose command failed is taken again after 2, 4, 8... minutes, at most an hour; after a day it is given up.
 */
export async function takeUnsent(database: Database, now: Date): Promise<StoredMessage | null> {
  const { rows } = await sql<Row>`
    update notification set tried_at = ${now}, tries = tries + 1
    where notification_id = (
      select notification_id from notification
      where sent_at is null and created_at > ${now}::timestamptz - interval '1 day'
        and (tried_at is null or tried_at < ${now}::timestamptz - least(interval '1 hour', interval '1 minute' * power(2, least(tries, 10))))
      order by notification_id limit 1 for update skip locked
    )
    returning *`.execute(database)
  const [row] = rows
  return row === undefined ? null : toMessage(row)
}

export async function markSent(database: Database, notificationId: number): Promise<void> {
  await database
    .updateTable('notification')
    .set({ sent_at: new Date(), problem: null })
    .where('notification_id', '=', notificationId)
    .execute()
}

export async function markFailed(database: Database, notificationId: number, problem: string): Promise<void> {
  await database.updateTable('notification').set({ problem }).where('notification_id', '=', notificationId).execute()
}

/** Newest first. */
export async function recentMessages(database: Database, limit: number): Promise<readonly StoredMessage[]> {
  const rows = await database
    .selectFrom('notification')
    .selectAll()
    .orderBy('notification_id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toMessage)
}

interface Row {
  readonly notification_id: number
  readonly cause: string
  readonly message: MessageDocument
  readonly created_at: Date
  readonly sent_at: Date | null
  readonly tries: number
  readonly problem: string | null
}

function toMessage(row: Row): StoredMessage {
  return {
    notificationId: row.notification_id,
    cause: row.cause,
    message: row.message,
    createdAt: row.created_at,
    sentAt: row.sent_at,
    tries: row.tries,
    problem: row.problem,
  }
}

function isAlert(kind: string): kind is Alert {
  return ALERTS.some((alert) => alert === kind)
}
