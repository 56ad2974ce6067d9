import { fromBigEndian, toBigEndian } from './big-endian.ts'
import { FitsError } from './fits-error.ts'
import { scaled, signBitTurned16, signBitTurned32 } from './image.ts'

/**
 * Values of a column to be written: row by row, `repeat` of them per row (`410E`: 410 numbers per row, one after the other).
 * Text columns (`32A`) have one string per row. Uint16Array in `I` and Uint32Array in `J` are stored unsigned by TZERO.
 */
export type ColumnValues =
  | readonly number[]
  | readonly bigint[]
  | readonly boolean[]
  | readonly string[]
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array

/** Values of a column as read, in the same order. Logical: null where the file has neither T nor F. */
export type ReadValues =
  | {
      readonly kind: 'number'
      readonly values: Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array
    }
  | { readonly kind: 'bigint'; readonly values: BigInt64Array | BigUint64Array }
  | { readonly kind: 'logical'; readonly values: readonly (boolean | null)[] }
  | { readonly kind: 'string'; readonly values: readonly string[] }

/** TFORM in its parts: how many elements per cell, of which type, and the bytes of a cell. */
export interface ColumnFormat {
  readonly repeat: number
  readonly letter: string
  readonly cellBytes: number
}

export interface Scaling {
  readonly scale: number
  readonly zero: number
  /** TNULL: the stored integer that means "no value". */
  readonly nullValue: number | undefined
}

/** Bytes of one element; X (bits) is counted apart. C and M are pairs of numbers. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  L: 1,
  X: 1,
  B: 1,
  I: 2,
  J: 4,
  K: 8,
  A: 1,
  E: 4,
  D: 8,
  C: 8,
  M: 16,
  P: 8,
  Q: 16,
}
const INTEGER_RANGE: Readonly<Record<string, readonly [number, number]>> = {
  B: [0, 255],
  I: [-(2 ** 15), 2 ** 15 - 1],
  J: [-(2 ** 31), 2 ** 31 - 1],
}

/** Reads a TFORM such as `1J`, `D`, `32A`, `410E` (FITS 4.0, section 7.3.1). Throws FitsError if it is none. */
export function parseColumnFormat(format: string): ColumnFormat {
  const [, digits = '', letter = ''] = /^(\d*)([LXBIJKAEDCMPQ])/.exec(format.trim()) ?? []
  const elementBytes = ELEMENT_BYTES[letter]
  if (elementBytes === undefined) throw new FitsError(`'${format}' is not a column format such as 1J, 1D or 32A`)
  const repeat = digits === '' ? 1 : Number(digits)
  return { repeat, letter, cellBytes: letter === 'X' ? Math.ceil(repeat / 8) : repeat * elementBytes }
}

/** How many rows these values fill. Throws FitsError if the last row is not full. */
export function rowCount(values: ColumnValues, format: ColumnFormat): number {
  const perRow = format.letter === 'A' ? 1 : format.repeat
  if (perRow === 0 || values.length % perRow !== 0)
    throw new FitsError(`${values.length} values do not fill rows of ${perRow}`)
  return values.length / perRow
}

/** The values as the cells of the column one after the other. Throws FitsError for a value that the format cannot hold. */
export function encodeColumn(values: ColumnValues, format: ColumnFormat): Uint8Array {
  const { letter } = format
  const elements: Iterable<Element> = values
  switch (letter) {
    case 'A':
      return encodeStrings(values, format.cellBytes)
    case 'L':
      return Uint8Array.from(Array.from(elements), (value) => {
        if (typeof value !== 'boolean') throw new FitsError(`${JSON.stringify(value)} is no logical value`)
        return value ? 0x54 : 0x46
      })
    case 'K':
      return toBigEndian(BigInt64Array.from(Array.from(elements, exactBigint)))
    case 'E':
      return toBigEndian(values instanceof Float32Array ? values : Float32Array.from(Array.from(elements, anyNumber)))
    case 'D':
      return toBigEndian(values instanceof Float64Array ? values : Float64Array.from(Array.from(elements, anyNumber)))
    case 'B':
    case 'I':
    case 'J':
      return encodeIntegers(values, letter)
    default:
      throw new FitsError(`columns of type ${letter} cannot be written, only L, B, I, J, K, A, E, D`)
  }
}

/**
 * The values of the cells of a column. Scaled integers become doubles, with NaN for TNULL; the unsigned convention
 * (TZERO 2^15, 2^31, 2^63) becomes Uint16Array, Uint32Array, BigUint64Array. Throws FitsError for types that are not read (X, P, Q).
 */
