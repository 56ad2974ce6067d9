import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
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

/** The files of one date as they were found. */
export interface BlockFolder {
  readonly files: readonly BlockFile[]
  /** There, but nobody can say what they hold. */
  readonly unreadable: readonly Refused[]
}

/** So many files are asked for at once: a disk of the network answers slowly. */
const FILES_AT_ONCE = 32
/** Far beyond the longest block; what is larger is none, and would fill the memory. */
const MOST_BYTES = 4_000_000

/** Every `*.ab` file of a folder, by name. @throws PreconditionError when the folder is not there or cannot be read */
export async function readBlockFolder(folder: string): Promise<BlockFolder> {
  const names = (await namesOfBlocks(folder)).toSorted()
  const files: BlockFile[] = []
  const unreadable: Refused[] = []
  for (let first = 0; first < names.length; first += FILES_AT_ONCE) {
    const found = await Promise.all(names.slice(first, first + FILES_AT_ONCE).map((name) => readBlock(folder, name)))
    for (const file of found) {
      if ('bytes' in file) files.push(file)
      else unreadable.push(file)
    }
  }
  return { files, unreadable }
}

/** Names of the blocks in a folder. @throws PreconditionError when the folder is not there or cannot be read */
export async function namesOfBlocks(folder: string): Promise<readonly string[]> {
  return (await namesIn(folder)).filter((name) => name.endsWith('.ab'))
}

async function readBlock(folder: string, name: string): Promise<BlockFile | Refused> {
  const path = join(folder, name)
  try {
    // Asked first: a pipe would be waited for without end.
    const facts = await stat(path)
    if (!facts.isFile()) return { name, why: 'is no file' }
    if (facts.size > MOST_BYTES) return { name, why: `is too large for a block (${facts.size} bytes)` }
    return { name, bytes: await readFile(path) }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return { name, why: `cannot be read (${String(error.code)})` }
  }
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

/** Names in a folder of ABs. @throws PreconditionError when it is not there or cannot be read */
export async function namesIn(folder: string): Promise<readonly string[]> {
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
