import type { Command } from 'commander'
import type { Database } from '../database/connect.ts'
import type { DateRun } from '../database/date-runs.ts'
import { reopenCampaign } from '../database/campaign-dates.ts'
import { activeHolds, releaseHolds, sameScope } from '../database/holds.ts'
import { type DateStatus, dateStatuses } from '../database/status.ts'
import { PreconditionError } from '../domain/failure.ts'
import { campaignName } from '../domain/campaign.ts'
import { describeScope, type Hold, type HoldScope, inScope, scopeName } from '../domain/hold.ts'
import { type CarryOut, type CommandContext, withRecord, withTemporal } from './context.ts'
import { ensureWorkflow } from './ensure-workflow.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { SCOPE_USAGE, scopeOf } from './hold-scope.ts'
import { knownCampaign, notRegistered, startPlace } from './place.ts'
import { describeFailure, failuresHolding, retryCause } from './retry-cause.ts'
import { hasWork, order } from './run.ts'
import { runsInScope, wakeRuns } from './wake-runs.ts'

interface ResumeOptions {
  readonly all?: boolean
  readonly host?: string
  readonly archive?: string
  readonly retryCause?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `phoenix resume`: releases holds; a date that is blocked or stopped gets a new run for what is left of it. */
export function addResume(program: Command, carryOut: CarryOut): void {
  program
    .command('resume')
    .description(`release the holds of a scope; go on with a blocked or stopped date (${SCOPE_USAGE})`)
    .argument('[scope]', 'instrument, campaign/12, daily/UVES, host/muc08 or archive/NAME')
    .argument('[date]', 'observing night, YYYY-MM-DD')
    .option('--all', 'holds on everything')
    .option('--host <name>', 'holds on one host')
    .option('--archive <name>', 'holds on one archive')
    .option('--retry-cause', 'first give the ABs that failed of the systematic cause another generation')
    .option('--dry-run', 'only tell what would be released')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      example('phoenix resume UVES 2026-03-01', 'phoenix resume UVES --retry-cause', 'phoenix resume campaign/12'),
    )
    .action((name: string | undefined, date: string | undefined, options: ResumeOptions) =>
      carryOut(options, async (context) => {
        const scope = await scopeOf(context.settings, { scope: name, date, ...options })
        const { retryCause: retries = false, dryRun = false } = options
        return withRecord(context.settings, (database) =>
          dryRun ? dryResume(context, database, scope, retries) : resume(context, database, scope, retries),
        )
      }),
    )
}

/** Releases the holds of exactly this scope and goes on with what they held: for whoever has the record open. */
export async function resume(
  { settings, output }: CommandContext,
  database: Database,
  scope: HoldScope,
  retries = false,
): Promise<ExitCode> {
  const open = await runsInScope(database, settings, scope)
  await refuseWhileEnding(database, open, scope)
  const retried = retries ? await retryCause({ settings, output }, database, scope) : []
  const released = await releaseHolds(database, scope, settings.operator)
  for (const { kind, placedBy, placedAt } of released) {
    output.say(`released: ${kind} of ${describeScope(scope)}, placed by ${placedBy} at ${placedAt.toISOString()}`)
  }
  for (const run of retried) await ensureWorkflow(settings, run, (line) => output.warn(line))
  await wakeRuns(settings, database, scope, open, (line) => output.warn(line))
  const run = scope.type === 'date' ? await reopen({ settings, output }, database, scope, released) : null
  if (scope.type === 'campaign') await resumeCampaign({ settings, output }, database, scope.orderId)
  else if (scope.type !== 'date') {
    if (released.length === 0) output.say(`no hold of exactly this scope stands: ${describeScope(scope)}`)
    for (const line of await leftStopped(database, scope)) output.say(line)
  }
  const runs = [...open, ...retried, ...(run === null ? [] : [run])]
  const standing = await stillHeld({ settings, output }, database, scope, runs)
  output.result({ released, retried, run, standing }, () => undefined)
  return EXIT.fine
}

/** What a resume would release. Writes nothing. */
export async function dryResume(
  { output }: CommandContext,
  database: Database,
  scope: HoldScope,
  retries: boolean,
): Promise<ExitCode> {
  const holds = (await activeHolds(database)).filter((hold) => sameScope(hold.scope, scope))
  const failures = await failuresHolding(database, scope)
  output.result({ dryRun: true, holds, failures }, () => {
    output.heading(`dry run: ${holds.length} holds of ${describeScope(scope)} would be released`)
    for (const { kind, placedBy, reason } of holds)
      output.say(`${kind} by ${placedBy}${reason === '' ? '' : `: ${reason}`}`)
    for (const failure of failures) {
      output.say(describeFailure(failure))
      output.say(
        retries ? `${failure.abs} ABs would get another generation` : 'with --retry-cause they get another generation',
      )
    }
  })
  return EXIT.fine
}