export function decodeColumn(cells: Uint8Array, format: ColumnFormat, scaling: Scaling): ReadValues {
  switch (format.letter) {
    case 'A':
      return { kind: 'string', values: decodeStrings(cells, format.cellBytes) }
    case 'L':
      return {
        kind: 'logical',
        values: Array.from(cells, (byte) => (byte === 0x54 ? true : byte === 0x46 ? false : null)),
      }
    case 'K':
      return decodeLongIntegers(cells, scaling)
    case 'B':
      return decodeNumbers(new Uint8Array(fromBigEndian(cells, 1)), scaling)
    case 'I': {
      const stored = new Int16Array(fromBigEndian(cells, 2))
      return isUnsigned(scaling, 2 ** 15)
        ? { kind: 'number', values: signBitTurned16(stored) }
        : decodeNumbers(stored, scaling)
    }
    case 'J': {
      const stored = new Int32Array(fromBigEndian(cells, 4))
      return isUnsigned(scaling, 2 ** 31)
        ? { kind: 'number', values: signBitTurned32(stored) }
        : decodeNumbers(stored, scaling)
    }
    case 'E':
    case 'C':
      return decodeNumbers(new Float32Array(fromBigEndian(cells, 4)), { ...scaling, nullValue: undefined })
    case 'D':
    case 'M':
      return decodeNumbers(new Float64Array(fromBigEndian(cells, 8)), { ...scaling, nullValue: undefined })
    default:
      throw new FitsError(`columns of type ${format.letter} (bits, variable-length arrays) are not read`)
  }
}

const isUnsigned = (scaling: Scaling, zero: number): boolean => scaling.scale === 1 && scaling.zero === zero

function decodeNumbers(
  stored: Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array,
  { scale, zero, nullValue }: Scaling,
): ReadValues {
  return { kind: 'number', values: scale === 1 && zero === 0 ? stored : scaled(stored, scale, zero, nullValue) }
}

function decodeLongIntegers(cells: Uint8Array, { scale, zero, nullValue }: Scaling): ReadValues {
  const stored = new BigInt64Array(fromBigEndian(cells, 8))
  if (scale === 1 && zero === 0) return { kind: 'bigint', values: stored }
  if (scale === 1 && zero === 2 ** 63)
    return { kind: 'bigint', values: BigUint64Array.from(stored, (value) => value + 2n ** 63n) }
  return { kind: 'number', values: scaled(stored, scale, zero, nullValue) }
}

function encodeIntegers(values: ColumnValues, letter: 'B' | 'I' | 'J'): Uint8Array {
  if (letter === 'I' && values instanceof Uint16Array) return toBigEndian(signBitTurned16(values))
  if (letter === 'J' && values instanceof Uint32Array) return toBigEndian(signBitTurned32(values))
  const [lowest, highest] = INTEGER_RANGE[letter] ?? [0, 0]
  const elements: Iterable<Element> = values
  const checked = Array.from(elements, (value) => {
    const number = anyNumber(value)
    if (Number.isInteger(number) && number >= lowest && number <= highest) return number
    throw new FitsError(`${number} cannot be written in a column of type ${letter}: integers ${lowest} to ${highest}`)
  })
  if (letter === 'B') return Uint8Array.from(checked)
  return toBigEndian(letter === 'I' ? Int16Array.from(checked) : Int32Array.from(checked))
}

function encodeStrings(values: ColumnValues, cellBytes: number): Uint8Array {
  const cells = Buffer.alloc(values.length * cellBytes)
  const elements: Iterable<Element> = values
  Array.from(elements, String).forEach((value, row) => {
    if (value.length > cellBytes || !/^[ -~]*$/.test(value))
      throw new FitsError(`${JSON.stringify(value)} is not a text of at most ${cellBytes} ASCII characters`)
    cells.write(value, row * cellBytes, 'latin1')
  })
  return cells
}

/** A string ends at its first zero byte; blanks at its end have no meaning. */
function decodeStrings(cells: Uint8Array, cellBytes: number): string[] {
  const text = Buffer.from(cells.buffer, cells.byteOffset, cells.byteLength).toString('latin1')
  return Array.from({ length: cellBytes === 0 ? 0 : cells.length / cellBytes }, (_, row) =>
    text
      .slice(row * cellBytes, (row + 1) * cellBytes)
      .replace(/\0.*$/s, '')
      .trimEnd(),
  )
}

type Element = number | bigint | boolean | string

function anyNumber(value: Element): number {
  if (typeof value === 'number') return value
  throw new FitsError(`${JSON.stringify(String(value))} is not a number`)
}

function exactBigint(value: Element): bigint {
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  throw new FitsError(`${String(value)} is not an integer of 64 bits`)
}
