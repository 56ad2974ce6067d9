import type { RunState } from '../domain/date-run.ts'

/** Exit codes of every command, for scripts. */
export const EXIT = {
  fine: 0,
  failed: 1,
  usage: 2,
  othersRun: 3,
  dateInError: 5,
  blocked: 6,
  stopped: 7,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What each code says, for the documentation. */
export const EXIT_MEANING: Record<ExitCode, string> = {
  [EXIT.fine]: 'fine',
  [EXIT.failed]: 'failed: a service or a disk did not do what it should, or a defect of phoenix',
  [EXIT.usage]: 'usage or precondition: nothing was done, the line on stderr says what to mend',
  [EXIT.othersRun]: "somebody else's run of the date is open",
  [EXIT.dateInError]: 'the date ended in error: a precondition is not met, no AB was attempted',
  [EXIT.blocked]: 'the date is blocked: the archive refuses its products',
  [EXIT.stopped]: 'the date was stopped or cancelled',
}

/** Exit code of a command that has followed a run to this state. */
export function exitCodeOf(state: RunState): ExitCode {
  switch (state) {
    case 'done':
      return EXIT.fine
    case 'error':
      return EXIT.dateInError
    case 'blocked':
      return EXIT.blocked
    case 'stopped':
      return EXIT.stopped
    case 'running':
    case 'holding':
    case 'stopping':
    case 'cancelling':
      return EXIT.failed
  }
}
