import type { Command } from 'commander'
import type { Database } from '../database/connect.ts'
import { findOpenRun } from '../database/date-runs.ts'
import { placeHold, releaseHolds } from '../database/holds.ts'
import { dateStatuses, hostSeenAt, type RunningRecipe, runningRecipes } from '../database/status.ts'
import { campaignName } from '../domain/campaign.ts'
import { PreconditionError } from '../domain/failure.ts'
import { describeScope, type Hold, type HoldKind, type HoldScope, scopeName } from '../domain/hold.ts'
import type { Settings } from '../settings/settings.ts'
import { clockTime } from './clock-time.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { archiveNames, SCOPE_USAGE, scopeOf } from './hold-scope.ts'
import { knownCampaign } from './place.ts'
import { runsInScope, wakeRuns } from './wake-runs.ts'

interface HoldOptions {
  readonly all?: boolean
  readonly host?: string
  readonly archive?: string
  readonly reason?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** Adds `pause`, `stop` or `cancel`: they place a hold of their kind. */
export function addHoldCommand(program: Command, carryOut: CarryOut, kind: HoldKind, description: string): void {
  program
    .command(kind)
    .description(`${description} (${SCOPE_USAGE})`)
    .argument('[scope]', 'instrument, campaign/12, daily/UVES, host/muc08 or archive/NAME')
    .argument('[date]', 'observing night, YYYY-MM-DD')
    .option('--all', 'everything')
    .option('--host <name>', 'everything on one host')
    .option('--archive <name>', 'everything that needs this archive')
    .option('--reason <text>', 'why, for those who find the hold')
    .option('--dry-run', 'only tell what would be held')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      example(
        `phoenix ${kind} UVES 2026-03-01 --reason "cooling water"`,
        `phoenix ${kind} campaign/12`,
        `phoenix ${kind} --all --dry-run`,
      ),
    )
    .action((name: string | undefined, date: string | undefined, options: HoldOptions) =>
      carryOut(options, async (context) => {
        const scope = await scopeOf(context.settings, { scope: name, date, ...options })
        const { reason = '', dryRun = false } = options
        return withRecord(context.settings, (database) =>
          dryRun ? dryHold(context, database, kind, scope) : hold(context, database, kind, scope, reason),
        )
      }),
    )
}

/** What a hold of this kind and scope would do. Writes nothing. */
export async function dryHold(
  { settings, output }: CommandContext,
  database: Database,
  kind: HoldKind,
  scope: HoldScope,
): Promise<ExitCode> {
  if (kind !== 'pause') await refuseWithoutOpenRun(database, kind, scope)
  await refuseEndedCampaign(database, kind, scope)
  const runs = await runsInScope(database, settings, scope)
  const recipes = await runningRecipes(database, scope)
  const value = { dryRun: true, hold: { kind, scope }, openRuns: runs, runningRecipes: recipes }
  output.result(value, () => {
    output.heading(`dry run: ${kind} of ${describeScope(scope)}, ${runs.length} open runs in scope`)
    output.table(
      [
        { title: 'would be held', text: ({ instrument, date }) => `${instrument} ${date}` },
        { title: 'run', text: ({ runNumber }) => String(runNumber), align: 'right' },
        { title: 'state', text: ({ state }) => state },
        { title: 'host', text: ({ host }) => host },
      ],
      runs,
    )
    output.table(
      [
        { title: kind === 'cancel' ? 'would be killed' : 'would finish', text: ({ abName }) => abName },
        { title: 'host', text: ({ host }) => host },
        { title: 'since', text: ({ startedAt }) => clockTime(startedAt) },
      ],
      recipes,
    )
  })
  for (const line of await doubts(settings, database, scope)) output.warn(line)
  return EXIT.fine
}

/** The acknowledgement is the committed row: it is printed before anybody is woken, and holds with all workers down. */
export async function hold(
  { settings, output }: CommandContext,
  database: Database,
  kind: HoldKind,
  scope: HoldScope,
  reason: string,
): Promise<ExitCode> {
  if (kind !== 'pause') await refuseWithoutOpenRun(database, kind, scope)
  await refuseEndedCampaign(database, kind, scope)
  const placed = await placeHold(database, { kind, scope, reason, placedBy: settings.operator })
  // A run that ended in between has not seen this hold and will not release it: it must not catch the next run.
  if (kind !== 'pause') {
    await refuseWithoutOpenRun(database, kind, scope, () => releaseHolds(database, scope, settings.operator, [kind]))
  }
  const runs = await runsInScope(database, settings, scope)
  const recipes = await runningRecipes(database, scope)
  for (const line of acknowledgement(placed, runs.length, recipes)) output.say(line)
  for (const line of await doubts(settings, database, scope)) output.warn(line)
  await wakeRuns(settings, database, scope, runs, (line) => output.warn(line))
  output.result({ hold: placed, openRuns: runs, runningRecipes: recipes }, () => undefined)
  return EXIT.fine
}

function acknowledgement(
  { id, kind, scope, placedBy, placedAt, reason }: Hold,
  runs: number,
  recipes: readonly RunningRecipe[],
): string[] {
  const why = reason === '' ? '' : `: ${reason}`
  const fate =
    recipes.length === 0
      ? 'no recipe is running'
      : `${recipes.length} ${recipes.length === 1 ? 'recipe is' : 'recipes are'} running and ${kind === 'cancel' ? 'will be killed' : 'will finish'}`
  return [
    `${kind} of ${describeScope(scope)} is on record (hold ${id}, by ${placedBy} at ${placedAt.toISOString()}${why})`,
    `no recipe starts there any more; ${runs} open ${runs === 1 ? 'run' : 'runs'} in scope, ${fate}`,
    ...(scope.type === 'date' && kind !== 'pause' ? [] : [`\`phoenix resume ${scopeName(scope)}\` releases it`]),
  ]
}

/** Stop and cancel of a date mean its open run. */
async function refuseWithoutOpenRun(
  database: Database,
  kind: HoldKind,
  scope: HoldScope,
  takeBack: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  if (scope.type !== 'date') return
  const { instrument, date } = scope
  if ((await findOpenRun(database, instrument, date)) !== null) return
  await takeBack()
  const [status] = await dateStatuses(database, instrument, date)
  const last =
    status?.run === null || status === undefined
      ? ''
      : `: its last run (${status.run.runNumber}) is ${status.run.state}`
  throw new PreconditionError(`no run of ${instrument} ${date} is open${last}, nothing to ${kind}`)
}

/** A hold on a campaign that has ended would catch it when it is taken up again. */
async function refuseEndedCampaign(database: Database, kind: HoldKind, scope: HoldScope): Promise<void> {
  if (scope.type !== 'campaign') return
  const campaign = await knownCampaign(database, scope.orderId)
  if (campaign.endedAs === null) return
  throw new PreconditionError(`${campaignName(scope.orderId)} is ${campaign.endedAs}, nothing to ${kind}`)
}

/** A hold on what nobody knows is kept, but is more likely a slip of the pen. */
async function doubts(settings: Settings, database: Database, scope: HoldScope): Promise<string[]> {
  if (scope.type === 'date' && (await dateStatuses(database, scope.instrument, scope.date)).length === 0) {
    return [`${describeScope(scope)} is not registered (yet)`]
  }
  if (scope.type === 'host' && (await hostSeenAt(database, scope.host)) === null) {
    return [`no host called ${scope.host} was ever seen`]
  }
  if (scope.type === 'archive' && !archiveNames(settings).includes(scope.archive)) {
    return [`no archive of this installation is called ${scope.archive}: it has ${archiveNames(settings).join(', ')}`]
  }
  return []
}
