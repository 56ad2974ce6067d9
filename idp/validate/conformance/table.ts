import { FitsError } from '../../../fits/fits-error.ts'
import { type ColumnFormat, parseColumnFormat } from '../../../fits/table-column.ts'
import type { ReadCard } from './cards.ts'
import { duplicates, placeOf, type Remarks } from './header.ts'
import type { RawHdu } from './hdus.ts'

const OF_COLUMNS = /^(TTYPE|TFORM|TUNIT|TNULL|TSCAL|TZERO|TDISP|TDIM|TCTYP|TCUNI|TCRVL|TCDLT|TCRPX|TCROT)(\d+)$/
const NOT_IN_TABLES = /^(BSCALE|BZERO|BUNIT|BLANK|DATAMAX|DATAMIN|TBCOL\d+)$/

/** FITS 4.0, section 7.3.1. */
const FIXED: readonly (readonly [string, number])[] = [
  ['BITPIX', 8],
  ['NAXIS', 2],
  ['GCOUNT', 1],
]

/** What FITS says against a binary table: its header (FITS 4.0, section 7.3) and its data. */
export function tableRemarks(hdu: RawHdu, cards: readonly ReadCard[]): Remarks {
  const fields = integerOf(hdu, 'TFIELDS')
  const formats = Array.from({ length: Math.min(Math.max(fields, 0), 999) }, (_, index) => formatOf(hdu, index + 1))
  const names = formats.map((_, index) => textOf(hdu, `TTYPE${index + 1}`))
  return {
    errors: [
      ...(fields < 0 || fields > 999 ? [`TFIELDS = ${fields} is not between 0 and 999`] : []),
      ...FIXED.filter(([keyword, value]) => integerOf(hdu, keyword) !== value).map(
        ([keyword, value]) => `${keyword} is ${integerOf(hdu, keyword)}, in a table it must be ${value}`,
      ),
      ...formats.flatMap((format, index) => (typeof format === 'string' ? [`TFORM${index + 1}: ${format}`] : [])),
      ...widthErrors(hdu, formats),
      ...cards.flatMap((card) => columnCardErrors(card, fields, formats)),
      ...dataErrors(hdu, formats),
      ...heapErrors(hdu),
    ],
    warnings: [
      ...names.flatMap((name, index) => (name === '' ? [`column ${index + 1} has no name`] : [])),
      ...names.flatMap((name, index) =>
        /^\w*$/.test(name)
          ? []
          : [`the name ${JSON.stringify(name)} of column ${index + 1} has other characters than letters, digits and _`],
      ),
      ...duplicates(names.map((name) => name.toUpperCase()).filter((name) => name !== '')).map(
        (name) => `two columns are called ${name}`,
      ),
      ...cards
        .filter((card) => /^TSCAL\d+$/.test(card.keyword) && Number(card.value) === 0)
        .map((card) => `${placeOf(card)} is zero`),
      ...(integerOf(hdu, 'PCOUNT') !== 0 && !formats.some(isDescriptor)
        ? ['PCOUNT is not 0, but there is no column of variable length']
        : []),
    ],
  }
}

/** ColumnFormat, or what is wrong with TFORM. */
type Format = ColumnFormat | string

const isDescriptor = (format: Format): boolean => typeof format !== 'string' && /[PQ]/.test(format.letter)

function formatOf(hdu: RawHdu, number: number): Format {
  const text = textOf(hdu, `TFORM${number}`)
  try {
    if (!/^\d*[LXBIJKAEDCM](?:\d+)?$|^[01]?[PQ][LXBIJKAEDCM](?:\(\d*\))?$/.test(text))
      return `'${text}' is no column format`
    return parseColumnFormat(text)
  } catch (error) {
    if (error instanceof FitsError) return error.message
    throw error
  }
}

function widthErrors(hdu: RawHdu, formats: readonly Format[]): string[] {
  const bytes = formats.reduce((sum, format) => sum + (typeof format === 'string' ? 0 : format.cellBytes), 0)
  const rowBytes = integerOf(hdu, 'NAXIS1')
  return bytes === rowBytes ? [] : [`the columns need ${bytes} bytes per row, NAXIS1 is ${rowBytes}`]
}

