import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commentCard, double, history, integer, logical, string } from '../../fits/card.ts'
import { FitsError } from '../../fits/fits-error.ts'
import { formatHeader, Header, headerByteLength, newHeader, parseHeader } from '../../fits/header.ts'

const header = new Header([
  logical('SIMPLE', true),
  integer('ESO DET WIN1 BINX', 2),
  double('EXPTIME', 1200),
  string('ORIGIN', 'ESO'),
  history('first'),
  commentCard('remark'),
  history('second'),
  { keyword: 'NOTHING', value: { type: 'undefined' }, comment: '' },
  integer('HUGE', 2n ** 60n),
])

const bytesOf = (cards: readonly string[]): Buffer =>
  Buffer.from(
    [...cards, 'END']
      .map((card) => card.padEnd(80))
      .join('')
      .padEnd(2880),
    'latin1',
  )

describe('values', () => {
  test('come with their types', () => {
    expect(header.string('ORIGIN')).toBe('ESO')
    expect(header.number('EXPTIME')).toBe(1200)
    expect(header.number('ESO DET WIN1 BINX')).toBe(2)
    expect(header.integer('ESO DET WIN1 BINX')).toBe(2)
    expect(header.bigint('HUGE')).toBe(2n ** 60n)
    expect(header.logical('SIMPLE')).toBe(true)
    expect(header.texts('HISTORY')).toEqual(['first', 'second'])
  })

  test('absent or without value: undefined', () => {
    for (const keyword of ['ABSENT', 'NOTHING', 'HISTORY']) {
      expect(header.string(keyword)).toBeUndefined()
      expect(header.number(keyword)).toBeUndefined()
      expect(header.integer(keyword)).toBeUndefined()
      expect(header.logical(keyword)).toBeUndefined()
    }
  })

  test('of another type: an error that says what stands there', () => {
    expect(() => header.integer('EXPTIME')).toThrow('EXPTIME = 1200.0 is of type double, expected integer')
    expect(() => header.string('EXPTIME')).toThrow('expected string')
    expect(() => header.number('ORIGIN')).toThrow("ORIGIN = 'ESO     ' is of type string, expected number")
    expect(() => header.logical('ORIGIN')).toThrow(FitsError)
    expect(() => header.integer('HUGE')).toThrow('beyond 2^53')
  })
})

describe('change', () => {
  test('with replaces in place or appends, and leaves the old header as it was', () => {
    const changed = header.with(double('EXPTIME', 5)).with(string('NEW', 'x'))
    expect(changed.number('EXPTIME')).toBe(5)
    expect(changed.cards.findIndex((card) => card.keyword === 'EXPTIME')).toBe(2)
    expect(changed.cards.at(-1)?.keyword).toBe('NEW')
    expect(header.number('EXPTIME')).toBe(1200)
  })

  test('HISTORY is appended, never replaced', () => {
    expect(header.with(history('third')).texts('HISTORY')).toEqual(['first', 'second', 'third'])
  })

  test('without takes every card of the keyword', () => {
    expect(header.without('HISTORY').texts('HISTORY')).toEqual([])
    expect(header.without('ORIGIN').get('ORIGIN')).toBeUndefined()
    expect(header.without('ABSENT').cards).toEqual(header.cards)
  })

  test('a keyword twice: the first counts', () => {
    const twice = new Header([integer('A', 1), integer('A', 2)])
    expect(twice.integer('A')).toBe(1)
    expect(twice.with(integer('A', 3)).cards).toEqual([integer('A', 3), integer('A', 2)])
  })
})

