import { sql } from 'kysely'
import type { Database } from './connect.ts'

/** Something that happened: an event of the history, or an answer of a block. */
export interface NewsItem {
  readonly at: Date
  readonly instrument: string | null
  readonly date: string | null
  readonly abName: string | null
  /** Kind of the event, or the outcome of the block. */
  readonly what: string
  readonly message: string
  readonly who: string | null
}

export interface SeenNews {
  readonly eventId: number
  /** Answers up to this moment. */
  readonly at: Date
}

const MOST = 500

export async function latestEventId(database: Database): Promise<number> {
  const row = await database.selectFrom('event').select(sql<number | null>`max(event_id)`.as('last')).executeTakeFirst()
  return row?.last ?? 0
}

/** What has happened since a look, oldest first, and how far this look has seen. */
export async function newsSince(
  database: Database,
  seen: SeenNews,
): Promise<{ readonly items: readonly NewsItem[]; readonly seen: SeenNews }> {
  const events = await database
    .selectFrom('event')
    .selectAll()
    .where('event_id', '>', seen.eventId)
    .orderBy('event_id')
    .limit(MOST)
    .execute()
  const answers = await database
    .selectFrom('attempt as t')
    .innerJoin('date_run as r', 'r.run_number', 't.run_number')
    .select(['t.ended_at', 't.instrument', 'r.date', 't.ab_name', 't.outcome', 't.cause', 't.wall_seconds'])
    .where('t.ended_at', '>', seen.at)
    .orderBy('t.ended_at')
    .limit(MOST)
    .execute()
  const items = [
    ...events.map(({ at, instrument, date, ab_name: abName, kind: what, message, who }): NewsItem => {
      return { at, instrument, date, abName, what, message, who }
    }),
    ...answers.map((row): NewsItem => {
      const message = row.cause ?? (row.wall_seconds === null ? '' : `${row.wall_seconds.toFixed(1)} s`)
      const { instrument, date, ab_name: abName, outcome: what } = row
      return { at: row.ended_at, instrument, date, abName, what, message, who: null }
    }),
  ]
  return {
    items: items.toSorted((a, b) => a.at.getTime() - b.at.getTime()),
    seen: { eventId: events.at(-1)?.event_id ?? seen.eventId, at: answers.at(-1)?.ended_at ?? seen.at },
  }
}
