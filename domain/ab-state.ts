/** States of an association block within its generation. */
export type AbState = 'left out' | 'pending' | 'running' | 'processed' | 'failed' | 'interrupted' | 'withdrawn'

/** From each state, the states that may follow. The database holds the same table and refuses everything else. */
export const AB_TRANSITIONS: Record<AbState, readonly AbState[]> = {
  'left out': ['pending', 'withdrawn'],
  // failed without ever running: its input contradicts the block.
  pending: ['left out', 'running', 'failed', 'interrupted', 'withdrawn'],
  // back to pending: killed by us (not attempted), or a start without an end that may be repeated.
  running: ['pending', 'processed', 'failed', 'interrupted'],
  // Only an order to re-process leads out of an end, and it raises the generation.
  processed: ['pending'],
  failed: ['pending'],
  interrupted: ['pending'],
  withdrawn: ['pending', 'left out'],
}

export type EndedAbState = 'processed' | 'failed' | 'interrupted'

export function hasEnded(state: AbState): state is EndedAbState {
  return state === 'processed' || state === 'failed' || state === 'interrupted'
}