/** A campaign that was stopped goes on with the dates that it did not finish. */
async function resumeCampaign(
  { settings, output }: CommandContext,
  database: Database,
  orderId: number,
): Promise<void> {
  const campaign = await knownCampaign(database, orderId)
  const { endedAs } = campaign
  if (endedAs === 'done') {
    output.say(`nothing to resume: ${campaignName(orderId)} is done`)
    return
  }
  if (endedAs === 'stopped') await reopenCampaign(database, orderId, settings.operator)
  output.say(`${campaignName(orderId)} goes on`)
  await withTemporal(settings, async (temporal) => {
    if (temporal === null) output.warn('Temporal is away: the campaign goes on within a minute of its return')
    else await temporal.ensureCampaignWorkflow(campaign)
  })
}

/** A run that is stopping or cancelling goes to its end: there is no way back into it. */
async function refuseWhileEnding(database: Database, runs: readonly DateRun[], scope: HoldScope): Promise<void> {
  const ending = runs.find(({ state }) => state === 'stopping' || state === 'cancelling')
  if (ending === undefined) return
  const holds = (await activeHolds(database)).filter(({ kind }) => kind !== 'pause')
  const { runNumber, instrument, date, state } = ending
  if (!holds.some((hold) => sameScope(hold.scope, scope))) return
  throw new PreconditionError(
    `run ${runNumber} of ${instrument} ${date} is ${state}: resume when it has ended (\`phoenix status ${instrument} ${date}\`)`,
  )
}

/** A new run for what is left of a blocked or stopped date. */
async function reopen(
  { settings, output }: CommandContext,
  database: Database,
  { instrument, date }: { readonly instrument: string; readonly date: string },
  released: readonly Hold[],
): Promise<DateRun | null> {
  const [status] = await dateStatuses(database, instrument, date)
  if (status === undefined) {
    if (released.length > 0) return null
    throw notRegistered({ instrument, date })
  }
  const { run } = status
  if (run === null || run.state === 'error' || run.state === 'done') {
    if (released.length === 0) {
      const state = run === null ? 'has had no run yet' : `is ${run.state}`
      output.say(
        `nothing to resume: ${instrument} ${date} ${state} (\`phoenix run ${instrument} ${date}\` runs what is left)`,
      )
    }
    return null
  }
  if (run.state !== 'blocked' && run.state !== 'stopped') {
    if (released.length === 0)
      output.say(`nothing to resume: run ${run.runNumber} is ${run.state} and not held by this scope`)
    else output.say(`run ${run.runNumber} of ${instrument} ${date} goes on`)
    return null
  }
  const opened = await order(database, settings, { instrument, date })
  if (opened === 'nothing to do') {
    output.say(`${instrument} ${date} was ${run.state}, but nothing is left to do`)
    return null
  }
  if (!opened.opened) {
    output.say(`run ${opened.openRun.runNumber} was opened by ${opened.orderedBy} meanwhile`)
    return null
  }
  const ingestion = status.pendingIdps === 0 ? '' : `, ${status.pendingIdps} IDPs are ingested first`
  output.say(
    `${instrument} ${date} was ${run.state}: run ${opened.run.runNumber} goes on with what is left${ingestion}`,
  )
  await ensureWorkflow(settings, opened.run, (line) => output.warn(line))
  return opened.run
}

/** Dates that ended under a wider hold: releasing it does not start them again by itself. */
async function leftStopped(database: Database, scope: HoldScope): Promise<string[]> {
  const all = await dateStatuses(database, scope.type === 'instrument' ? scope.instrument : null, null)
  const stopped = all.filter(
    ({ run }) =>
      run !== null &&
      (run.state === 'stopped' || run.state === 'blocked') &&
      (scope.type !== 'host' || run.host === scope.host),
  )
  const left: DateStatus[] = []
  for (const status of stopped) if (await hasWork(database, status)) left.push(status)
  return left.map(
    ({ instrument, date, run }) =>
      `${instrument} ${date} is ${run?.state} with work left: \`phoenix resume ${instrument} ${date}\` goes on with it`,
  )
}

/** Holds of other scopes that still keep these runs from starting recipes. */
async function stillHeld(
  { settings, output }: CommandContext,
  database: Database,
  scope: HoldScope,
  runs: readonly DateRun[],
): Promise<readonly Hold[]> {
  const standing = (await activeHolds(database)).filter(
    (hold) =>
      describeScope(hold.scope) !== describeScope(scope) &&
      runs.some((run) => inScope(hold.scope, startPlace(settings, run))),
  )
  for (const { kind, scope: other, placedBy, reason } of standing) {
    output.warn(
      `still held: ${kind} of ${describeScope(other)} by ${placedBy}${reason === '' ? '' : `: ${reason}`} (\`phoenix resume ${scopeName(other)}\`)`,
    )
  }
  return standing
}
