import type { Database } from '../database/connect.ts'
import { dailyDates } from '../database/daily.ts'
import { isDailyOn } from '../database/daily-instruments.ts'
import { isOpen } from '../domain/night-window.ts'
import type { Settings } from '../settings/settings.ts'
import { withTemporal } from './context.ts'

/**
 * After a registration: inside the window daily processing takes the new blocks at once, outside it waits for the evening. The reconciler
 * looks every minute, so that a Temporal server which is away is no loss.
 */
export async function wakeDaily(
  settings: Settings,
  database: Database,
  instrument: string,
  say: (line: string) => void,
): Promise<void> {
  if (!(await isDailyOn(database, instrument))) return
  const { window, dailyNights: nights } = settings
  const now = new Date()
  const dates = await dailyDates(database, instrument, { window, nights }, now)
  if (dates.length === 0) return
  const count = dates.reduce((sum, { abNames }) => sum + abNames.length, 0)
  if (window !== null && !isOpen(window, now)) {
    say(`daily processing takes ${count} ABs when the window opens at ${window.start} ${window.timeZone}`)
    return
  }
  say(`daily processing takes ${count} ABs now`)
  await withTemporal(settings, async (temporal) => temporal?.dispatchDaily(instrument))
}
