import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import { dpId } from '../domain/file-name.ts'
import { PreconditionError } from '../domain/failure.ts'
import { readHeaders } from '../fits/file.ts'
import { FitsError } from '../fits/fits-error.ts'
import type { Header } from '../fits/header.ts'
import { type BatchFinding, type ContextFor, expectationsOf, judgeBatch, judgeIdp } from '../idp/validate.ts'
import { loadInstrument } from '../settings/instruments.ts'
import type { CarryOut, CommandContext } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode } from './exit-code.ts'

interface CheckOptions {
  readonly raw?: readonly string[]
  readonly json?: boolean
}

interface Checked {
  readonly findings: readonly BatchFinding[]
  readonly skipped: ReadonlyMap<string, readonly string[]>
}

/** `phoenix idp check FILE...`: internal data products against the Science Data Products standard. */
export function addIdp(program: Command, carryOut: CarryOut): void {
  const idp = program.command('idp').description('internal data products: hold them against the standard (check)')
  idp.helpCommand(false)
  idp
    .command('check')
    .description(
      'hold internal data products against every rule of the Science Data Products standard; several files are a delivery. ' +
        'Exit code 1 if a rule of severity error is broken',
    )
    .argument('<file...>', 'FITS files, and the ancillary files that they name')
    .option('--raw <file...>', 'raw frames that PROVi names, for the rules that compare with them')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      example(
        'phoenix idp check ADP.2026-03-02T10:00:00.000.fits',
        'phoenix idp check *.fits --raw UVES.2026-03-02T03:36:00.000.fits',
      ),
    )
    .action((files: string[], options: CheckOptions) =>
      carryOut(options, (context) => check(context, files, options.raw ?? [])),
    )
}

async function check(
  { settings, output }: CommandContext,
  files: string[],
  raws: readonly string[],
): Promise<ExitCode> {
  await mustExist([...files, ...raws])
  const rawHeaders = raws.length === 0 ? undefined : await readRaws(raws)
  const context: ContextFor = async (primary) => {
    const instrument = primary.text('INSTRUME')
    const expectations = await expectationsIn(settings.instrumentDir, instrument, (line) => output.warn(line))
    return {
      ...(rawHeaders === undefined ? {} : { raws: rawHeaders }),
      ...(expectations === null ? {} : { expectations }),
    }
  }
  const checked = await judgeFiles(files, context)
  const errors = checked.findings.filter(({ severity }) => severity === 'error').length
  output.result(
    {
      errors,
      warnings: checked.findings.length - errors,
      findings: checked.findings,
      skipped: Object.fromEntries(checked.skipped),
    },
    () => show(output, files, checked, errors),
  )
  return errors > 0 ? EXIT.failed : EXIT.fine
}

/** One file is judged alone: what its delivery would hold is not known. */
async function judgeFiles(files: readonly string[], context: ContextFor): Promise<Checked> {
  const [path] = files
  if (files.length > 1 || path === undefined) return judgeBatch(files, context)
  const { findings, skipped } = await judgeIdp(path, context)
  return { findings: findings.map((finding) => ({ ...finding, path })), skipped: new Map([[path, skipped]]) }
}

function show(
  output: CommandContext['output'],
  files: readonly string[],
  { findings, skipped }: Checked,
  errors: number,
): void {
  output.table(
    [
      { title: 'file', text: ({ path }) => (path === null ? '(delivery)' : basename(path)) },
      { title: 'rule', text: ({ rule }) => rule },
      { title: 'severity', text: ({ severity }) => severity },
      { title: 'HDU', text: ({ hdu }) => (hdu === undefined ? '' : String(hdu)), align: 'right' },
      { title: 'keyword', text: ({ keyword = '' }) => keyword },
      { title: 'finding', text: ({ message }) => message },
    ],
    findings,
  )
  const notApplied = Math.max(0, ...[...skipped.values()].map((ids) => ids.length))
  output.say(
    `${counted(files.length, 'file')}: ${counted(errors, 'error')}, ${counted(findings.length - errors, 'warning')}` +
      (notApplied === 0
        ? ''
        : `; ${counted(notApplied, 'rule')} not applied (their keywords, raw frames or products are not given)`),
  )
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

async function mustExist(paths: readonly string[]): Promise<void> {
  for (const path of paths)
    await access(path).catch((error: unknown) => {
      throw new PreconditionError(`there is no readable file ${path}`, { cause: error })
    })
}

/** By dp_id: the name of the file, and the one that its header gives. */
async function readRaws(paths: readonly string[]): Promise<Map<string, Header>> {
  const raws = new Map<string, Header>()
  for (const path of paths) {
    const header = await primaryHeader(path)
    raws.set(dpId(basename(path)), header)
    const arcfile = header.get('ARCFILE')?.value
    if (arcfile?.type === 'string') raws.set(dpId(arcfile.value), header)
  }
  return raws
}

async function primaryHeader(path: string): Promise<Header> {
  try {
    const [primary] = await readHeaders(path)
    if (primary === undefined) throw new FitsError('it has no header')
    return primary.header
  } catch (error) {
    if (!(error instanceof FitsError)) throw error
    throw new PreconditionError(`the raw frame ${path} cannot be read: ${error.message}`, { cause: error })
  }
}

/** Null, with a warning, where there is no such instrument. */
async function expectationsIn(folder: string, instrument: string | undefined, warn: (line: string) => void) {
  try {
    return instrument === undefined ? null : expectationsOf(await loadInstrument(folder, instrument))
  } catch (error) {
    if (!(error instanceof PreconditionError)) throw error
    warn(`rules of the instrument are not applied: ${error.message}`)
    return null
  }
}
