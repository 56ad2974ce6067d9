import { isObservingDate } from './observing-date.ts'

/** What one line of a JOB_FILE asks for. */
export interface Job {
  /** As written: whether it is known is for the configuration to say. */
  readonly instrument: string
  readonly date: string
  /** Folder that holds `<instrument>/<date>/*.ab`; null: the usual one. */
  readonly abDir: string | null
}

export type JobLine =
  | { readonly valid: true; readonly job: Job }
  /** In words, without the line. */
  | { readonly valid: false; readonly problem: string }

const FIELDS = /^(?<instrument>\S+)\s+(?<date>\S+)(?:\s+(?<abDir>.*))?$/s
const CONTROL_CHARACTER = /\p{Cc}/u

/**
 * One line `INSTRUMENT DATE [AB_DIR]`, with blanks or tabs between. AB_DIR is the rest of the line: blanks in it need no quotes, and double
 * quotes around it are taken away. Returns null for an empty line and for a comment, which begins with `#`.
 */
export function parseJobLine(line: string): JobLine | null {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return null
  const { instrument, date, abDir = '' } = FIELDS.exec(text)?.groups ?? {}
  if (instrument === undefined || date === undefined)
    return refused('a date is missing: expected INSTRUMENT DATE [AB_DIR]')
  if (CONTROL_CHARACTER.test(`${instrument}${date}${abDir}`))
    return refused('it holds characters that cannot be printed')
  if (!isObservingDate(date)) return refused(`'${date}' is not a date: expected YYYY-MM-DD`)
  const folder = /^"(.+)"$/.exec(abDir)?.[1] ?? abDir
  if (folder.includes('"')) return refused(`AB_DIR ${abDir} has a double quote in it`)
  return { valid: true, job: { instrument, date, abDir: folder === '' ? null : folder } }
}

/** The line that `parseJobLine` reads back; without the end of line. */
export function writeJobLine({ instrument, date, abDir }: Job): string {
  if (abDir === null) return `${instrument} ${date}`
  return `${instrument} ${date} ${abDir === abDir.trim() ? abDir : `"${abDir}"`}`
}

/** The lines of a file that have been written to their end, and how many bytes they take: a last one without `\n` is still being written. */
export function completeLines(bytes: Uint8Array): { readonly lines: readonly string[]; readonly byteLength: number } {
  const byteLength = bytes.lastIndexOf(NEWLINE) + 1
  if (byteLength === 0) return { lines: [], byteLength }
  const text = new TextDecoder().decode(bytes.subarray(0, byteLength - 1))
  return { lines: text.split('\n').map((line) => line.replace(/\r$/, '')), byteLength }
}

const NEWLINE = 0x0a

function refused(problem: string): JobLine {
  return { valid: false, problem }
}
