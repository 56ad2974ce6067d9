import { dailyDates } from '../database/daily.ts'
import { dailySwitches, switchDaily } from '../database/daily-instruments.ts'
import type { Database } from '../database/connect.ts'
import { activeHolds } from '../database/holds.ts'
import { type DailyRules, holdOfDispatch } from '../domain/daily.ts'
import { PreconditionError } from '../domain/failure.ts'
import { isOpen } from '../domain/night-window.ts'
import { loadInstrument } from '../settings/instruments.ts'
import type { Settings } from '../settings/settings.ts'
import type { InstrumentSchedule } from './daily-schedules.ts'
import type { TemporalClient } from './temporal.ts'

/** What daily processing of an installation goes by. */
export interface DailyConfiguration extends DailyRules {
  /** Whether the file of an instrument is there, and certified. */
  readonly isCertified: (instrument: string) => Promise<boolean>
}

export const dailyConfiguration = (settings: Settings): DailyConfiguration => ({
  window: settings.window,
  nights: settings.dailyNights,
  isCertified: async (instrument) => {
    try {
      return (await loadInstrument(settings.instrumentDir, instrument)).status === 'certified'
    } catch (error) {
      if (error instanceof PreconditionError) return false
      throw error
    }
  },
})

/** Instruments whose switch is on and whose file allows it. */
export async function wantedDaily(database: Database, { isCertified }: DailyConfiguration): Promise<readonly string[]> {
  const wanted: string[] = []
  for (const { instrument, active } of await dailySwitches(database)) {
    if (active && (await isCertified(instrument))) wanted.push(instrument)
  }
  return wanted
}

/**
 * One look of the reconciler: Schedules are brought in step with the record, and inside the window an instrument that has something to
 * take is dispatched: late blocks of a date whose run has ended, a registration during which Temporal was away, a hold that was lifted.
 * A Schedule that a person has paused in the Temporal UI turns the switch off. Returns what was not in step.
 */
export async function keepDaily(
  database: Database,
  temporal: TemporalClient,
  configuration: DailyConfiguration,
): Promise<readonly InstrumentSchedule[]> {
  const { window } = configuration
  const schedules = await temporal.dailySchedules.look(await wantedDaily(database, configuration), window)
  const drift = schedules.filter(({ state }) => state !== 'in step')
  for (const { instrument, note } of drift.filter(({ state }) => state === 'paused')) {
    await switchDaily(database, { instrument, active: false, changedBy: 'Temporal UI', reason: note })
  }
  const mended = await Promise.allSettled(drift.map((schedule) => temporal.dailySchedules.mend(schedule, window)))
  await dispatchWhatWaits(database, temporal, configuration)
  const failed = mended.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  return drift
}

async function dispatchWhatWaits(
  database: Database,
  temporal: TemporalClient,
  configuration: DailyConfiguration,
): Promise<void> {
  const now = new Date()
  if (configuration.window !== null && !isOpen(configuration.window, now)) return
  const holds = await activeHolds(database)
  for (const instrument of await wantedDaily(database, configuration)) {
    if (holdOfDispatch(holds, instrument) !== null) continue
    if ((await dailyDates(database, instrument, configuration, now)).length > 0)
      await temporal.dispatchDaily(instrument)
  }
}
