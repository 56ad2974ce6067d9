import type { Database } from '../database/connect.ts'
import { type DateRun, readRun } from '../database/date-runs.ts'
import { StaleRunError } from '../database/fence.ts'
import { isOpenRun } from '../domain/date-run.ts'

/** The run as the record has it. Throws StaleRunError when it is closed: whoever still works for it has to stop. */
export async function readOpenRun(database: Database, runNumber: number): Promise<DateRun> {
  const run = await readRun(database, runNumber)
  if (run === null) throw new StaleRunError(`run ${runNumber} is not in the record`)
  if (!isOpenRun(run.state)) throw new StaleRunError(`run ${runNumber} is ${run.state}`)
  return run
}
