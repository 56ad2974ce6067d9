import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow'
import { searchable } from './search-attributes.ts'

/**
 * Shows a state as the search attribute State, of a workflow that was started with our attributes: a server that does not know them
 * refuses them, and then there was none at the start.
 */
export function showState(state: string): void {
  const { typedSearchAttributes } = workflowInfo()
  const pairs = searchable({ State: state })
  if (pairs.every(({ key }) => typedSearchAttributes.get(key) !== undefined)) upsertSearchAttributes(pairs)
}
