import type { Logger } from 'pino'
import { type DailyConfiguration, keepDaily } from './client/keep-daily.ts'
import type { TemporalClient } from './client/temporal.ts'
import { openProbe } from './database/blocked-archive.ts'
import { campaigns } from './database/campaigns.ts'
import type { Database } from './database/connect.ts'
import { openRuns } from './database/date-runs.ts'

const EVERY_MS = 60_000

/**
 * Compares the open runs and campaigns of the record with Temporal, now and every minute, and starts what is missing: a workflow that
 * was terminated, a store that was lost, an order whose client died between row and workflow. Daily processing is kept in step the same
 * way. Returns the function that ends it.
 */
export function startReconciler(
  database: Database,
  temporal: TemporalClient,
  daily: DailyConfiguration,
  log: Logger,
): () => void {
  const timer = setInterval(look, EVERY_MS)
  look()
  return () => clearInterval(timer)

  function look(): void {
    const failed = (error: unknown) => log.warn({ err: error }, 'reconciler: looks again in a minute')
    reconcile(database, temporal).catch(failed)
    keepDaily(database, temporal, daily).then((drift) => {
      for (const { instrument, state } of drift) log.info({ instrument, state }, 'Schedule of daily processing mended')
    }, failed)
  }
}

/** One look. Every run and campaign is tried, also when one of them fails; an archive that refused products is probed when it is time. */
export async function reconcile(database: Database, temporal: TemporalClient): Promise<void> {
  await openProbe(database)
  const results = await Promise.allSettled([
    ...(await openRuns(database)).map((run) => temporal.ensureDateWorkflow(run)),
    ...(await campaigns(database, 'open')).map((campaign) => temporal.ensureCampaignWorkflow(campaign)),
  ])
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
