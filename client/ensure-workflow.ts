import { setTimeout as delay } from 'node:timers/promises'
import type { DateRun } from '../database/date-runs.ts'
import type { Settings } from '../settings/settings.ts'
import { withTemporal } from './context.ts'

const TRIES = 10
const PAUSE_MS = 300

/**
 * Starts the workflow of a run that is in the record. Where that cannot be done now, the reconciler does it within a minute; `say` is
 * told so. Nothing is thrown for a Temporal server that is away: the row counts.
 */
export async function ensureWorkflow(settings: Settings, run: DateRun, say: (line: string) => void): Promise<void> {
  const problem = await withTemporal(settings, async (temporal) => {
    if (temporal === null) return 'Temporal is away'
    try {
      for (let attempt = 0; attempt < TRIES; attempt += 1) {
        if (await temporal.ensureDateWorkflow(run)) return null
        await delay(PAUSE_MS)
      }
      return 'the workflow of the last run is still ending'
    } catch (error) {
      return `Temporal did not take the workflow (${error instanceof Error ? error.message : String(error)})`
    }
  })
  if (problem !== null) {
    say(
      `run ${run.runNumber} is on record, but ${problem}: the orchestration worker starts it within a minute of being up`,
    )
  }
}
