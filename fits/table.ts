import { type Card, integer, string } from './card.ts'
import { FitsError } from './fits-error.ts'
import type { Hdu } from './hdu.ts'
import { newHeader } from './header.ts'
import {
  type ColumnFormat,
  type ColumnValues,
  decodeColumn,
  encodeColumn,
  parseColumnFormat,
  type ReadValues,
  rowCount,
} from './table-column.ts'

/** A column to be written. `format` is TFORM: `1J`, `1D`, `1E`, `32A`, `410E`, `1L`, `1K`, `1I`, `1B`. */
export interface NewColumn {
  readonly name: string
  readonly format: string
  readonly unit?: string
  readonly values: ColumnValues
}

/** A column as read. `nullValue` is TNULL: the integer that means "no value" where `values` are not scaled. */
export type Column = ReadValues & {
  readonly name: string
  readonly format: string
  readonly unit: string | undefined
  /** Values per row (1 for text). */
  readonly repeat: number
  readonly nullValue: number | undefined
}

export interface Table {
  readonly rows: number
  readonly columns: readonly Column[]
}

/** Written here; cards of these keywords in a given header are left out. */
const WRITTEN_HERE =
  /^(SIMPLE|EXTEND|XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|TFIELDS|THEAP|(TTYPE|TFORM|TUNIT|TSCAL|TZERO)\d+|EXTNAME|CHECKSUM|DATASUM)$/

/**
 * A binary table (FITS 4.0, section 7.3). Cards of `header` (such as TUCDn, HISTORY) follow those that describe the columns.
 * Throws FitsError if the columns differ in their number of rows or a value does not fit its format.
 */
export function tableHdu(table: {
  readonly columns: readonly NewColumn[]
  readonly name?: string
  readonly header?: Iterable<Card>
}): Hdu {
  const encoded = table.columns.map((column) =>
    inColumn(column.name, () => {
      const format = parseColumnFormat(column.format)
      return { format, rows: rowCount(column.values, format), cells: encodeColumn(column.values, format) }
    }),
  )
  const rows = encoded[0]?.rows ?? 0
  const odd = encoded.findIndex((column) => column.rows !== rows)
  if (odd >= 0)
    throw new FitsError(`column ${table.columns[odd]?.name} has ${encoded[odd]?.rows} rows, the first column ${rows}`)
  const rowBytes = encoded.reduce((bytes, column) => bytes + column.format.cellBytes, 0)
  const header = newHeader([
    string('XTENSION', 'BINTABLE'),
    integer('BITPIX', 8),
    integer('NAXIS', 2),
    integer('NAXIS1', rowBytes),
    integer('NAXIS2', rows),
    integer('PCOUNT', 0),
    integer('GCOUNT', 1),
    integer('TFIELDS', table.columns.length),
    ...table.columns.flatMap(columnCards),
    ...(table.name === undefined ? existingName(table.header) : [string('EXTNAME', table.name)]),
    ...[...(table.header ?? [])].filter(({ keyword }) => !WRITTEN_HERE.test(keyword)),
  ])
  return { header, data: packedRows(encoded, rows, rowBytes) }
}

/** All columns of a binary table, or only those of these names. Throws FitsError if the HDU is none or a column is not readable. */
export function readTable(hdu: Hdu, names?: readonly string[]): Table {
  const { header } = hdu
  if (header.string('XTENSION') !== 'BINTABLE') throw new FitsError('this HDU is no binary table')
  const [rowBytes, rows] = [header.integer('NAXIS1') ?? 0, header.integer('NAXIS2') ?? 0]
  if (hdu.data.byteLength < rowBytes * rows)
    throw new FitsError(
      `the table has ${hdu.data.byteLength} bytes, ${rowBytes * rows} expected from NAXIS1 and NAXIS2`,
    )
  let at = 0
  const columns: Column[] = []
  for (let number = 1; number <= (header.integer('TFIELDS') ?? 0); number++) {
    const name = header.string(`TTYPE${number}`) ?? ''
    const format = inColumn(name, () => parseColumnFormat(header.string(`TFORM${number}`) ?? ''))
    if (names === undefined || names.includes(name))
      columns.push(inColumn(name, () => readColumn(hdu, number, format, { at, rowBytes, rows })))
    at += format.cellBytes
  }
  if (at > rowBytes) throw new FitsError(`the columns need ${at} bytes per row, NAXIS1 is ${rowBytes}`)
  const missing = names?.find((name) => !columns.some((column) => column.name === name))
  if (missing !== undefined) throw new FitsError(`the table has no column ${missing}`)
  return { rows, columns }
}

