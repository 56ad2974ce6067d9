import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Column, formatTable } from '../../client/table.ts'

interface Row {
  readonly name: string
  readonly count: number
  readonly cause: string
}

const columns: readonly Column<Row>[] = [
  { title: 'name', text: ({ name }) => name },
  { title: 'count', text: ({ count }) => String(count), align: 'right' },
  { title: 'cause', text: ({ cause }) => cause },
]
const rows: readonly Row[] = [
  { name: 'a', count: 7, cause: '' },
  { name: 'longer', count: 123, cause: 'one two three four five six seven eight nine ten' },
]

test('on a terminal: a header, aligned columns, the last one wrapped', () => {
  expect(formatTable(columns, rows, 60)).toEqual({
    header: 'name    count  cause',
    lines: ['a           7', 'longer    123  one two three four five six seven eight nine', '               ten'],
  })
})

test('on a narrow terminal the last column goes below the others', () => {
  expect(formatTable(columns, rows, 34).lines).toEqual([
    'a           7',
    'longer    123',
    '    one two three four five six',
    '    seven eight nine ten',
  ])
})

test('in a pipe: no header, one line per row, tabs', () => {
  expect(formatTable(columns, rows, null)).toEqual({
    header: null,
    lines: ['a\t7\t', 'longer\t123\tone two three four five six seven eight nine ten'],
  })
})

/** What could break a line, move the cursor or count double, among ordinary letters. */
const text = fc.string({
  unit: fc.constantFrom('a', 'b', ' ', '\t', '\n', '\r', '\0', '\u001b', '\u0085', '\u200b', '\u202e', 'é', '😀'),
})

test('whatever a cell holds, a row in a pipe is one line of so many columns, and nothing moves the cursor', () => {
  fc.assert(
    fc.property(text, text, (name, cause) => {
      const { lines } = formatTable(columns, [{ name, count: 1, cause }], null)
      expect(lines).toHaveLength(1)
      expect(lines[0]?.split('\t')).toHaveLength(3)
      expect(lines[0]?.replaceAll('\t', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }),
  )
})

test('no word of the last column is lost, at any width', () => {
  const word = fc.stringMatching(/^[a-z0-9.:]{1,40}$/)
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), fc.integer({ min: 1, max: 200 }), (words, width) => {
      const { lines } = formatTable(columns, [{ name: 'NAME', count: 1, cause: words.join(' ') }], width)
      const said = lines.join(' ').split(/\s+/).filter(Boolean)
      expect(said).toEqual(['NAME', '1', ...words])
      // Only a word that is wider than the terminal, or the columns before it, make a line too long.
      const longest = Math.max(0, ...words.map(({ length }) => length))
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(width, 13, 4 + longest))
    }),
  )
})
