import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Card,
  commentCard,
  continuedCards,
  double,
  formatCard,
  history,
  integer,
  logical,
  parseCard,
  string,
} from '../../fits/card.ts'
import { FitsError } from '../../fits/fits-error.ts'

const plainKeyword = fc
  .stringMatching(/^[A-Z0-9_-]{1,8}$/)
  .filter((keyword) => !['END', 'COMMENT', 'HISTORY', 'CONTINUE', 'HIERARCH'].includes(keyword))
const hierarchKeyword = fc
  .array(fc.stringMatching(/^[A-Z0-9_-]{1,8}$/), { minLength: 2, maxLength: 4 })
  .map((words) => `ESO ${words.join(' ')}`)
const keyword = fc.oneof(plainKeyword, hierarchKeyword)
const text = fc.stringMatching(/^[ -~]{0,300}$/)
/** Quotes and ampersands decide where a long string may be cut. */
const awkwardText = fc
  .array(fc.constantFrom("'", '&', ' ', '/', 'x', '='), { maxLength: 250 })
  .map((parts) => parts.join(''))
const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 0, 5e-324, Number.MAX_VALUE, 1e21, 1e-7, 1200, 123456789012345680000),
)
const anyCard: fc.Arbitrary<Card> = fc.oneof(
  fc.tuple(keyword, fc.oneof(text, awkwardText)).map(([name, value]) => string(name, value)),
  fc.tuple(keyword, fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n })).map(([name, value]) => integer(name, value)),
  fc.tuple(keyword, finite).map(([name, value]) => double(name, value)),
  fc.tuple(keyword, fc.boolean()).map(([name, value]) => logical(name, value)),
  // Two numbers of 24 characters do not fit behind a long HIERARCH keyword.
  fc.tuple(plainKeyword, finite, finite).map(
    ([name, real, imaginary]): Card => ({
      keyword: name,
      value: { type: 'complex', value: [real, imaginary] },
      comment: '',
    }),
  ),
  keyword.map((name): Card => ({ keyword: name, value: { type: 'undefined' }, comment: '' })),
)

/** What a card says: without its written text, and without the blanks at the end of a string, which have no meaning in FITS. */
function content({ keyword: name, value, comment }: Card): unknown {
  if (value === null || value.type === 'undefined') return { name, value, comment }
  return { name, type: value.type, value: value.type === 'string' ? value.value.trimEnd() : value.value, comment }
}

/** Read and written back; `refused` if it is no FITS card. Any other error is a defect. */
function rewritten(card: string): string {
  try {
    return formatCard(parseCard(card))
  } catch (error) {
    if (error instanceof FitsError) return 'refused'
    throw error
  }
}

