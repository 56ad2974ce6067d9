import type { Database } from './connect.ts'
import { writeEvent } from './events.ts'

/** Whether the new blocks of an instrument are processed night by night, by whose word and since when. */
export interface DailySwitch {
  readonly instrument: string
  readonly active: boolean
  readonly changedBy: string
  readonly changedAt: Date
  readonly reason: string
}

/** Every instrument for which the switch was ever turned; all others are off. */
export async function dailySwitches(database: Database): Promise<readonly DailySwitch[]> {
  const rows = await database.selectFrom('daily_instrument').selectAll().orderBy('instrument').execute()
  return rows.map(({ instrument, active, changed_by: changedBy, changed_at: changedAt, reason }) => ({
    instrument,
    active,
    changedBy,
    changedAt,
    reason,
  }))
}

export async function isDailyOn(database: Database, instrument: string): Promise<boolean> {
  const row = await database
    .selectFrom('daily_instrument')
    .select('active')
    .where('instrument', '=', instrument)
    .executeTakeFirst()
  return row?.active ?? false
}

/** Turns the switch. Returns false when it stood so already: nothing was changed. */
export async function switchDaily(
  database: Database,
  { instrument, active, changedBy, reason }: Omit<DailySwitch, 'changedAt'>,
): Promise<boolean> {
  return database.transaction().execute(async (transaction) => {
    const row = { instrument, active, changed_by: changedBy, changed_at: new Date(), reason }
    const turned = await transaction
      .insertInto('daily_instrument')
      .values(row)
      .onConflict((conflict) =>
        conflict.column('instrument').doUpdateSet(row).where('daily_instrument.active', '!=', active),
      )
      .returning('instrument')
      .executeTakeFirst()
    if (turned === undefined) return false
    const why = reason === '' ? '' : `: ${reason}`
    await writeEvent(transaction, {
      instrument,
      kind: active ? 'daily on' : 'daily off',
      message: `daily processing of ${instrument} is ${active ? 'on' : 'off'}${why}`,
      who: changedBy,
    })
    return true
  })
}
