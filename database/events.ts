import type { Database } from './connect.ts'

export interface NewEvent {
  readonly instrument?: string
  readonly date?: string
  readonly runNumber?: number
  readonly abName?: string
  readonly kind: string
  readonly message: string
  readonly who?: string
}

/** Adds one line to the history that operators read. Give it the transaction of the change that it tells of. */
export async function writeEvent(database: Database, event: NewEvent): Promise<void> {
  await database
    .insertInto('event')
    .values({
      instrument: event.instrument ?? null,
      date: event.date ?? null,
      run_number: event.runNumber ?? null,
      ab_name: event.abName ?? null,
      kind: event.kind,
      message: event.message,
      who: event.who ?? null,
    })
    .execute()
}

export async function eventsOf(
  database: Database,
  instrument: string,
  date: string,
): Promise<readonly { at: Date; kind: string; message: string; who: string | null; ab_name: string | null }[]> {
  return database
    .selectFrom('event')
    .select(['at', 'kind', 'message', 'who', 'ab_name'])
    .where('instrument', '=', instrument)
    .where('date', '=', date)
    .orderBy('event_id')
    .execute()
}
