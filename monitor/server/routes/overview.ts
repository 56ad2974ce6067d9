import { Hono } from 'hono'
import { calendarDays, calendarYears } from '../../../database/calendar.ts'
import { overview } from '../../../database/overview.ts'
import type { Guarded } from '../guard.ts'
import { liveStream, sendsChanges, shared } from '../live.ts'
import type { Monitor } from '../monitor.ts'

/** The years are sums over everything that was ever registered. */
const YEARS_MS = 60_000
const OVERVIEW_MS = 1_900

/** `/api/overview`, live under `/api/overview/live`; the days of a calendar under `/api/calendar/UVES/2026`. */
export function overviewRoutes({ database, closing }: Monitor): Hono<Guarded> {
  const years = shared(YEARS_MS, () => calendarYears(database))
  const now = shared(OVERVIEW_MS, async () => overview(database, new Date(), await years('')))
  return new Hono<Guarded>()
    .get('/overview', async (context) => context.json(await now('')))
    .get('/overview/live', (context) => {
      const send = sendsChanges('overview')
      return liveStream(context, closing, async (stream) => send(stream, await now('')))
    })
    .get('/calendar/:instrument/:year{\\d{4}}', async (context) => {
      const { instrument, year } = context.req.param()
      const days = await calendarDays(database, instrument, { from: `${year}-01-01`, to: `${year}-12-31` })
      return context.json({ instrument, year: Number(year), days })
    })
}
