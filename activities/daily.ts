import { dailyDates, openDailyRuns, openDailyRunsOf } from '../database/daily.ts'
import { isDailyOn } from '../database/daily-instruments.ts'
import { activeHolds } from '../database/holds.ts'
import { holdOfDispatch } from '../domain/daily.ts'
import { describeScope } from '../domain/hold.ts'
import type { Orchestration } from './dependencies.ts'
import { type OpenDate, openDate } from './open-date.ts'

export interface DailyTurn {
  /** Open daily runs of the instrument, the new ones among them: an attempt that died after opening some is no loss. */
  readonly runs: readonly OpenDate[]
  /** In words, why nothing is taken; null when nothing forbids it. */
  readonly why: string | null
}

/**
 * Opens the runs of daily processing. The clock is asked, not the evening for which a Schedule fired: what was missed and is fired late, or
 * again, takes nothing that has become backlog meanwhile.
 */
export function makeDaily({ database, log, window, dailyNights, ownHost, datePage }: Orchestration) {
  return {
    async openDailyRuns(instrument: string): Promise<DailyTurn> {
      const why = await whyNot(instrument)
      if (why !== null) return { runs: [], why }
      const dates = await dailyDates(database, instrument, { window, nights: dailyNights }, new Date())
      const order = { instrument, orderedBy: 'daily', anyTime: false, host: ownHost }
      const opened = await openDailyRuns(database, order, dates)
      for (const { runNumber, date } of opened) log.info({ runNumber, instrument, date }, 'daily run opened')
      const runs = await openDailyRunsOf(database, instrument)
      return { runs: runs.map((run) => openDate(run, datePage)), why }
    },
  }

  async function whyNot(instrument: string): Promise<string | null> {
    if (!(await isDailyOn(database, instrument))) return `daily processing of ${instrument} is off`
    const hold = holdOfDispatch(await activeHolds(database), instrument)
    return hold === null ? null : `${hold.kind} of ${describeScope(hold.scope)} by ${hold.placedBy}`
  }
}
