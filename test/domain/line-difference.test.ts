import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ChangedLine, lineDifference } from '../../domain/line-difference.ts'

const shown = (older: string, newer: string) =>
  lineDifference(older, newer)?.map(({ sign, line, text }) => `${sign}${line} ${text}`)

describe('lines in which two texts differ', () => {
  it('with their numbers, each in its own text', () => {
    const block = (flag: string) => `INSTRUMENT UVES\nMCALIB ${flag} A.fits\nRAWFILE B.fits\n`
    expect(shown(block('VIRTUAL'), block('REAL'))).toEqual(['-2 MCALIB VIRTUAL A.fits', '+2 MCALIB REAL A.fits'])
    expect(shown('a\nb\nc\n', 'b\nc\nd\n')).toEqual(['-1 a', '+3 d'])
    expect(shown('', 'a\n')).toEqual(['+1 a'])
  })

  it('also when only the end of a line differs', () => {
    expect(shown('a\n', 'a')).toEqual(['-1 a', '+1 a'])
    expect(shown('a\nb\n', 'a\r\nb\n')).toEqual(['-1 a', '+1 a\r'])
  })

  it('null when hardly a line is the same', () => {
    const text = (word: string) => Array.from({ length: 2000 }, (_, i) => `${word} ${i}\n`).join('')
    expect(lineDifference(text('one'), text('two'))).toBeNull()
  })

  it('turns the one text into the other, and is empty for the same', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', '', '-d', '+e', String.raw`\ f`), { maxLength: 12 })
      .map((lines) => lines.map((line) => `${line}\n`).join(''))
    fc.assert(
      fc.property(text, text, (older, newer) => {
        const difference = lineDifference(older, newer)
        expect(difference).not.toBeNull()
        expect(applied(older, difference ?? [])).toBe(newer)
        expect(lineDifference(older, older)).toEqual([])
      }),
    )
  })
})

/** Takes the lines out that are gone, then puts in those that are new. */
function applied(older: string, difference: readonly ChangedLine[]): string {
  const lines = older.split('\n').slice(0, -1)
  const gone = new Map(difference.filter(({ sign }) => sign === '-').map(({ line, text }) => [line, text]))
  for (const [line, text] of gone) expect(lines[line - 1]).toBe(text)
  const kept = lines.filter((_, i) => !gone.has(i + 1))
  for (const { line, text } of difference.filter(({ sign }) => sign === '+')) kept.splice(line - 1, 0, text)
  return kept.map((line) => `${line}\n`).join('')
}
