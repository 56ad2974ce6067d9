import { FitsError } from './fits-error.ts'

/** The value of a card with the type it was written in. `text` is the value as it stands in the file it was read from. */
export type CardValue =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number; readonly text?: string }
  | { readonly type: 'logical'; readonly value: boolean }
  | { readonly type: 'complex'; readonly value: readonly [real: number, imaginary: number]; readonly text?: string }
  | { readonly type: 'undefined' }

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][+-]?\d+)?`
const INTEGER = /^[+-]?\d+$/
const DOUBLE = new RegExp(`^${NUMBER}$`)
const COMPLEX = new RegExp(String.raw`^\(\s*(${NUMBER})\s*,\s*(${NUMBER})\s*\)$`)

/**
 * The value as the standard writes it, without padding to a column (FITS 4.0, section 4.2); strings with quotes.
 * A number read from a file keeps its digits. Throws FitsError for what a card cannot hold: NaN, infinity, control characters.
 */
export function formatValue(value: CardValue): string {
  switch (value.type) {
    case 'string':
      return `'${escapeQuotes(value.value).padEnd(8)}'`
    case 'integer':
      return value.value.toString()
    case 'double':
      return value.text !== undefined && Object.is(readNumber(value.text), value.value)
        ? value.text
        : formatDouble(value.value)
    case 'logical':
      return value.value ? 'T' : 'F'
    case 'complex':
      return formatComplex(value.value, value.text)
    case 'undefined':
      return ''
  }
}

/** Reads the value that stands before the comment of a card, strings excepted. Undefined if it is of no type of the standard. */
export function parseValue(text: string): CardValue | undefined {
  if (text === '') return { type: 'undefined' }
  if (text === 'T' || text === 'F') return { type: 'logical', value: text === 'T' }
  if (INTEGER.test(text)) return { type: 'integer', value: BigInt(text) }
  if (DOUBLE.test(text)) return { type: 'double', value: readNumber(text), text }
  const [, real, imaginary] = COMPLEX.exec(text) ?? []
  if (real === undefined || imaginary === undefined) return undefined
  return { type: 'complex', value: [readNumber(real), readNumber(imaginary)], text }
}

/** A quote inside a string is written twice. Throws FitsError for characters outside ASCII 32 to 126. */
export function escapeQuotes(value: string): string {
  if (!/^[ -~]*$/.test(value)) throw new FitsError(`${JSON.stringify(value)} has characters that FITS does not allow`)
  return value.replaceAll("'", "''")
}

/** Shortest digits that read back as the same number, always with a point: a double must not look like an integer. */
function formatDouble(value: number): string {
  if (!Number.isFinite(value))
    throw new FitsError(`${value} cannot be written: a FITS header has no NaN and no infinity`)
  const [digits = '', exponent] = (Object.is(value, -0) ? '-0' : String(value)).split('e')
  const mantissa = digits.includes('.') ? digits : `${digits}.0`
  return exponent === undefined ? mantissa : `${mantissa}E${exponent.replace('+', '')}`
}

function formatComplex([real, imaginary]: readonly [number, number], text: string | undefined): string {
  const written = text === undefined ? undefined : parseValue(text)
  const unchanged =
    written?.type === 'complex' && Object.is(written.value[0], real) && Object.is(written.value[1], imaginary)
  return unchanged && text !== undefined ? text : `(${formatDouble(real)}, ${formatDouble(imaginary)})`
}

/** FORTRAN's D for the exponent is allowed by the standard. */
function readNumber(text: string): number {
  return Number(text.replace(/[Dd]/, 'E'))
}
