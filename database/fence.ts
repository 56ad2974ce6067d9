import { isOpenRun } from '../domain/date-run.ts'
import { InfrastructureError } from '../domain/failure.ts'
import type { Database } from './connect.ts'

/** The run that wrote is not the open run of its date any more: nothing was written, and nothing of it may go on. */
export class StaleRunError extends Error {
  override readonly name = 'StaleRunError'
}

/** Locks the run's row for the rest of the transaction, so that it cannot close meanwhile. Throws a StaleRunError if it has. */
export async function holdFence(transaction: Database, runNumber: number): Promise<void> {
  const run = await transaction
    .selectFrom('date_run')
    .select('state')
    .where('run_number', '=', runNumber)
    .forShare()
    .executeTakeFirst()
  if (run === undefined)
    throw new InfrastructureError(`run ${runNumber} is not in the record: is this the right database?`)
  if (!isOpenRun(run.state)) {
    throw new StaleRunError(`run ${runNumber} is ${run.state}: another run has taken over or will`)
  }
}