describe('bytes', () => {
  test('written in whole blocks and read back', () => {
    const bytes = formatHeader(header)
    expect(bytes.length).toBe(2880)
    expect(headerByteLength(bytes)).toBe(2880)
    expect(parseHeader(bytes).cards.map(({ keyword, value }) => [keyword, value?.type])).toEqual(
      header.cards.map(({ keyword, value }) => [keyword, value?.type]),
    )
    expect(parseHeader(bytes).bigint('HUGE')).toBe(2n ** 60n)
  })

  test('36 cards with END fill one block, 37 two; whatever follows END is not read', () => {
    const cards = Array.from({ length: 35 }, (_, index) => integer(`N${index}`, index))
    expect(formatHeader(new Header(cards)).length).toBe(2880)
    const two = formatHeader(new Header([...cards, integer('N35', 35)]))
    expect(two.length).toBe(5760)
    expect(parseHeader(Buffer.concat([two, Buffer.alloc(999, 7)])).cards).toHaveLength(36)
  })

  test('any header: read and written back, byte by byte', () => {
    const line = fc.oneof(
      fc.stringMatching(/^[A-Z]{1,8}$/).map((name) => `${name.padEnd(8)}= ${'+007'.padStart(20)} / padded by somebody`),
      fc.constant("HIERARCH ESO  X   =    'a''b   '     /nothing between"),
      fc.constant("LONG    = 'this &'"),
      fc.constant("CONTINUE  'goes on&'  / one"),
      fc.constant("CONTINUE   'and ends' / two"),
      fc.constant('CONTINUE  without a string'),
      fc.constant('        1.E5 is not a value here'),
      fc.constant('HISTORY = neither here'),
      fc.constant('EQUINOX = 2000.'),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 35 }), (lines) => {
        const bytes = bytesOf(lines)
        expect(Buffer.from(formatHeader(parseHeader(bytes))).toString('latin1')).toBe(bytes.toString('latin1'))
      }),
    )
  })

  test('CONTINUE cards are one value', () => {
    const read = parseHeader(
      bytesOf(["LONG    = 'this &'", "CONTINUE  'goes on&'  / one", "CONTINUE   'and ends' / two", 'A       = 1']),
    )
    expect(read.string('LONG')).toBe('this goes onand ends')
    expect(read.get('LONG')?.comment).toBe('one two')
    expect(read.cards).toHaveLength(2)
  })

  test('a card that is none: where it is and what it says', () => {
    expect(() => parseHeader(bytesOf(['SIMPLE  = T', 'FOO     = NaN']), 5760)).toThrow(
      /^at byte 5840: not a FITS card \(NaN is no FITS value\): "FOO     = NaN"$/,
    )
  })

  test('header of a master bias as the pipeline wrote it: values, and every byte back', async () => {
    const bytes = await readFile(new URL('../fixtures/fits/masterbias-blue.header', import.meta.url))
    const read = parseHeader(bytes)
    expect(read.string('ESO PRO CATG')).toBe('MASTER_BIAS_BLUE')
    expect(read.integer('ESO PRO DATANCOM')).toBe(3)
    expect(read.logical('ESO PRO SCIENCE')).toBe(false)
    expect(read.get('EXPTIME')).toMatchObject({
      value: { type: 'double', value: 0, text: '0.' },
      comment: 'Total integration time',
    })
    expect(Buffer.compare(formatHeader(read), bytes)).toBe(0)
    // Cards made anew from what was understood say the same as the old ones.
    for (const { keyword, value, comment } of read.cards)
      expect(parseHeader(formatHeader(new Header([{ keyword, value, comment }]))).cards[0]).toMatchObject({
        keyword,
        value,
        comment,
      })
  })

  test('no END', () => {
    expect(() => parseHeader(Buffer.alloc(2880, ' '), 2880)).toThrow('the header at byte 2880 has no END card')
    expect(headerByteLength(Buffer.from('END'))).toBeUndefined()
  })

  test('a new header with a long string says so for old readers; LONGSTRN is not given twice', () => {
    const long = string('LONG', 'x'.repeat(90))
    expect(newHeader([long]).string('LONGSTRN')).toBe('OGIP 1.0')
    expect(newHeader([string('LONGSTRN', 'mine'), long]).cards).toHaveLength(2)
    expect(newHeader([string('SHORT', 'x'.repeat(68))]).cards).toHaveLength(1)
  })
})
