import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Database } from '../database/connect.ts'
import { type RegisteredBlock, registerDate } from '../database/registration.ts'
import type { Instrument } from '../domain/instrument.ts'
import { checkedObservingDate } from '../domain/observing-date.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { knownInstrument } from './place.ts'
import { type BlockFile, judgeBlocks, readBlockFiles, type Refused } from './read-blocks.ts'

interface RegisterOptions {
  readonly abDir?: string
  readonly json?: boolean
}

/** `phoenix register INSTRUMENT DATE...`: the ABs of dates into the record; again and again changes nothing. */
export function addRegister(program: Command, carryOut: CarryOut): void {
  program
    .command('register')
    .description('read the ABs of dates into the record; tells what is executable and why the rest is left out')
    .argument('<instrument>')
    .argument('<date...>', 'observing nights, YYYY-MM-DD')
    .option('--ab-dir <folder>', 'folder that holds <instrument>/<date>/*.ab (default: PHOENIX_AB_DIR)')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      example('phoenix register UVES 2026-03-01', 'phoenix register UVES 2026-03-01 2026-03-02 --ab-dir /data/ab'),
    )
    .action((instrument: string, dates: string[], options: RegisterOptions) =>
      carryOut(options, (context) => register(context, instrument, dates, options.abDir)),
    )
}

/** What became of one date. */
interface RegisteredDate {
  readonly date: string
  readonly executable: number
  readonly leftOut: readonly { name: string; code: string; reason: string }[]
  readonly refused: readonly Refused[]
  readonly warnings: readonly string[]
  readonly blocks: readonly RegisteredBlock[]
}

/** Everything that can be wrong with the request as a whole is found before the first date is written. */
export async function register(
  { settings, output }: CommandContext,
  instrumentName: string,
  dates: readonly string[],
  abDir: string | undefined,
): Promise<ExitCode> {
  const instrument = await knownInstrument(settings, instrumentName)
  const root = abDir === undefined ? settings.abDir : resolve(abDir)
  const folders: { date: string; folder: string; files: readonly BlockFile[] }[] = []
  for (const date of new Set(dates.map(checkedObservingDate))) {
    const folder = join(root, instrument.instrument, date)
    folders.push({ date, folder, files: await readBlockFiles(folder) })
  }
  const registered = await withRecord(settings, async (database) => {
    const results: RegisteredDate[] = []
    for (const { date, files, folder } of folders)
      results.push(await registerOne(database, instrument, date, folder, files))
    return results
  })
  output.result({ instrument: instrument.instrument, dates: registered }, () => {
    for (const date of registered) show(instrument.instrument, date, output)
  })
  for (const { refused, warnings, date } of registered) {
    for (const warning of warnings) output.warn(warning)
    for (const { name, why } of refused) output.warn(`${name} in the folder of ${date} is not registered: it ${why}`)
  }
  return registered.some(({ refused }) => refused.length > 0) ? EXIT.failed : EXIT.fine
}

async function registerOne(
  database: Database,
  instrument: Instrument,
  date: string,
  abDir: string,
  files: readonly BlockFile[],
): Promise<RegisteredDate> {
  const { blocks, refused, warnings } = judgeBlocks(files, instrument, date)
  const results = await registerDate(database, { instrument: instrument.instrument, date, abDir, blocks })
  const elsewhere = results.filter(({ as }) => as === 'registered under another date')
  const here = blocks.filter(({ name }) => !elsewhere.some((block) => block.name === name))
  return {
    date,
    executable: here.filter(({ leftOut }) => leftOut === null).length,
    leftOut: here.flatMap(({ name, leftOut }) =>
      leftOut === null ? [] : [{ name, code: leftOut.code, reason: leftOut.text }],
    ),
    refused: [
      ...refused,
      ...elsewhere.map(({ name, detail }) => ({ name, why: `has the name of a block of another date: ${detail}` })),
    ],
    warnings,
    blocks: results,
  }
}

function show(instrument: string, registered: RegisteredDate, output: CommandContext['output']): void {
  const { date, executable, leftOut, blocks } = registered
  output.heading(
    `${instrument} ${date}: ${executable + leftOut.length} ABs, ${executable} executable, ${leftOut.length} left out`,
  )
  output.table(
    [
      { title: 'left out', text: ({ name }) => name },
      { title: 'code', text: ({ code }) => code },
      { title: 'reason', text: ({ reason }) => reason },
    ],
    leftOut,
  )
  const counts = new Map<string, number>()
  for (const { as } of blocks) counts.set(as, (counts.get(as) ?? 0) + 1)
  if (counts.size > 0) output.say([...counts].map(([as, count]) => `${count} ${as}`).join(', '))
  for (const { name, detail } of blocks.filter(({ as }) => as === 'changed after its attempt')) {
    output.say(`${name} has changed after its attempt: ${detail}`)
  }
}
