import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { dateStatuses } from '../database/status.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { datesToRegister } from './dates-to-register.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { knownInstrument } from './place.ts'
import { Progress } from './progress.ts'
import { type RegisteredDate, registerOneDate } from './register-date.ts'
import { groupedReasons } from './registration-summary.ts'
import { MOST_SHOWN, showRegistration } from './show-registration.ts'
import { wakeDaily } from './wake-daily.ts'

interface RegisterOptions {
  readonly abDir?: string
  readonly all?: boolean
  readonly json?: boolean
}

/** `phoenix register INSTRUMENT DATE...`: the ABs of dates into the record; again and again changes nothing. */
export function addRegister(program: Command, carryOut: CarryOut): void {
  program
    .command('register')
    .description('read the ABs of dates into the record; tells what is executable and why the rest is left out')
    .argument('<instrument>')
    .argument('[dates...]', 'observing nights, YYYY-MM-DD, or ranges of those that the folder holds, FIRST..LAST')
    .option('--all', 'every date that the folder holds')
    .option('--ab-dir <folder>', 'folder that holds <instrument>/<date>/*.ab (default: PHOENIX_AB_DIR)')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      example(
        'phoenix register UVES 2026-03-01',
        'phoenix register UVES 2026-03-01..2026-03-31 --ab-dir /data/ab',
        'phoenix register UVES --all',
      ),
    )
    .action((instrument: string, dates: string[], options: RegisterOptions) =>
      carryOut(options, (context) => register(context, instrument, dates, options)),
    )
}

/** Everything that can be wrong with the request as a whole is found before the first date is written. */
export async function register(
  { settings, output }: CommandContext,
  instrumentName: string,
  texts: readonly string[],
  { abDir, all = false }: RegisterOptions = {},
): Promise<ExitCode> {
  const instrument = await knownInstrument(settings, instrumentName)
  const folder = join(abDir === undefined ? settings.abDir : resolve(abDir), instrument.instrument)
  const { dates, ignored, isAskedFor } = await datesToRegister(folder, texts, all)
  const { registered, gone } = await withRecord(settings, async (database) => {
    const progress = new Progress(dates.length, 'dates', (line) => output.say(line))
    const results: RegisteredDate[] = []
    for (const date of dates) {
      const place = { date, folder: join(folder, date), registeredBy: settings.operator }
      results.push(await registerOneDate(database, instrument, place))
      progress.reached(results.length)
    }
    await wakeDaily(settings, database, instrument.instrument, (line) => output.say(line))
    const onRecord = (await dateStatuses(database, instrument.instrument, null)).map(({ date }) => date)
    return { registered: results, gone: onRecord.filter((date) => isAskedFor(date) && !dates.includes(date)) }
  })
  const reasons = groupedReasons(registered.flatMap(({ leftOut }) => leftOut))
  output.result({ instrument: instrument.instrument, dates: registered, reasons }, () => {
    showRegistration(instrument.instrument, registered, output)
  })
  for (const date of gone)
    output.warn(`${instrument.instrument} ${date} is registered and has no folder any more: left as it is`)
  for (const name of ignored) output.warn(`${join(folder, name)} is no date: ignored`)
  const warnings = registered.flatMap(({ date, refused, warnings: ofBlocks }) => [
    ...refused.map(({ name, why }) => `${name} in the folder of ${date} is not registered: it ${why}`),
    ...ofBlocks,
  ])
  for (const warning of warnings.slice(0, MOST_SHOWN)) output.warn(warning)
  if (warnings.length > MOST_SHOWN) output.warn(`and ${warnings.length - MOST_SHOWN} more: --json has all`)
  return registered.some(({ refused }) => refused.length > 0) ? EXIT.failed : EXIT.fine
}
