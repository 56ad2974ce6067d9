import { holdOrRelease } from '../database/blocked-archive.ts'
import { closeRun } from '../database/date-runs.ts'
import { ingestionProblems } from '../database/idps.ts'
import { closingState, type RunEnd, type RunState } from '../domain/date-run.ts'
import type { Orchestration } from './dependencies.ts'

export interface DateEnd extends RunEnd {
  readonly bytesFreed: number
}

/** The last box of the sketch: the run is closed and its state is what became of the date. */
export function makeRecordDate({ database, log, idpArchive }: Orchestration) {
  return {
    async recordDate(runNumber: number, end: DateEnd): Promise<RunState> {
      const closing = closingState(end)
      const problems = closing === 'blocked' ? await ingestionProblems(database, runNumber) : end.preconditionProblems
      const state = await closeRun(database, {
        runNumber,
        state: closing,
        problems,
        bytesFreed: end.bytesFreed,
      })
      log.info({ runNumber, state }, 'run closed')
      const step = await holdOrRelease(database, idpArchive)
      if (step !== 'leave') log.warn({ archive: idpArchive, step }, 'archive of IDPs')
      return state
    },
  }
}
