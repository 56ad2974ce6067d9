import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow'
import type { OrderKind } from '../domain/order.ts'
import { workflowDetails } from './details.ts'
import { dateWorkflowId } from './ids.ts'
import { processDate } from './process-date.ts'
import { searchable } from './search-attributes.ts'

/** An open run whose date has to have its workflow. */
export interface DateToStart {
  readonly instrument: string
  readonly date: string
  readonly runNumber: number
  readonly kind: OrderKind
  /** Address of the date in the monitor; null or, in histories from before it was known, absent when none runs. */
  readonly page?: string | null
}

/**
 * Starts the workflow of an open run as a child that outlives its parent, and waits until it has started. Returns false when one of that
 * date is at work already: the reconciler has been faster, or the run before is just ending and the reconciler comes after it.
 */
export async function startDate(
  queuePrefix: string,
  { instrument, date, runNumber, kind, page = null }: DateToStart,
): Promise<boolean> {
  try {
    await startChild(processDate, {
      workflowId: dateWorkflowId(queuePrefix, instrument, date),
      args: [{ runNumber, queuePrefix }],
      memo: { runNumber },
      staticSummary: `${instrument} ${date}, ${kind}, run ${runNumber}`,
      staticDetails: workflowDetails(`${instrument} ${date}`, page),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      ...(isSearchable()
        ? {
            typedSearchAttributes: searchable({
              Instrument: instrument,
              ObservingDate: date,
              Kind: kind,
              State: 'running',
            }),
          }
        : {}),
    })
    return true
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false
    throw error
  }
}

/** A server that does not know our search attributes refuses them: then the parent has none either. */
function isSearchable(): boolean {
  return workflowInfo().typedSearchAttributes.getAll().length > 0
}
