import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlockToRegister } from '../database/registration.ts'
import { alreadyCovered, leftOutReason } from '../domain/certification.ts'
import { PreconditionError } from '../domain/failure.ts'
import { isFileName } from '../domain/file-name.ts'
import type { Instrument } from '../domain/instrument.ts'
import { observingDateOf, timeInRawName } from '../domain/observing-date.ts'
import { describeProblems, parseAssociationBlock } from '../domain/parse-association-block.ts'

/** An association block as it lies in the directory. */
export interface BlockFile {
  readonly name: string
  readonly bytes: Buffer
}

/** What the files of one date are: blocks for the record, and files that do not belong there. */
export interface JudgedBlocks {
  readonly blocks: readonly BlockToRegister[]
  /** Of another date or instrument, or with a name that is none: not registered. */
  readonly refused: readonly Refused[]
  readonly warnings: readonly string[]
}

export interface Refused {
  readonly name: string
  readonly why: string
}

/** Every `*.ab` file of a folder, by name. @throws PreconditionError when the folder is not there or cannot be read */
export async function readBlockFiles(folder: string): Promise<readonly BlockFile[]> {
  const names = (await namesIn(folder)).filter((name) => name.endsWith('.ab')).toSorted()
  const files: BlockFile[] = []
  for (const name of names) files.push({ name, bytes: await readFile(join(folder, name)) })
  return files
}

/**
 * Parses and judges the blocks of one date. Malformed ones are registered too, left out with all their problems: nothing is silently
 * dropped. Whether a raw is covered twice is asked among the executable ones only.
 */
export function judgeBlocks(files: readonly BlockFile[], instrument: Instrument, date: string): JudgedBlocks {
  const refused: Refused[] = []
  const warnings: string[] = []
  const judged: BlockToRegister[] = []
  for (const { name, bytes } of files) {
    if (!isFileName(name)) {
      refused.push({ name, why: 'is not a plain file name: letters, digits and . _ : + - only' })
      continue
    }
    const content = decode(bytes)
    const parsed = parseAssociationBlock(content, name)
    const block = { name, content, sha256: createHash('sha256').update(bytes).digest('hex') }
    if (!parsed.valid) {
      judged.push({ ...block, ab: null, leftOut: { code: 'malformed', text: describeProblems(parsed.problems) } })
      continue
    }
    const { ab } = parsed
    const stranger = strangerTo(ab, instrument, date)
    if (stranger === null) judged.push({ ...block, ab, leftOut: leftOutReason(ab, instrument) })
    else refused.push({ name, why: stranger })
    if (stranger === null) warnings.push(...otherNights(name, ab.rawFiles, instrument, date))
  }
  const executable = judged.flatMap(({ ab, leftOut }) => (ab !== null && leftOut === null ? [ab] : []))
  const covered = alreadyCovered(executable)
  const blocks = judged.map((block) => ({ ...block, leftOut: block.leftOut ?? covered.get(block.name) ?? null }))
  return { blocks, refused, warnings }
}

function strangerTo(ab: { instrument: string; date: string }, instrument: Instrument, date: string): string | null {
  if (ab.instrument !== instrument.instrument) return `is a block of ${ab.instrument}, not of ${instrument.instrument}`
  return ab.date === date ? null : `is a block of ${ab.date}, not of ${date}`
}

/** The block's DATE is the truth; a raw whose time falls into another night is worth a look. */
function otherNights(
  name: string,
  rawFiles: readonly { readonly fileName: string }[],
  { nightBeginsUtHour }: Instrument,
  date: string,
): string[] {
  return rawFiles.flatMap(({ fileName }) => {
    const time = timeInRawName(fileName)
    const night = time === null ? date : observingDateOf(time, nightBeginsUtHour)
    return night === date
      ? []
      : [`${name}: its raw ${fileName} was taken in the night of ${night}, its DATE is ${date}`]
  })
}

/** UTF-8, or Latin-1 as old tools write it. PostgreSQL's text takes no NUL, and no block has a right to one. */
function decode(bytes: Buffer): string {
  return decodeText(bytes).replaceAll('\0', '\u{fffd}')
}

function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    const why =
      code === 'ENOENT' ? 'is not there' : code === 'ENOTDIR' ? 'is not a folder' : `cannot be read (${String(code)})`
    throw new PreconditionError(
      `${folder} ${why}: ABs are expected as <ab-dir>/<instrument>/<date>/*.ab (--ab-dir or PHOENIX_AB_DIR)`,
      { cause },
    )
  }
}
