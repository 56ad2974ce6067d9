/** States of one run of a date. The run's number is the fence: it guards every write and names every folder. */
export type OpenRunState = 'running' | 'holding' | 'stopping' | 'cancelling'
export type ClosedRunState = 'blocked' | 'error' | 'stopped' | 'done'
export type RunState = OpenRunState | ClosedRunState

/** From each state, the states that may follow. The database holds the same table and refuses everything else. */
export const RUN_TRANSITIONS: Record<RunState, readonly RunState[]> = {
  running: ['holding', 'stopping', 'cancelling', 'blocked', 'error', 'stopped', 'done'],
  holding: ['running', 'stopping', 'cancelling', 'blocked', 'error', 'stopped', 'done'],
  stopping: ['cancelling', 'blocked', 'error', 'stopped', 'done'],
  cancelling: ['blocked', 'error', 'stopped', 'done'],
  // A blocked run is closed; only giving up on its products changes it, a resume opens a new run.
  blocked: ['stopped'],
  error: [],
  stopped: [],
  done: [],
}

export const OPEN_RUN_STATES: readonly OpenRunState[] = ['running', 'holding', 'stopping', 'cancelling']

export function isOpenRun(state: RunState): state is OpenRunState {
  return OPEN_RUN_STATES.some((open) => open === state)
}

/** A run takes all blocks of its date that have no answer yet, or only those that were listed when it was opened. */
export type RunCoverage = 'all' | 'listed'

/** What a run of a date ended with, seen from its steps. */
export interface RunEnd {
  readonly preconditionProblems: readonly string[]
  readonly stoppedByOperator: boolean
  readonly archiveRefuses: boolean
}

/** The state in which a run closes. A refusing archive counts more than a stop: the products that wait must be seen. */
export function closingState(end: RunEnd): ClosedRunState {
  if (end.preconditionProblems.length > 0) return 'error'
  if (end.archiveRefuses) return 'blocked'
  return end.stoppedByOperator ? 'stopped' : 'done'
}
