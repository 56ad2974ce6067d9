import { isAbsolute, join, relative } from 'node:path'
import type { Command } from 'commander'
import type { Database } from '../database/connect.ts'
import { dateStatuses } from '../database/status.ts'
import { checkedObservingDate } from '../domain/observing-date.ts'
import { projectRoot } from '../settings/project.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { ensureWorkflow } from './ensure-workflow.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts'
import { followRun } from './follow-run.ts'
import { startInstallation } from './installation.ts'
import { untilInterrupted } from './interrupt.ts'
import { register } from './register.ts'
import { report } from './report.ts'
import { order } from './run.ts'
import { type NightOptions, nightFolder, simulate } from './simulate.ts'
import { stopInstallation } from './stop-installation.ts'
import { showInstallation } from './up.ts'
import { wholeNumber } from './whole-number.ts'

const GRACE_SECONDS = 30

interface DemoOptions extends NightOptions {
  readonly exit?: boolean
  readonly json?: boolean
}

/** `phoenix demo`: a synthetic night through everything. */
export function addDemo(program: Command, carryOut: CarryOut): void {
  program
    .command('demo')
    .description('a synthetic night through everything: up, simulate, register, run, report; up until Ctrl-C')
    .option('--exit', 'end everything when the night is done; the exit code is that of its state')
    .option('--date <date>', 'observing night', '2026-03-01')
    .option('--seed <number>', 'another seed, another night', wholeNumber(0, 2 ** 31), 1)
    .option('--executable <number>', 'ABs that can be processed, beside the seven that cannot', wholeNumber(0, 400), 12)
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix demo', 'phoenix demo --exit --seed 7'))
    .action((options: DemoOptions) => carryOut(options, (context) => demo(context, options)))
}

/** Whatever happens on the way, what was started is ended. */
async function demo(context: CommandContext, options: DemoOptions): Promise<ExitCode> {
  const { settings, output } = context
  // What cannot work is told before anything is started.
  checkedObservingDate(options.date)
  nightFolder(settings)
  return untilInterrupted(async (interrupted) => {
    interrupted.addEventListener('abort', () => output.say('ending after this step (once more: at once)'))
    try {
      return await night(context, options, interrupted)
    } finally {
      await step(output, 'down', () => stopInstallation(settings, GRACE_SECONDS, (line) => output.say(`  ${line}`)))
    }
  })
}

async function night(context: CommandContext, options: DemoOptions, interrupted: AbortSignal): Promise<ExitCode> {
  const { settings, output } = context
  const { date } = options
  const started = performance.now()
  const installation = await step(output, 'services and workers', () =>
    startInstallation(settings, GRACE_SECONDS, (line) => output.say(`  ${line}`)),
  )
  showInstallation(installation, output)
  if (interrupted.aborted) return EXIT.failed
  await step(output, 'simulate the night', () => simulate(context, options))
  if (interrupted.aborted) return EXIT.failed
  const quiet = options.json === true ? { ...context, output: output.withoutResult() } : context
  await step(output, 'register', () => register(quiet, 'UVES', [date]))
  return withRecord(settings, async (database) => {
    const code = await step(output, 'process', () => processNight(context, database, date, interrupted))
    if (code === null) return EXIT.failed
    const { abs } = await report(context, database, { instrument: 'UVES', date })
    const example = abs.find(({ state }) => state === 'processed') ?? abs[0]
    output.say(`\nthe night took ${seconds(started)}; where to look:`)
    output.say(`  ${command(context)} report UVES ${date}`)
    if (example !== undefined) output.say(`  ${command(context)} ab show ${example.abName}`)
    if (installation.services.temporal.uiUrl !== null)
      output.say(`  Temporal UI: ${installation.services.temporal.uiUrl}`)
    output.say(`  archived products: ${join(settings.archive.dir, 'idp')}`)
    if (options.exit === true) return code
    output.say('\nup until Ctrl-C')
    await aborted(interrupted)
    return code
  })
}

/** Runs the night, or goes on with its open run, or finds it done. Null when somebody has pressed Ctrl-C. */
async function processNight(
  { settings, output }: CommandContext,
  database: Database,
  date: string,
  interrupted: AbortSignal,
): Promise<ExitCode | null> {
  const place = { instrument: 'UVES', date }
  const ordered = await order(database, settings, place)
  if (ordered === 'nothing to do') {
    const [status] = await dateStatuses(database, place.instrument, date)
    const state = status?.run?.state ?? 'done'
    output.say(`  the night has been processed already: ${state}`)
    return exitCodeOf(state)
  }
  const run = ordered.opened ? ordered.run : ordered.openRun
  if (!ordered.opened) output.say(`  run ${run.runNumber} is open (by ${ordered.orderedBy}): going on with it`)
  await ensureWorkflow(settings, run, (line) => output.warn(line))
  const state = await followRun(
    database,
    { ...place, runNumber: run.runNumber },
    (line) => output.say(`  ${line}`),
    interrupted,
  )
  return state === null ? null : exitCodeOf(state)
}

async function step<Result>(
  output: CommandContext['output'],
  name: string,
  work: () => Promise<Result>,
): Promise<Result> {
  output.heading(`== ${name}`)
  const start = performance.now()
  const result = await work()
  output.say(`== ${name}: ${seconds(start)}`)
  return result
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}

/** How this command is called from here, with the state folder where it is not the usual one. */
function command({ settings: { home } }: CommandContext): string {
  const program = join(projectRoot(), 'bin', 'phoenix')
  const nearby = relative('.', program)
  const called = nearby.startsWith('..') || isAbsolute(nearby) ? program : nearby
  return home === join(projectRoot(), '.phoenix') ? called : `PHOENIX_HOME=${home} ${called}`
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  // A pending promise alone does not keep the process alive.
  const alive = setInterval(() => undefined, 60_000)
  try {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  } finally {
    clearInterval(alive)
  }
}
