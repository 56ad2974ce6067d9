import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import { ParentClosePolicy, startChild } from '@temporalio/workflow'
import { dateWorkflowId } from './ids.ts'
import { processDate } from './process-date.ts'

/** An open run whose date has to have its workflow. */
export interface DateToStart {
  readonly instrument: string
  readonly date: string
  readonly runNumber: number
}

/**
 * Starts the workflow of an open run as a child that outlives its parent, and waits until it has started. Returns false when one of that
 * date is at work already: the reconciler has been faster, or the run before is just ending and the reconciler comes after it.
 */
export async function startDate(queuePrefix: string, { instrument, date, runNumber }: DateToStart): Promise<boolean> {
  try {
    await startChild(processDate, {
      workflowId: dateWorkflowId(queuePrefix, instrument, date),
      args: [{ runNumber, queuePrefix }],
      memo: { runNumber },
      staticSummary: `${instrument} ${date}, run ${runNumber}`,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    })
    return true
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false
    throw error
  }
}
