import { sql } from 'kysely'
import type { Database } from './connect.ts'
import { ofInstrument } from './of-instrument.ts'

/** A registered date of an instrument. */
export interface DateKey {
  readonly instrument: string
  readonly date: string
}

/** So many of the newest dates are shown whatever their state. */
const NEWEST = 20
/** And so many of those that need a person, newest first. */
const MOST_TROUBLED = 100

/** The dates that an operator asks about: open runs, newest runs that are blocked or in error, and the newest dates. */
export async function presentDates(
  database: Database,
  instrument: string | null,
): Promise<{ readonly dates: readonly DateKey[]; readonly registered: number }> {
  const { rows: dates } = await sql<DateKey>`
    (select instrument, date from sciproc_date where ${ofInstrument(instrument)} order by date desc, instrument limit ${NEWEST})
    union
    select instrument, date from date_run where ended_at is null and ${ofInstrument(instrument)}
    union
    (select r.instrument, r.date from date_run r
     where r.state in ('blocked', 'error') and ${ofInstrument(instrument, 'r.instrument')}
       and not exists (
         select from date_run later
         where later.instrument = r.instrument and later.date = r.date and later.run_number > r.run_number
       )
     order by r.date desc limit ${MOST_TROUBLED})`.execute(database)
  const { registered } = await database
    .selectFrom('sciproc_date')
    .select(sql<number>`count(*)`.as('registered'))
    .where(ofInstrument(instrument))
    .executeTakeFirstOrThrow()
  return { dates, registered }
}
