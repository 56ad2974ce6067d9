import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { double, history, integer, string } from '../../fits/card.ts'
import { FitsError } from '../../fits/fits-error.ts'
import { dataByteLength } from '../../fits/hdu.ts'
import { Header } from '../../fits/header.ts'
import { columnOf, type NewColumn, numbersOf, readTable, tableHdu } from '../../fits/table.ts'
import { type ColumnValues, parseColumnFormat } from '../../fits/table-column.ts'

/** A column of so many rows, of any format, its values in the type that reading gives. */
function columnOfRows(rows: number): fc.Arbitrary<NewColumn> {
  const sized = { minLength: rows, maxLength: rows }
  const numbers = (
    letter: string,
    of: (length: { minLength: number; maxLength: number }) => fc.Arbitrary<ColumnValues>,
  ) =>
    fc.integer({ min: 1, max: 12 }).chain((repeat) =>
      of({ minLength: rows * repeat, maxLength: rows * repeat }).map((values) => ({
        format: `${repeat}${letter}`,
        values,
      })),
    )
  const text = fc.stringMatching(/^[ -~]{0,31}[!-~]$/)
  return fc
    .oneof(
      numbers('B', fc.uint8Array),
      numbers('I', fc.int16Array),
      numbers('I', fc.uint16Array),
      numbers('J', fc.int32Array),
      numbers('J', fc.uint32Array),
      numbers('E', fc.float32Array),
      numbers('D', fc.float64Array),
      fc.bigInt64Array(sized).map((values) => ({ format: '1K', values })),
      fc.array(fc.boolean(), sized).map((values) => ({ format: 'L', values })),
      fc.array(text, sized).map((values) => ({ format: '32A', values })),
    )
    .chain((column) => fc.stringMatching(/^[A-Za-z_]{1,10}$/).map((name) => ({ ...column, name, unit: 'pix' })))
}

describe('round trip', () => {
  test('tables of any columns', () => {
    const table = fc.nat(20).chain((rows) => fc.array(columnOfRows(rows), { minLength: 1, maxLength: 6 }))
    fc.assert(
      fc.property(table, (columns) => {
        const hdu = tableHdu({ columns })
        expect(dataByteLength(hdu.header)).toBe(hdu.data.byteLength)
        const read = readTable(hdu)
        expect(read.columns.map(({ name, format, unit, values }) => ({ name, format, unit, values }))).toEqual(
          columns.map(({ name, format, unit, values }) => ({ name, format, unit, values })),
        )
      }),
    )
  })
})

describe('writing', () => {
  test('layout: cards before the rest, rows packed and big-endian, text padded with zero bytes', () => {
    const hdu = tableHdu({
      name: 'LINES',
      columns: [
        { name: 'Order', format: '1J', values: [1, -1] },
        { name: 'Name', format: '4A', values: ['a', 'bcde'] },
        { name: 'Pair', format: '2I', unit: 'pix', values: [1, 2, 3, 4] },
      ],
      header: [history('TRACEID 0'), string('EXTNAME', 'old'), string('TFORM9', '1J'), string('TUCD1', 'meta.id')],
    })
    expect(hdu.header.cards.map((card) => card.keyword)).toEqual(
      // biome-ignore format: one line per group of cards
      ['XTENSION', 'BITPIX', 'NAXIS', 'NAXIS1', 'NAXIS2', 'PCOUNT', 'GCOUNT', 'TFIELDS',
       'TTYPE1', 'TFORM1', 'TTYPE2', 'TFORM2', 'TTYPE3', 'TFORM3', 'TUNIT3', 'EXTNAME', 'HISTORY', 'TUCD1'],
    )
    expect(hdu.header.string('EXTNAME')).toBe('LINES')
    expect(hdu.header.integer('NAXIS1')).toBe(12)
    expect(Buffer.from(hdu.data).toString('hex')).toBe(
      ['00000001', '61000000', '00010002', 'ffffffff', '62636465', '00030004'].join(''),
    )
  })

  test.each<[string, NewColumn, RegExp]>([
    ['fraction', { name: 'a', format: '1J', values: [1.5] }, /column a: 1.5 cannot be written .* type J/],
    ['too large', { name: 'a', format: '1I', values: [32768] }, /integers -32768 to 32767/],
    ['negative byte', { name: 'a', format: '1B', values: [-1] }, /integers 0 to 255/],
    ['NaN', { name: 'a', format: '1J', values: [Number.NaN] }, /NaN cannot be written/],
    ['unsafe', { name: 'a', format: '1K', values: [2 ** 53] }, /not an integer of 64 bits/],
    ['beyond 64 bit', { name: 'a', format: '1K', values: [2n ** 63n] }, /not an integer of 64 bits/],
    ['text as number', { name: 'a', format: '1D', values: ['1'] }, /"1" is not a number/],
    ['number as logical', { name: 'a', format: '1L', values: [1] }, /1 is no logical value/],
    ['long text', { name: 'a', format: '3A', values: ['abcd'] }, /at most 3 ASCII characters/],
    ['half a row', { name: 'a', format: '2J', values: [1, 2, 3] }, /3 values do not fill rows of 2/],
    ['bits', { name: 'a', format: '8X', values: [1] }, /.*/],
    ['no format', { name: 'a', format: '1Z', values: [1] }, /'1Z' is not a column format/],
  ])('%s is refused', (_, column, message) => {
    expect(() => tableHdu({ columns: [column] })).toThrow(FitsError)
    expect(() => tableHdu({ columns: [column] })).toThrow(message)
  })

  test('columns of different lengths are refused', () => {
    const columns = [
      { name: 'a', format: '1J', values: [1] },
      { name: 'b', format: '1J', values: [1, 2] },
    ]
    expect(() => tableHdu({ columns })).toThrow('column b has 2 rows, the first column 1')
  })

  test('a table without rows', () => {
    const hdu = tableHdu({ columns: [{ name: 'a', format: '410E', values: [] }] })
    expect(hdu.data.length).toBe(0)
    expect(readTable(hdu)).toMatchObject({ rows: 0, columns: [{ name: 'a', repeat: 410 }] })
  })
})