function columnCardErrors(card: ReadCard, fields: number, formats: readonly Format[]): string[] {
  const { keyword, type, value } = card
  if (NOT_IN_TABLES.test(keyword)) return [`${placeOf(card)} is not allowed in a table`]
  const [, family = '', digits = ''] = OF_COLUMNS.exec(keyword) ?? []
  if (family === '') return []
  const number = Number(digits)
  if (number < 1 || number > fields) return [`${placeOf(card)} is of column ${number}, TFIELDS is ${fields}`]
  const format = formats[number - 1]
  const letter = typeof format === 'object' ? format.letter : ''
  switch (family) {
    case 'TNULL':
      if (type !== 'integer') return [`${placeOf(card)} = ${value} is no integer`]
      return /[BIJKPQ]/.test(letter) ? [] : [`${placeOf(card)} is not allowed for a column of type ${letter}`]
    case 'TSCAL':
    case 'TZERO':
      if (type !== 'integer' && type !== 'real') return [`${placeOf(card)} = ${value} is no number`]
      return family === 'TSCAL' && /[ALX]/.test(letter)
        ? [`${placeOf(card)} is not allowed for a column of type ${letter}`]
        : []
    case 'TDISP':
      return isDisplayFormat(value, letter)
        ? []
        : [`${placeOf(card)} = ${value} is no format for a column of type ${letter}`]
    case 'TDIM':
      return isShape(value, typeof format === 'object' ? format.repeat : 0)
        ? []
        : [`${placeOf(card)} = ${value} is no shape of its cells`]
    case 'TCRVL':
    case 'TCDLT':
    case 'TCRPX':
    case 'TCROT':
      return type === 'integer' || type === 'real' ? [] : [`${placeOf(card)} = ${value} is no number`]
    default:
      return type === 'string' ? [] : [`${placeOf(card)} = ${value} is no string`]
  }
}

/** FITS 4.0, section 7.3.4, table 20. */
function isDisplayFormat(value: string, letter: string): boolean {
  if (value === '') return true
  const [, integer, , other, text] =
    /^(?:([IBOZ])(\d+)(?:\.\d+)?|([FG]|E[NS]?|D)\d+\.\d+(?:E\d+)?|([AL])\d+)$/.exec(value) ?? []
  if (integer !== undefined) return /[BIJKXPQ]/.test(letter)
  if (other !== undefined) return other === 'G' || /[EDCMBIJXPQ]/.test(letter)
  return text !== undefined && text === letter
}

function isShape(value: string, repeat: number): boolean {
  if (!/^\(\d+(,\d+)*\)$/.test(value)) return false
  return (
    value
      .slice(1, -1)
      .split(',')
      .reduce((product, length) => product * Number(length), 1) <= repeat
  )
}

/** Logical values are T, F or zero, texts are text, unused bits are zero (FITS 4.0, section 7.3.3.1). */
function dataErrors(hdu: RawHdu, formats: readonly Format[]): string[] {
  if (!formats.some((format) => typeof format === 'object' && /[LAX]/.test(format.letter))) return []
  const rowBytes = integerOf(hdu, 'NAXIS1')
  const rows = rowBytes > 0 ? Math.floor(hdu.data.byteLength / rowBytes) : 0
  return formats.flatMap((format, index) => {
    if (typeof format === 'string') return []
    const at = formats.slice(0, index).reduce((sum, each) => sum + (typeof each === 'string' ? 0 : each.cellBytes), 0)
    for (let row = 0; row < rows; row++) {
      const problem = cellProblem(
        hdu.data.subarray(row * rowBytes + at, row * rowBytes + at + format.cellBytes),
        format,
      )
      if (problem !== null) return [`row ${row + 1}, column ${index + 1}: ${problem}`]
    }
    return []
  })
}

function cellProblem(cell: Uint8Array, { letter, repeat }: ColumnFormat): string | null {
  if (letter === 'L')
    return cell.every((byte) => byte === 0x54 || byte === 0x46 || byte === 0)
      ? null
      : 'a logical value is not T, F or 0'
  if (letter === 'X') {
    const unused = cell.byteLength * 8 - repeat
    return ((cell.at(-1) ?? 0) & ((1 << unused) - 1)) === 0 ? null : 'unused bits are not zero'
  }
  if (letter !== 'A') return null
  const end = cell.indexOf(0)
  const text = end < 0 ? cell : cell.subarray(0, end)
  return text.every((byte) => byte >= 0x20 && byte <= 0x7e) ? null : 'a text has characters that are no text'
}

/** THEAP without a heap (FITS 4.0, section 7.3.2). */
function heapErrors(hdu: RawHdu): string[] {
  return hdu.header.get('THEAP') !== undefined && integerOf(hdu, 'PCOUNT') === 0
    ? ['THEAP is given, but PCOUNT is 0']
    : []
}

function textOf({ header }: RawHdu, keyword: string): string {
  const value = header.get(keyword)?.value
  return value?.type === 'string' ? value.value : ''
}

function integerOf({ header }: RawHdu, keyword: string): number {
  const value = header.get(keyword)?.value
  return value?.type === 'integer' ? Number(value.value) : 0
}
