import { record } from './activities.ts'
import { startDate } from './start-date.ts'

export interface DispatchInput {
  readonly instrument: string
  /** Prefix of the task queues of this installation. */
  readonly queuePrefix: string
}

/**
 * Daily processing of one instrument: a run for every date that has something to take, and the workflow of each. Started by a Schedule
 * when the window opens, by a registration inside it, and by the reconciler; it asks the record what there is to do, never whoever
 * started it. Returns, for the eye, what it has started.
 */
export async function dailyDispatch({ instrument, queuePrefix }: DispatchInput): Promise<string> {
  const { runs, why } = await record.openDailyRuns(instrument)
  const started = await Promise.all(runs.map((run) => startDate(queuePrefix, run)))
  const dates = runs.filter((_, index) => started[index] === true).map(({ date }) => date)
  if (why !== null) return why
  return dates.length === 0 ? 'nothing to start' : `started ${dates.join(', ')}`
}
