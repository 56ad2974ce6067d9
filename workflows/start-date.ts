import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow'
import type { OpenDate } from '../activities/open-date.ts'
import { dateDescription } from './details.ts'
import { dateWorkflowId } from './ids.ts'
import { processDate } from './process-date.ts'
import { searchable } from './search-attributes.ts'

/** An open run whose date has to have its workflow. Histories from before it was known tell no page. */
export type DateToStart = Omit<OpenDate, 'page'> & Partial<Pick<OpenDate, 'page'>>

/**
 * Starts the workflow of an open run as a child that outlives its parent, and waits until it has started. Returns false when one of that
 * date is at work already: the reconciler has been faster, or the run before is just ending and the reconciler comes after it.
 */
export async function startDate(queuePrefix: string, { page = null, ...run }: DateToStart): Promise<boolean> {
  const { instrument, date, runNumber, kind } = run
  try {
    await startChild(processDate, {
      workflowId: dateWorkflowId(queuePrefix, instrument, date),
      args: [{ runNumber, queuePrefix }],
      memo: { runNumber },
      ...dateDescription(run, page),
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
