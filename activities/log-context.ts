import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from '@temporalio/activity'
import type { ActivityInterceptors } from '@temporalio/worker'
import type { Logger } from 'pino'

/** What every line of the log names that is written for a date: people search by it. */
interface LogContext {
  readonly instrument?: string
  readonly date?: string
  readonly run?: number
  readonly ab?: string
  readonly activity: string
}

const storage = new AsyncLocalStorage<LogContext>()

/** For pino's `mixin`: what the line at hand is about; nothing outside of an activity. */
export const logContext = (): object => storage.getStore() ?? {}

/**
 * Gives all lines written within an activity the date, the run and the block that it is about. A host worker also says of each how it
 * ended and how long it took (`log`); the short questions of the orchestration would only fill its log.
 */
export function logActivities(log: Logger | null): (context: Context) => ActivityInterceptors {
  return ({ info: { activityType, workflowExecution } }) => ({
    inbound: {
      execute: (input, next) =>
        storage.run(contextOf(activityType, workflowExecution?.workflowId ?? '', input.args), async () => {
          const begin = performance.now()
          const seconds = () => Number(((performance.now() - begin) / 1000).toFixed(3))
          try {
            const result = await next(input)
            log?.info({ result, seconds: seconds() }, 'activity ended')
            return result
          } catch (error) {
            log?.warn({ err: error, seconds: seconds() }, 'activity failed')
            throw error
          }
        }),
    },
  })
}

/** All activities of a date have its run's number first, and that of a block its name next (activities/index.ts). */
function contextOf(activity: string, workflowId: string, [run, ab]: readonly unknown[]): LogContext {
  const [, instrument, date] = /date\/([^/]+)\/(\d{4}-\d{2}-\d{2})$/.exec(workflowId) ?? []
  if (instrument === undefined || date === undefined) return { activity }
  return {
    activity,
    instrument,
    date,
    ...(typeof run === 'number' ? { run } : {}),
    ...(activity === 'processAB' && typeof ab === 'string' ? { ab } : {}),
  }
}
