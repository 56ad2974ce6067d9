import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CsvError, parseCsv } from '../../domain/parse-csv.ts'

const value = fc.string({ unit: fc.constantFrom('a', 'B', '7', ' ', ',', '"', '\n', '\r', ';', 'é'), maxLength: 8 })
const lineEnd = fc.constantFrom('\n', '\r\n')

function written(rows: readonly (readonly string[])[], end: string): string {
  const field = (text: string) => (/[",\r\n]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text)
  return rows.map((row) => row.map(field).join(',') + end).join('')
}

describe('parseCsv', () => {
  it('reads back whatever was written as the standard has it', () => {
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((width) => fc.array(fc.array(value, { minLength: width, maxLength: width }), { maxLength: 6 }))
    fc.assert(
      fc.property(table, lineEnd, fc.boolean(), (rows, end, isOpen) => {
        const columns = (rows[0] ?? ['x']).map((_, i) => `column ${i}`)
        const text = written([columns, ...rows], end)
        const read = parseCsv(isOpen ? text.slice(0, -end.length) : text)
        expect(read.map((record) => columns.map((column) => record[column]))).toEqual(rows)
      }),
    )
  })

  it('reads any text or throws CsvError, and ends', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r'), maxLength: 30 }), (text) => {
        const read = outcomeOf(text)
        expect(Array.isArray(read) || read instanceof CsvError).toBe(true)
      }),
    )
  })

  it('keeps blanks and commas, skips blank lines and the byte order mark', () => {
    expect(parseCsv('\uFEFFobject,type\nHD  40111,"LAMP,FLAT"\n\n"a ""b""",\n')).toEqual([
      { object: 'HD  40111', type: 'LAMP,FLAT' },
      { object: 'a "b"', type: '' },
    ])
    expect(parseCsv('')).toEqual([])
  })

  it.each([
    ['a,b\n1,2\n"1\n",2,3\n', 3, '3 values, the header names 2 columns'],
    ['a,b\n1,"2', 2, 'never closed'],
    ['a,b\n1,2"3\n', 2, 'within a value'],
    ['a,a\n1,2\n', 1, 'column a occurs twice'],
  ])('tells line and problem of %j', (text, line, problem) => {
    expect(outcomeOf(text)).toMatchObject({ line, message: expect.stringContaining(problem) })
  })
})

function outcomeOf(text: string): unknown {
  try {
    return parseCsv(text)
  } catch (error) {
    return error
  }
}
