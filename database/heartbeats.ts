import type { Database } from './connect.ts'

/** Parts that tell the record that they are at work. */
export type HeartbeatPart = 'orchestration'

export async function beat(database: Database, part: HeartbeatPart): Promise<void> {
  const row = { part, at: new Date() }
  await database
    .insertInto('heartbeat')
    .values(row)
    .onConflict((conflict) => conflict.column('part').doUpdateSet(row))
    .execute()
}

/** When a part was last at work; null when it never was. */
export async function lastBeat(database: Database, part: HeartbeatPart): Promise<Date | null> {
  const row = await database.selectFrom('heartbeat').select('at').where('part', '=', part).executeTakeFirst()
  return row?.at ?? null
}
