import type { Command } from 'commander'
import type { Database } from '../database/connect.ts'
import { giveUpBlockedRun } from '../database/date-runs.ts'
import { writeEvent } from '../database/events.ts'
import { dateStatuses } from '../database/status.ts'
import { PreconditionError } from '../domain/failure.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { knownPlace, notRegistered } from './place.ts'

interface GiveUpOptions {
  readonly reason: string
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `phoenix give-up INSTRUMENT DATE`: a blocked date counts as stopped; its products stay where they wait. */
export function addGiveUp(program: Command, carryOut: CarryOut): void {
  program
    .command('give-up')
    .description('give up on a blocked date: it counts as stopped, which is recorded; nothing is deleted')
    .argument('<instrument>')
    .argument('<date>', 'observing night, YYYY-MM-DD')
    .requiredOption('--reason <text>', 'why; it goes into the record')
    .option('--yes', 'do it; without this, only tell what it would mean')
    .option('--dry-run', 'the same as without --yes, as a result and with exit code 0')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix give-up UVES 2026-03-01 --reason "archive is decommissioned" --yes'))
    .action((instrument: string, date: string, options: GiveUpOptions) =>
      carryOut(options, async ({ settings, output }) => {
        const place = await knownPlace(settings, instrument, date)
        return withRecord(settings, (database) => giveUpDate({ settings, output }, database, place, options))
      }),
    )
}

/** What the command does, for whoever has the record open. */
export async function giveUpDate(
  { settings, output }: CommandContext,
  database: Database,
  place: { readonly instrument: string; readonly date: string },
  { reason, yes, dryRun }: GiveUpOptions,
): Promise<ExitCode> {
  const { instrument, date } = place
  const { runNumber, pendingIdps } = await blockedRun(database, place)
  if (dryRun === true) {
    output.result({ dryRun, ...place, runNumber, pendingIdps }, () =>
      output.say(
        `dry run: run ${runNumber} of ${instrument} ${date} would count as stopped with ${pendingIdps} IDPs not in the archive`,
      ),
    )
    return EXIT.fine
  }
  if (yes !== true) {
    throw new PreconditionError(
      `run ${runNumber} of ${instrument} ${date} would count as stopped with ${pendingIdps} IDPs not in the archive: add --yes`,
    )
  }
  await giveUp(database, { ...place, runNumber, reason, who: settings.operator })
  output.result({ ...place, runNumber, state: 'stopped', pendingIdps }, () => {
    output.say(`run ${runNumber} of ${instrument} ${date} is stopped; ${pendingIdps} IDPs stay where they wait`)
    output.say(`\`phoenix resume ${instrument} ${date}\` takes them up again`)
  })
  return EXIT.fine
}

async function blockedRun(
  database: Database,
  place: { readonly instrument: string; readonly date: string },
): Promise<{ runNumber: number; pendingIdps: number }> {
  const [status] = await dateStatuses(database, place.instrument, place.date)
  if (status === undefined) throw notRegistered(place)
  const { run, pendingIdps } = status
  if (run?.state === 'blocked') return { runNumber: run.runNumber, pendingIdps }
  const state = run === null ? 'has had no run' : `is ${run.state}`
  throw new PreconditionError(`${place.instrument} ${place.date} ${state}: only a blocked date can be given up`)
}

async function giveUp(
  database: Database,
  {
    instrument,
    date,
    runNumber,
    reason,
    who,
  }: Record<'instrument' | 'date' | 'reason' | 'who', string> & { runNumber: number },
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    if (!(await giveUpBlockedRun(transaction, runNumber))) {
      throw new PreconditionError(`run ${runNumber} of ${instrument} ${date} is not blocked any more`)
    }
    await writeEvent(transaction, { instrument, date, runNumber, kind: 'given up', message: reason, who })
  })
}