describe('round trip', () => {
  test('every type, plain and HIERARCH, reads back as the same card and writes back as the same bytes', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const written = formatCard(card)
        expect(written).toMatch(/^[ -~]+$/)
        expect(written.length % 80).toBe(0)
        const chunks = written.match(/.{80}/g) ?? []
        expect(continuedCards(chunks, 0)).toBe(chunks.length)
        const read = parseCard(written)
        expect(content(read)).toEqual(content(card))
        expect(formatCard(read)).toBe(written)
      }),
      { numRuns: 3000 },
    )
  })

  test('a comment survives as far as it fits, and never costs a character of the value', () => {
    fc.assert(
      fc.property(anyCard, fc.stringMatching(/^[!-~]{1,90}$/), (card, comment) => {
        const read = parseCard(formatCard({ ...card, comment }))
        expect(comment.startsWith(read.comment)).toBe(true)
        expect(content({ ...read, comment: '' })).toEqual(content(card))
      }),
      { numRuns: 1000 },
    )
  })

  test('any 80 characters are either refused with a FitsError or written back byte by byte', () => {
    const name = fc.constantFrom('FOO     ', 'HIERARCH ESO A B ', 'HISTORY ', '        ', 'COMMENT ', 'foo bar ')
    const rest = fc.string({
      unit: fc.constantFrom('=', ' ', "'", '1', '.', 'E', '-', '/', 'T', '(', ',', ')', 'é'),
      maxLength: 60,
    })
    fc.assert(
      fc.property(name, fc.constantFrom('= ', ''), rest, (start, indicator, end) => {
        const card = (start + indicator + end).padEnd(80)
        expect([card, 'refused']).toContain(rewritten(card))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('layout', () => {
  test.each([
    [double('EXPTIME', 1200), 'EXPTIME =               1200.0'],
    [double('A', 1e-7), 'A       =               1.0E-7'],
    [double('A', -0), 'A       =                 -0.0'],
    [double('A', 1.5e22), 'A       =               1.5E22'],
    [double('ESO INS GRAT1 WLEN', 437), 'HIERARCH ESO INS GRAT1 WLEN = 437.0'],
    [integer('ESO DET WIN1 BINX', 2), 'HIERARCH ESO DET WIN1 BINX = 2'],
    [integer('NAXIS1', 1074), 'NAXIS1  =                 1074'],
    [integer('BIG', 2n ** 63n + 1n), 'BIG     =  9223372036854775809'],
    [logical('SIMPLE', true), 'SIMPLE  =                    T'],
    [string('ORIGIN', 'ESO'), "ORIGIN  = 'ESO     '"],
    [string('ORIGIN', 'ESO', 'who'), "ORIGIN  = 'ESO     '           / who"],
    [string('ESO DET CHIP1 ID', 'CCD-44b', 'chip'), "HIERARCH ESO DET CHIP1 ID = 'CCD-44b ' / chip"],
    [string('OBSERVER', "O'Hara"), "OBSERVER= 'O''Hara '"],
    [string('LONGNAME9', 'x'), "HIERARCH LONGNAME9 = 'x       '"],
    [history('OFFSET -5.420054'), 'HISTORY OFFSET -5.420054'],
    [commentCard(''), 'COMMENT'],
  ])('%o', (card, expected) => {
    expect(formatCard(card)).toBe(expected.padEnd(80))
  })

  test('a long string goes on in CONTINUE cards, with the comment on the last', () => {
    expect(formatCard(string('ESO OBS NAME', `${'a'.repeat(53)}'${'b'.repeat(20)}`, 'name')).match(/.{80}/g)).toEqual([
      `HIERARCH ESO OBS NAME = '${'a'.repeat(53)}&'`,
      `CONTINUE  '''${'b'.repeat(20)}' / name`.padEnd(80),
    ])
  })

  test('history longer than a card goes on in the next', () => {
    const words = 'x'.repeat(72)
    expect(formatCard(history(`${words}rest`)).match(/.{80}/g)).toEqual([`HISTORY ${words}`, 'HISTORY rest'.padEnd(80)])
  })

  test('a comment is cut at column 80, a character that FITS does not allow is replaced', () => {
    expect(formatCard(integer('A', 1, 'µ'.repeat(100)))).toBe(`A       =                    1 / ${'?'.repeat(47)}`)
  })
})

describe('reading', () => {
  test.each([
    ['EQUINOX =                2000. / mean', 'double', 2000, 'mean'],
    ['LAMRMS  =             1.5D-04', 'double', 1.5e-4, ''],
    ['HIERARCH ESO OBS TPLNO =     1', 'integer', 1n, ''],
    ['HIERARCH ESO PRO SCIENCE =   T / Scientific product if T', 'logical', true, 'Scientific product if T'],
    ['FOO     = 9007199254740993', 'integer', 9007199254740993n, ''],
    ["FOO     = 'a/b'/c", 'string', 'a/b', 'c'],
    ["FOO     = '  lead'", 'string', '  lead', ''],
    ["FOO     = ''", 'string', '', ''],
    ['FOO     = (1.0, -2)', 'complex', [1, -2], ''],
    ["HIERARCH  ESO  A= 'x'", 'string', 'x', ''],
  ])('%s', (written, type, value, comment) => {
    const card = parseCard(written)
    expect(card).toMatchObject({ value: { type, value }, comment })
    expect(formatCard(card)).toBe(written.padEnd(80))
  })

  test('a changed copy of a card that was read says the new thing, with the digits of the old value where it stayed', () => {
    const read = parseCard('EQUINOX =                2000. / mean')
    expect(formatCard({ ...read, comment: 'new' })).toBe('EQUINOX =                2000. / new'.padEnd(80))
    expect(formatCard({ ...read, value: { type: 'double', value: 1950 } })).toContain('1950.0 / mean')
    expect(formatCard({ ...read, value: { type: 'double', value: 1950, text: '2000.' } })).toContain('1950.0 / mean')
    expect(formatCard({ ...read, keyword: 'ESO X' })).toMatch(/^HIERARCH ESO X = 2000\. \/ mean/)
  })

  test('an ampersand at the end of a string that nothing continues belongs to the string', () => {
    expect(parseCard("FOO     = 'this &'").value).toMatchObject({ value: 'this &' })
  })

  test('bytes beyond ASCII are kept as they stand', () => {
    const written = 'TEMP    =                  8.5 / in °C'.padEnd(80)
    expect(formatCard(parseCard(written))).toBe(written)
  })

  test.each([
    ['FOO     = NaN', /NaN is no FITS value/],
    ['FOO     = 1 2', /1 2 is no FITS value/],
    ["FOO     = 'open", /closing quote/],
    ["FOO     = 'a' b", /closing quote, or text after/],
    ['\u0000\u0001FOO  = 1', /not a FITS card/],
    [`${'FOO     = 1'.padEnd(80)}CONTINUE  'x'`, /no FITS value/],
    [`${"FOO     = 'x'".padEnd(80)}CONTINUE  'y'`, /continues nothing/],
  ])('%j is refused', (card, message) => {
    expect(() => parseCard(card)).toThrow(FitsError)
    expect(() => parseCard(card)).toThrow(message)
  })
})

describe('refused when writing', () => {
  test.each([
    [double('A', Number.NaN), /card A: NaN cannot be written/],
    [double('A', Number.POSITIVE_INFINITY), /Infinity cannot be written/],
    [string('A', 'tab\t'), /characters that FITS does not allow/],
    [string('lower', 'x'), /not a FITS keyword/],
    [string('END', 'x'), /not a FITS keyword/],
    [string('HISTORY', 'x'), /not a FITS keyword/],
    [string('', 'x'), /not a FITS keyword/],
    [string('ESO  TWO', 'x'), /not a FITS keyword/],
    [double(`ESO ${'X'.repeat(70)}`, 1.25), /does not fit into 80/],
    [string(`ESO ${'X'.repeat(70)}`, 'x'), /no room for a value/],
    [{ keyword: 'END', value: null, comment: '' }, /not a commentary keyword/],
  ])('%o', (card, message) => {
    expect(() => formatCard(card)).toThrow(FitsError)
    expect(() => formatCard(card)).toThrow(message)
  })

  test.each([1.5, 2 ** 53, Number.NaN])('integer of %d', (value) => {
    expect(() => integer('A', value)).toThrow(/A: .* is not an integer below 2\^53/)
  })
})
