import { chooseHost } from '../database/choose-host.ts'
import type { Database } from '../database/connect.ts'
import { type DateRun, openRun } from '../database/date-runs.ts'
import { type FoundFailure, presentFailures, retryFailure } from '../database/found-failures.ts'
import { sameScope } from '../database/holds.ts'
import { PreconditionError } from '../domain/failure.ts'
import { describeScope, type HoldScope } from '../domain/hold.ts'
import type { CommandContext } from './context.ts'

/** Systematic failures whose hold has exactly this scope. */
export async function failuresHolding(database: Database, scope: HoldScope): Promise<readonly FoundFailure[]> {
  return (await presentFailures(database)).filter(
    (failure) => failure.scope !== null && sameScope(failure.scope, scope),
  )
}

/** What a systematic failure is, in one line for an operator. */
export function describeFailure({ abs, instrument, action, host, exampleCause, exampleAbName }: FoundFailure): string {
  const where = action === 'drain' ? `${instrument} on ${host}` : instrument
  return `systematic failure of ${where}: ${abs} ABs with "${exampleCause}", for example ${exampleAbName}`
}

/**
 * Gives the blocks that failed of the causes that hold this scope a new generation, before the hold is released. Blocks of a run that is
 * open are taken up by it; for each other date a run is opened, which takes those blocks alone.
 *
 * @returns the runs that were opened
 * @throws PreconditionError when no systematic failure holds this scope
 */
export async function retryCause(
  { settings, output }: CommandContext,
  database: Database,
  scope: HoldScope,
): Promise<readonly DateRun[]> {
  const failures = await failuresHolding(database, scope)
  if (failures.length === 0) {
    throw new PreconditionError(`no systematic failure holds ${describeScope(scope)}: there is no cause to retry`)
  }
  const opened: DateRun[] = []
  for (const failure of failures) {
    const { instrument } = failure
    const { orderId, abs } = await retryFailure(database, failure, settings.operator)
    output.say(`${abs.length} ABs of ${instrument} get another generation (order ${orderId}): ${failure.commonCause}`)
    for (const date of new Set(abs.map((ab) => ab.date))) {
      const abNames = abs.filter((ab) => ab.date === date).map(({ abName }) => abName)
      const host = await chooseHost(database, { instrument, date }, settings.host)
      const run = await openRun(database, { instrument, date, host, order: orderId, abNames })
      if (run.opened) opened.push(run.run)
      const taker = run.opened
        ? `run ${run.run.runNumber} is opened for them`
        : `run ${run.openRun.runNumber} takes them up`
      output.say(`${instrument} ${date}: ${abNames.length} ABs, ${taker}`)
    }
  }
  return opened
}
