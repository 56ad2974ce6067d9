import { getExternalWorkflowHandle } from '@temporalio/workflow'
import { wake } from './messages.ts'

/** Tells another workflow to look at the record. That it is not there harms nothing: it looks by itself within a minute, or has ended. */
export async function wakeWorkflow(workflowId: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(wake)
  } catch {
    // The row counts, not the signal.
  }
}
