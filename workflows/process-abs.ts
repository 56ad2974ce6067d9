import { workflowInfo } from '@temporalio/workflow'
import type { AbResult } from '../activities/process-ab.ts'
import type { DateControl } from './date-control.ts'

/** Counts that the workflow shows while it works. */
export interface LaneCounts {
  waiting: number
  onHost: number
  ended: number
}

export type LaneEnd = 'all ended' | 'stopped' | 'history is long'

/**
 * Offers blocks to a host, at most `slots` at once, until each has ended, or the operator stops the date. A block that was not started
 * goes back to the front of the queue and is offered again when that may help.
 */
export async function processABs(
  abNames: readonly string[],
  slots: number,
  control: DateControl,
  processAB: (abName: string) => Promise<AbResult>,
  counts: LaneCounts,
): Promise<LaneEnd> {
  const waiting = [...abNames]
  let failure: Error | null = null
  const offer = async (abName: string) => {
    counts.onHost += 1
    try {
      const result = await processAB(abName)
      if (result.ended) counts.ended += 1
      else {
        waiting.unshift(abName)
        control.grewOld()
      }
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error))
    } finally {
      counts.onHost -= 1
    }
  }
  for (;;) {
    counts.waiting = waiting.length
    if (control.isOld) await control.refresh()
    const isLong = workflowInfo().continueAsNewSuggested
    const mayOffer = failure === null && control.mayStart && !isLong
    while (mayOffer && counts.onHost < slots && waiting.length > 0) {
      const next = waiting.shift()
      if (next !== undefined) void offer(next)
    }
    if (counts.onHost === 0) {
      if (failure !== null) throw failure
      if (waiting.length === 0) return 'all ended'
      if (control.mustEnd) return 'stopped'
      if (isLong) return 'history is long'
    }
    const [onHost, queued] = [counts.onHost, waiting.length]
    await control.wait(() => counts.onHost < onHost || waiting.length !== queued)
  }
}
