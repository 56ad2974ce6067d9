import { CARD_LENGTH } from '../../../fits/card.ts'

/** A card read as `fitsverify` reads it: one by one, without joining CONTINUE cards. */
export interface ReadCard {
  /** From 1. */
  readonly number: number
  readonly keyword: string
  /** `none`: no value indicator; `empty`: one without a value; `bad`: of no type of the standard. */
  readonly type: 'none' | 'empty' | 'string' | 'logical' | 'integer' | 'real' | 'complex' | 'bad'
  /** Without quotes. */
  readonly value: string
  readonly text: string
}

export interface CardReading {
  readonly card: ReadCard
  readonly problems: readonly string[]
}

const COMMENTARY = new Set(['COMMENT', 'HISTORY', 'HIERARCH', 'CONTINUE', ''])

/** COMMENT, HISTORY, blank and HIERARCH cards, and those that go on with a long string. */
export const isOutsideRules = ({ keyword }: ReadCard): boolean => COMMENTARY.has(keyword)

/** Reads one card and says what FITS 4.0, section 4, does not allow in it. */
export function readCard(text: string, number: number): CardReading {
  const keyword = text.slice(0, 8).trimEnd()
  const place = `card ${number} (${keyword === '' ? 'blank' : keyword})`
  const plain = (type: 'none' | 'bad', problems: string[]): CardReading => ({
    card: { number, keyword, type, value: '', text },
    problems,
  })
  const problems = [...nameProblems(text, place), ...printableProblems(text, place)]
  if (keyword === 'HIERARCH') return plain('none', [...problems, ...hierarchProblems(text, place)])
  if (COMMENTARY.has(keyword) || text.slice(8, 10) !== '= ') return plain('none', problems)
  const read = readValue(text.slice(10), place)
  return {
    card: { number, keyword, type: read.type, value: read.value, text },
    problems: [...problems, ...read.problems],
  }
}

/** END must stand alone, and only blanks may follow it (FITS 4.0, section 4.4.1). */
export function endProblems(afterCards: string): string[] {
  const problems = afterCards.slice(0, CARD_LENGTH).trimEnd() === 'END' ? [] : ['the END card holds more than END']
  return /^ *$/.test(afterCards.slice(CARD_LENGTH))
    ? problems
    : [...problems, 'the header is not filled up with blanks']
}

function nameProblems(text: string, place: string): string[] {
  const name = text.slice(0, 8)
  if (/^ +\S/.test(name)) return [`${place}: the keyword does not begin in the first column`]
  const wrong = /[^A-Z0-9_-]/.exec(name.trimEnd())
  return wrong === null
    ? []
    : [`${place}: the keyword has the character ${JSON.stringify(wrong[0])}; only A-Z, 0-9, - and _ are allowed`]
}

function printableProblems(text: string, place: string): string[] {
  return /^[ -~]*$/.test(text) ? [] : [`${place}: it has characters that are no text`]
}

function hierarchProblems(text: string, place: string): string[] {
  return text.includes('=') ? [] : [`${place}: the HIERARCH card has no =`]
}

interface Value {
  readonly type: ReadCard['type']
  readonly value: string
  readonly problems: readonly string[]
}

function readValue(rest: string, place: string): Value {
  const text = rest.trimStart()
  if (text.startsWith("'")) return readString(text, place)
  const slash = text.indexOf('/')
  const value = (slash < 0 ? text : text.slice(0, slash)).trim()
  if (value === '') return { type: 'empty', value, problems: [] }
  if (value === 'T' || value === 'F') return { type: 'logical', value, problems: [] }
  if (/^[+-]?\d+$/.test(value)) return { type: 'integer', value, problems: [] }
  if (/^[+-]?(\d+\.?\d*|\.\d+)([EeDd][+-]?\d+)?$/.test(value))
    return {
      type: 'real',
      value,
      problems: /[ed]/.test(value) ? [`${place}: ${value} has a lower-case exponent`] : [],
    }
  if (/^\([^,()]+,[^,()]+\)$/.test(value)) return { type: 'complex', value, problems: [] }
  return { type: 'bad', value, problems: [`${place}: ${value} is no FITS value`] }
}

function readString(text: string, place: string): Value {
  const [, quoted, after] = /^'((?:[^']|'')*)'(.*)$/s.exec(text) ?? []
  if (quoted === undefined || after === undefined)
    return { type: 'bad', value: text, problems: [`${place}: the closing quote is missing`] }
  const value = quoted.replaceAll("''", "'")
  const problems = /^ *(\/.*)?$/s.test(after) ? [] : [`${place}: value and comment are not separated by /`]
  return { type: 'string', value: value.trim() === '' ? value.trim() : value.trimEnd(), problems }
}