/** The numbers of one column, row by row. Throws FitsError if there is no such column or it holds something else. */
export function numbersOf(table: Table, name: string): Extract<Column, { kind: 'number' }>['values'] {
  const column = columnOf(table, name)
  if (column.kind !== 'number') throw new FitsError(`column ${name} is of type ${column.kind}, expected number`)
  return column.values
}

/** The column of this name. Throws FitsError if there is none. */
export function columnOf(table: Table, name: string): Column {
  const column = table.columns.find((each) => each.name === name)
  if (column === undefined)
    throw new FitsError(`the table has no column ${name}, but ${table.columns.map((each) => each.name).join(', ')}`)
  return column
}

function columnCards(column: NewColumn, index: number): Card[] {
  const number = index + 1
  const { letter } = parseColumnFormat(column.format)
  const zero =
    letter === 'I' && column.values instanceof Uint16Array
      ? 2 ** 15
      : letter === 'J' && column.values instanceof Uint32Array
        ? 2 ** 31
        : 0
  return [
    string(`TTYPE${number}`, column.name),
    string(`TFORM${number}`, column.format),
    ...(column.unit === undefined ? [] : [string(`TUNIT${number}`, column.unit)]),
    ...(zero === 0 ? [] : [integer(`TZERO${number}`, zero)]),
  ]
}

function existingName(header: Iterable<Card> = []): Card[] {
  return [...header].filter(({ keyword }) => keyword === 'EXTNAME')
}

function packedRows(
  columns: readonly { readonly format: ColumnFormat; readonly cells: Uint8Array }[],
  rows: number,
  rowBytes: number,
): Uint8Array {
  const data = new Uint8Array(rows * rowBytes)
  let at = 0
  for (const { format, cells } of columns) {
    copyCells(cells, { at: 0, step: format.cellBytes }, data, { at, step: rowBytes }, format.cellBytes, rows)
    at += format.cellBytes
  }
  return data
}

function readColumn(
  { header, data }: Hdu,
  number: number,
  format: ColumnFormat,
  { at, rowBytes, rows }: { at: number; rowBytes: number; rows: number },
): Column {
  const cells = new Uint8Array(rows * format.cellBytes)
  copyCells(data, { at, step: rowBytes }, cells, { at: 0, step: format.cellBytes }, format.cellBytes, rows)
  const scaling = {
    scale: header.number(`TSCAL${number}`) ?? 1,
    zero: header.number(`TZERO${number}`) ?? 0,
    nullValue: header.integer(`TNULL${number}`),
  }
  return {
    ...decodeColumn(cells, format, scaling),
    name: header.string(`TTYPE${number}`) ?? '',
    format: header.string(`TFORM${number}`) ?? '',
    unit: header.string(`TUNIT${number}`),
    repeat: format.letter === 'A' ? 1 : format.repeat * ('CM'.includes(format.letter) ? 2 : 1),
    nullValue: scaling.nullValue,
  }
}

/** Copies `rows` cells, each `step` bytes after the one before. Small cells byte by byte: faster than a view for each. */
function copyCells(
  source: Uint8Array,
  from: { at: number; step: number },
  target: Uint8Array,
  to: { at: number; step: number },
  cellBytes: number,
  rows: number,
): void {
  for (let row = 0; row < rows; row++) {
    const sourceAt = from.at + row * from.step
    const targetAt = to.at + row * to.step
    if (cellBytes > 64) target.set(source.subarray(sourceAt, sourceAt + cellBytes), targetAt)
    else for (let byte = 0; byte < cellBytes; byte++) target[targetAt + byte] = source[sourceAt + byte] ?? 0
  }
}

function inColumn<Result>(name: string, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (error instanceof FitsError) throw new FitsError(`column ${name}: ${error.message}`, { cause: error })
    throw error
  }
}
