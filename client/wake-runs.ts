import { campaigns } from '../database/campaigns.ts'
import type { Database } from '../database/connect.ts'
import { type DateRun, openRuns } from '../database/date-runs.ts'
import { type HoldScope, inScope } from '../domain/hold.ts'
import type { Settings } from '../settings/settings.ts'
import { withTemporal } from './context.ts'
import { startPlace } from './place.ts'

/** Open runs in which a hold of this scope counts. */
export async function runsInScope(
  database: Database,
  settings: Settings,
  scope: HoldScope,
): Promise<readonly DateRun[]> {
  return (await openRuns(database)).filter((run) => inScope(scope, startPlace(settings, run)))
}

/**
 * Tells the workflows of runs, and of open campaigns that a hold of this scope may concern, to look at the record now. The row counts, not
 * the signal: what cannot be reached looks by itself within a minute, so that every failure here is only told.
 */
export async function wakeRuns(
  settings: Settings,
  database: Database,
  scope: HoldScope,
  runs: readonly DateRun[],
  say: (line: string) => void,
): Promise<void> {
  const open = scope.type === 'date' ? [] : await campaigns(database, 'open')
  if (runs.length + open.length === 0) return
  const unreached = await withTemporal(settings, async (temporal) => {
    if (temporal === null) return runs.length + open.length
    const woken = await Promise.allSettled([
      ...runs.map(({ instrument, date }) => temporal.wakeDate(instrument, date)),
      ...open.map(({ orderId }) => temporal.wakeCampaign(orderId)),
    ])
    return woken.filter(({ status }) => status === 'rejected').length
  })
  if (unreached > 0) {
    say(
      `Temporal is away: ${unreached === 1 ? 'the run looks' : `${unreached} runs look`} at the record when it is back`,
    )
  }
}
