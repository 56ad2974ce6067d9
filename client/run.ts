import type { Command } from 'commander'
import { chooseHost, SEEN_WITHIN_MS } from '../database/choose-host.ts'
import type { Database } from '../database/connect.ts'
import { type DateRun, findOpenRun, type OpenedRun, openRun } from '../database/date-runs.ts'
import { activeHolds } from '../database/holds.ts'
import { absWithoutAnswer } from '../database/plan.ts'
import { abStatuses, type DateStatus, dateStatuses, hostSeenAt } from '../database/status.ts'
import type { ClosedRunState } from '../domain/date-run.ts'
import { PreconditionError } from '../domain/failure.ts'
import { controlOf } from '../domain/hold.ts'
import type { Settings } from '../settings/settings.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { dryRun } from './dry-run.ts'
import { ensureWorkflow } from './ensure-workflow.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts'
import { followRun } from './follow-run.ts'
import { untilInterrupted } from './interrupt.ts'
import { abNamesToTry, orderTrial } from './order-trial.ts'
import type { Output } from './output.ts'
import { knownInstrument, knownPlace, notRegistered } from './place.ts'
import { reportTrial } from './report-trial.ts'
import { showSummary } from './summary.ts'
import { wholeNumber } from './whole-number.ts'

interface RunOptions {
  readonly wait?: boolean
  readonly dryRun?: boolean
  readonly leaveOutMissing?: boolean
  readonly trial?: boolean
  readonly sample?: number
  readonly json?: boolean
}

/** `phoenix run INSTRUMENT DATE`: processes what is left of a date. */
export function addRun(program: Command, carryOut: CarryOut): void {
  program
    .command('run')
    .description('process the executable ABs of a registered date that have given no answer yet')
    .argument('<instrument>')
    .argument('<date>', 'observing night, YYYY-MM-DD')
    .option('--wait', 'follow the run to its end; the exit code is that of its state')
    .option('--dry-run', 'tell what would be run and downloaded, and start nothing')
    .option('--leave-out-missing', 'when mcalibs are missing, leave out the ABs that need them and run the rest')
    .option('--trial', 'everything but the ingestion, of all ABs that could be processed; also with a draft')
    .option('--sample <number>', 'with --trial: so many ABs, spread over the settings', wholeNumber(1, 1_000_000))
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      example(
        'phoenix run UVES 2026-03-01 --wait',
        'phoenix run UVES 2026-03-01 --dry-run',
        'phoenix run UVES 2026-03-01 --trial --sample 6 --wait',
      ),
    )
    .action((instrument: string, date: string, options: RunOptions) =>
      carryOut(options, async (context) => {
        const place = await knownPlace(context.settings, instrument, date)
        if (options.sample !== undefined && options.trial !== true) {
          throw new PreconditionError('--sample goes with --trial only')
        }
        return withRecord(context.settings, async (database) => {
          if (options.trial === true) return trial(context, database, { ...place, ...options })
          if (options.dryRun === true) return dryRun(context, database, place)
          return run(context, database, { ...place, ...options })
        })
      }),
    )
}

interface RunRequest extends RunOptions {
  readonly instrument: string
  readonly date: string
}

async function run(context: CommandContext, database: Database, request: RunRequest): Promise<ExitCode> {
  const { settings, output } = context
  const { instrument, date } = request
  const opened = await order(database, settings, request)
  if (opened === 'nothing to do') {
    output.result({ instrument, date, run: null, nothingToDo: true }, () => {
      output.say(
        `${instrument} ${date}: nothing to do, every executable AB has given its answer (\`phoenix report ${instrument} ${date}\`)`,
      )
    })
    return EXIT.fine
  }
  if (!opened.opened) return tellOpenRun(output, opened)
  output.say(`run ${opened.run.runNumber} of ${instrument} ${date} is open`)
  await ensureWorkflow(settings, opened.run, (line) => output.warn(line))
  for (const line of await obstacles(database, opened.run)) output.warn(line)
  if (request.wait !== true) {
    output.result({ instrument, date, run: opened.run }, () => {
      output.say(`follow it with \`phoenix status ${instrument} ${date}\``)
    })
    return EXIT.fine
  }
  const state = await follow(context, database, opened.run)
  if (state === null) return EXIT.failed
  const abs = await abStatuses(database, instrument, date)
  const [status] = await dateStatuses(database, instrument, date)
  output.result({ instrument, date, run: status?.run ?? null, abs }, () => showSummary(output, status, abs))
  return exitCodeOf(state)
}

