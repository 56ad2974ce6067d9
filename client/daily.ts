import type { Command } from 'commander'
import type { Database } from '../database/connect.ts'
import { dailyDates, openDailyRuns, openDailyRunsOf } from '../database/daily.ts'
import { switchDaily } from '../database/daily-instruments.ts'
import { activeHolds } from '../database/holds.ts'
import { holdOfDispatch } from '../domain/daily.ts'
import { PreconditionError } from '../domain/failure.ts'
import { describeScope } from '../domain/hold.ts'
import { type CarryOut, type CommandContext, withRecord, withTemporal } from './context.ts'
import { addDailyShow, dailyTime } from './daily-show.ts'
import { ensureWorkflow } from './ensure-workflow.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { dailyConfiguration, keepDaily } from './keep-daily.ts'
import { knownInstrument } from './place.ts'

/** `phoenix daily`: what is registered is processed by itself, night by night. */
export function addDaily(program: Command, carryOut: CarryOut): void {
  const daily = program.command('daily').description('processing of new ABs by itself, night by night')
  addDailyShow(daily, carryOut)
  addSwitch(daily, carryOut, 'on')
  addSwitch(daily, carryOut, 'off')
  daily
    .command('dispatch')
    .description('open the runs of daily processing without waiting for the evening; works with daily off, too')
    .argument('<instrument>')
    .option('--now', 'recipes of this order may start outside the night window')
    .option('--dry-run', 'tell what would be taken, and start nothing')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix daily dispatch UVES --now', 'phoenix daily dispatch UVES --dry-run'))
    .action((name: string, options: DispatchOptions) =>
      carryOut(options, async (context) => {
        const { instrument } = await knownInstrument(context.settings, name)
        return withRecord(context.settings, (database) => dispatch(context, database, instrument, options))
      }),
    )
}

function addSwitch(daily: Command, carryOut: CarryOut, to: 'on' | 'off'): void {
  const what =
    to === 'on'
      ? 'process what is registered of an instrument by itself, from the next window on'
      : 'leave what is registered of an instrument to orders; open runs go on'
  daily
    .command(to)
    .description(what)
    .argument('<instrument>')
    .option('--reason <text>', 'why, for those who look at it later')
    .option(...JSON_OPTION)
    .addHelpText('after', example(`phoenix daily ${to} UVES`))
    .action((name: string, options: { reason?: string; json?: boolean }) =>
      carryOut(options, async (context) => {
        const { instrument } = await knownInstrument(context.settings, name)
        return withRecord(context.settings, (database) =>
          turn(context, database, { instrument, active: to === 'on', reason: options.reason ?? '' }),
        )
      }),
    )
}

/** The row counts; the Schedule in Temporal follows it, now or within a minute of the orchestration worker being up. */
async function turn(
  { settings, output }: CommandContext,
  database: Database,
  { instrument, active, reason }: { instrument: string; active: boolean; reason: string },
): Promise<ExitCode> {
  const configuration = dailyConfiguration(settings)
  if (active && !(await configuration.isCertified(instrument))) {
    throw new PreconditionError(
      `${instrument} is not certified: a draft is processed by trial only (\`phoenix run ${instrument} DATE --trial\`)`,
    )
  }
  const turned = await switchDaily(database, { instrument, active, changedBy: settings.operator, reason })
  const state = active ? 'on' : 'off'
  output.say(`daily processing of ${instrument} is ${state}${turned ? '' : ' (it was already)'}`)
  if (active) output.say(dailyTime(settings, new Date()))
  else for (const line of await leftOpen(database, instrument)) output.say(line)
  const inStep = await withTemporal(settings, async (temporal) => {
    if (temporal === null) return false
    await keepDaily(database, temporal, configuration)
    return true
  })
  if (!inStep)
    output.warn('Temporal is away: its Schedule follows within a minute of the orchestration worker being up')
  output.result({ instrument, active, turned, inStep }, () => undefined)
  return EXIT.fine
}

async function leftOpen(database: Database, instrument: string): Promise<string[]> {
  return (await openDailyRunsOf(database, instrument)).map(
    ({ date, runNumber }) => `run ${runNumber} of ${date} goes on: \`phoenix stop ${instrument} ${date}\` ends it`,
  )
}

interface DispatchOptions {
  readonly now?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

async function dispatch(
  { settings, output }: CommandContext,
  database: Database,
  instrument: string,
  { now: anyTime = false, dryRun = false }: DispatchOptions,
): Promise<ExitCode> {
  const dates = await dailyDates(
    database,
    instrument,
    { window: settings.window, nights: settings.dailyNights },
    new Date(),
  )
  for (const { date, abNames } of dates) output.say(`${instrument} ${date}: ${abNames.length} ABs`)
  if (dates.length === 0) output.say(`${instrument}: nothing that daily processing would take`)
  if (dryRun || dates.length === 0) {
    output.result({ instrument, dates, runs: [] }, () => undefined)
    return EXIT.fine
  }
  const hold = holdOfDispatch(await activeHolds(database), instrument)
  if (hold !== null) {
    const { kind, scope, placedBy } = hold
    throw new PreconditionError(`${kind} of ${describeScope(scope)} by ${placedBy} stands: \`phoenix resume\` first`)
  }
  const order = { instrument, orderedBy: settings.operator, anyTime, host: settings.host }
  const runs = await openDailyRuns(database, order, dates)
  for (const run of runs) {
    output.say(`run ${run.runNumber} of ${instrument} ${run.date} is open`)
    await ensureWorkflow(settings, run, (line) => output.warn(line))
  }
  if (!anyTime) output.say(dailyTime(settings, new Date()))
  output.result({ instrument, dates, runs }, () => undefined)
  return EXIT.fine
}