describe('reading', () => {
  const hdu = tableHdu({
    columns: [
      { name: 'stored', format: '1I', values: [1, 2, -99] },
      { name: 'plain', format: '1J', values: [7, 8, 9] },
      { name: 'text', format: '2A', values: ['a', 'b', 'c'] },
    ],
  })
  const withCards = (...cards: Parameters<Header['with']>[0][]) => ({
    header: cards.reduce((header, card) => header.with(card), hdu.header),
    data: hdu.data,
  })

  test('TSCAL, TZERO, TNULL', () => {
    const scaled = withCards(double('TSCAL1', 0.5), double('TZERO1', 10), integer('TNULL1', -99), integer('TNULL2', 8))
    expect([...numbersOf(readTable(scaled), 'stored')]).toEqual([10.5, 11, Number.NaN])
    expect(columnOf(readTable(scaled), 'plain')).toMatchObject({ values: Int32Array.of(7, 8, 9), nullValue: 8 })
  })

  test('TNULL has no meaning for floating point; unsigned 64 bit keep their digits', () => {
    const { header, data } = tableHdu({
      columns: [
        { name: 'float', format: '1E', values: [2] },
        { name: 'long', format: '1K', values: [-(2n ** 63n) + 2n ** 60n + 1n] },
      ],
    })
    const cards = [double('TSCAL1', 3), integer('TNULL1', 2), integer('TZERO2', 2n ** 63n)]
    const table = readTable({ header: new Header([...header.cards, ...cards]), data })
    expect([...numbersOf(table, 'float')]).toEqual([6])
    expect(columnOf(table, 'long').values).toEqual(BigUint64Array.of(2n ** 60n + 1n))
  })

  test('only the columns asked for; a type that is not read does no harm to the others', () => {
    const odd = withCards(string('TFORM3', '16X'))
    expect(readTable(odd, ['plain']).columns.map((column) => column.name)).toEqual(['plain'])
    expect(() => readTable(odd)).toThrow('column text: columns of type X')
  })

  test('logical that is neither, text after a zero byte', () => {
    const { header } = tableHdu({
      columns: [
        { name: 'l', format: '3L', values: [true, true, true] },
        { name: 't', format: '4A', values: ['x'] },
      ],
    })
    const table = readTable({ header, data: Buffer.from('TF\0ab\0c') })
    expect(columnOf(table, 'l').values).toEqual([true, false, null])
    expect(columnOf(table, 't').values).toEqual(['ab'])
  })

  test('clear errors', () => {
    const table = readTable(hdu)
    expect(() => columnOf(table, 'absent')).toThrow('no column absent, but stored, plain, text')
    expect(() => readTable(hdu, ['absent'])).toThrow('no column absent')
    expect(() => numbersOf(table, 'text')).toThrow('column text is of type string, expected number')
    expect(() => readTable({ header: new Header([]), data: hdu.data })).toThrow('no binary table')
    expect(() => readTable({ header: hdu.header, data: hdu.data.subarray(1) })).toThrow('has 23 bytes, 24 expected')
    expect(() => readTable(withCards(string('TFORM3', '9D')))).toThrow('NAXIS1 is 8')
  })

  test('variable-length arrays are refused by name', () => {
    expect(() => readTable(withCards(string('TFORM3', '1PE(30)')), ['text'])).toThrow(/column text: .*variable-length/)
  })

  test('column formats', () => {
    expect(parseColumnFormat('D')).toEqual({ repeat: 1, letter: 'D', cellBytes: 8 })
    expect(parseColumnFormat('410E')).toEqual({ repeat: 410, letter: 'E', cellBytes: 1640 })
    expect(parseColumnFormat('11X').cellBytes).toBe(2)
    expect(parseColumnFormat('2M').cellBytes).toBe(32)
    expect(parseColumnFormat('1QD(7)').cellBytes).toBe(16)
  })
})
