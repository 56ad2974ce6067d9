import { proxyActivities } from '@temporalio/workflow'
import type { HostFileActivities, HostRecipeActivities, OrchestrationActivities } from '../activities/index.ts'
import { filesQueue, recipesQueue } from './ids.ts'

// Nothing that was decided is retried, and nothing that the machines did is given up: attempts have no limit.
const retry = {
  initialInterval: '1 second',
  maximumInterval: '1 minute',
  nonRetryableErrorTypes: ['StaleRunError', 'PreconditionError'],
}

/** Record and plan: short, on the queue of the workflow itself. */
export const record = proxyActivities<OrchestrationActivities>({ startToCloseTimeout: '5 minutes', retry })

/** Files of one host: long, alive as long as they beat. */
export const filesOf = (prefix: string, host: string) =>
  proxyActivities<HostFileActivities>({
    taskQueue: filesQueue(prefix, host),
    startToCloseTimeout: '1 day',
    heartbeatTimeout: '1 minute',
    retry,
  })

/**
 * One block's recipe on a host, whose slots are given by priority; the Temporal UI shows the block's name beside it. A missing pipeline in
 * the middle of a night burns nothing: it is tried again until it is back.
 */
export const recipesOf = (prefix: string, host: string, priority: number, abName: string) =>
  proxyActivities<HostRecipeActivities>({
    taskQueue: recipesQueue(prefix, host),
    startToCloseTimeout: '7 days',
    heartbeatTimeout: '1 minute',
    retry: { ...retry, nonRetryableErrorTypes: ['StaleRunError'] },
    priority: { priorityKey: priority },
    summary: abName,
  })