function tellOpenRun(output: Output, found: Extract<OpenedRun, { opened: false }>): ExitCode {
  const { openRun: other, orderedBy, startedAt } = found
  const { instrument, date } = other
  output.result({ instrument, date, run: null, openRun: other, orderedBy, startedAt }, () => undefined)
  output.warn(
    `run ${other.runNumber} of ${instrument} ${date} is open (${other.state}), ordered by ${orderedBy} at ${startedAt.toISOString()}: nothing started`,
  )
  return EXIT.othersRun
}

async function trial(context: CommandContext, database: Database, request: RunRequest): Promise<ExitCode> {
  const { settings, output } = context
  const { date, sample = null, leaveOutMissing = false } = request
  const wanted = { instrument: await knownInstrument(settings, request.instrument), date, sample, leaveOutMissing }
  if (request.dryRun === true) {
    const abNames = await abNamesToTry(database, wanted)
    output.result({ ...request, toTry: abNames }, () => {
      for (const abName of abNames) output.say(abName)
      output.say(`${abNames.length} ABs would be tried, nothing ingested`)
    })
    return EXIT.fine
  }
  const opened = await orderTrial(database, settings, wanted)
  if (!opened.opened) return tellOpenRun(output, opened)
  const { runNumber } = opened.run
  output.say(`trial/${runNumber} of ${request.instrument} ${date} is open`)
  await ensureWorkflow(settings, opened.run, (line) => output.warn(line))
  for (const line of await obstacles(database, opened.run)) output.warn(line)
  if (request.wait !== true) {
    output.result({ ...request, run: opened.run }, () => {
      output.say(`\`phoenix report trial/${runNumber}\` tells what became of it`)
    })
    return EXIT.fine
  }
  const state = await follow(context, database, opened.run)
  if (state === null) return EXIT.failed
  await reportTrial(context, database, runNumber)
  return exitCodeOf(state)
}

/**
 * Opens a run of a registered date that has something left to do.
 * @throws PreconditionError when the date is not registered
 */
export async function order(
  database: Database,
  settings: Settings,
  request: Pick<RunRequest, 'instrument' | 'date' | 'leaveOutMissing'>,
): Promise<OpenedRun | 'nothing to do'> {
  const { instrument, date, leaveOutMissing = false } = request
  const [status] = await dateStatuses(database, instrument, date)
  if (status === undefined) throw notRegistered(request)
  const open = await findOpenRun(database, instrument, date)
  if (open !== null) return { opened: false, ...open }
  if (!(await hasWork(database, status))) return 'nothing to do'
  return openRun(database, {
    instrument,
    date,
    host: await chooseHost(database, request, settings.host),
    order: { kind: 'run', orderedBy: settings.operator, leaveOutMissing },
    abNames: 'all',
  })
}

/** Whether a date has blocks without an answer, or products that wait for the archive. */
export async function hasWork(database: Database, { instrument, date, pendingIdps }: DateStatus): Promise<boolean> {
  return pendingIdps > 0 || (await absWithoutAnswer(database, instrument, date)).length > 0
}

/** Follows a run to its end; at Ctrl-C it goes on without us, and null is returned. */
export async function follow(
  { output }: CommandContext,
  database: Database,
  { runNumber, instrument, date }: DateRun,
): Promise<ClosedRunState | null> {
  const state = await untilInterrupted((interrupted) =>
    followRun(database, { runNumber, instrument, date }, (line) => output.say(line), interrupted),
  )
  if (state === null) {
    output.warn(
      `run ${runNumber} goes on: \`phoenix status ${instrument} ${date}\` shows it, \`phoenix cancel ${instrument} ${date}\` ends it`,
    )
  }
  return state
}

/** What keeps an open run from going on at once, in words. */
async function obstacles(database: Database, run: DateRun): Promise<string[]> {
  const lines: string[] = []
  const control = controlOf(await activeHolds(database), { ...run, archives: [] })
  if (control.command !== 'go') {
    const { placedBy, placedAt, reason } = control.hold
    lines.push(
      `a hold stands (${control.command} by ${placedBy} since ${placedAt.toISOString()}${reason === '' ? '' : `: ${reason}`}): no recipe starts until it is resumed`,
    )
  }
  const seen = await hostSeenAt(database, run.host)
  if (seen === null || Date.now() - seen.getTime() > SEEN_WITHIN_MS) {
    lines.push(
      `no worker of host ${run.host} ${seen === null ? 'was ever seen' : `was seen since ${seen.toISOString()}`}: \`phoenix up\` starts it, the run waits`,
    )
  }
  return lines
}
