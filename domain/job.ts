import { isOpenRun, type RunState } from './date-run.ts'

/** Where a line of a JOB_FILE stands. */
export type JobState = 'waiting' | 'running' | 'done' | 'failed'

export interface JobFacts {
  /** Why it cannot be carried out. */
  readonly problem: string | null
  /** Every executable block of the date had its answer already. */
  readonly nothingToDo: boolean
  readonly run: {
    readonly runNumber: number
    readonly state: RunState
    readonly waitsFor: string | null
    readonly problems: readonly string[]
  } | null
}

/** The state of a job, and in words what there is to know of it. */
export function jobState({ problem, nothingToDo, run }: JobFacts): {
  readonly state: JobState
  readonly detail: string
} {
  if (problem !== null) return { state: 'failed', detail: problem }
  if (nothingToDo) return { state: 'done', detail: 'nothing to do' }
  if (run === null) return { state: 'waiting', detail: '' }
  const said = [run.waitsFor ?? '', ...run.problems].filter((text) => text !== '').join('; ')
  const detail = `run ${run.runNumber} ${run.state}${said === '' ? '' : `: ${said}`}`
  if (isOpenRun(run.state)) return { state: 'running', detail }
  return { state: run.state === 'done' ? 'done' : 'failed', detail }
}
