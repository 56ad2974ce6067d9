import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { string } from '../../fits/card.ts'
import { addChecksums, checksumOf, encodeChecksum, judgeChecksums, withChecksums } from '../../fits/checksum.ts'
import { Header, formatHeader } from '../../fits/header.ts'

const ALL_ONES = 0xffffffff

/** The definition, word by word. */
function definition(bytes: Uint8Array): number {
  const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
  let sum = 0n
  for (let at = 0; at < padded.length; at += 4) {
    sum += BigInt(padded.readUInt32BE(at))
    sum = (sum & 0xffffffffn) + (sum >> 32n)
  }
  return Number(sum)
}

describe('sum', () => {
  test('is that of the definition, for any length and alignment', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(3), (bytes, shift) => {
        const moved = new Uint8Array(bytes.length + shift)
        moved.set(bytes, shift)
        expect(checksumOf(moved.subarray(shift))).toBe(definition(bytes))
      }),
      { numRuns: 500 },
    )
  })

  test('carries do not get lost where every lane is full', () => {
    const full = new Uint8Array(4 * 10_000).fill(0xff)
    expect(checksumOf(full)).toBe(ALL_ONES)
    expect(checksumOf(new Uint8Array(1000))).toBe(0)
    const large = new Uint8Array(400_000).map((_, index) => (index * 7919) >>> 3)
    expect(checksumOf(large)).toBe(definition(large))
  })

  test('of pieces is the sum of the whole', () => {
    const words = fc.array(fc.uint8Array({ maxLength: 300 }).map((bytes) => bytes.subarray(0, bytes.length & ~3)))
    fc.assert(
      fc.property(words, (pieces) => {
        const whole = checksumOf(Buffer.concat(pieces))
        expect(pieces.reduce((sum, piece) => checksumOf(piece, sum), 0)).toBe(whole)
        expect(pieces.map((piece) => checksumOf(piece)).reduce(addChecksums, 0)).toBe(whole)
      }),
    )
  })
})

describe('CHECKSUM', () => {
  test('is letters and digits whose sum is the complement', () => {
    fc.assert(
      fc.property(fc.nat(ALL_ONES), (sum) => {
        const letters = encodeChecksum(sum)
        expect(letters).toMatch(/^[0-9A-Za-z]{16}$/)
        // As in its card: rotated by one; less the 16 zeros that stood there.
        const inCard = Buffer.from(letters.slice(1) + letters.slice(0, 1))
        const zeros = Buffer.from('0'.repeat(16))
        expect(addChecksums(definition(inCard), addChecksums(sum, ALL_ONES - definition(zeros)))).toBe(ALL_ONES)
      }),
      { numRuns: 2000 },
    )
  })

  test('encoding of values worked out by hand from the standard', () => {
    expect(encodeChecksum(ALL_ONES)).toBe('0000000000000000')
    // Complement 0: every letter is '0'. Complement 4 in the last byte: one more in each of its four letters.
    expect(encodeChecksum(ALL_ONES - 4)).toBe('1000100010001000')
  })

  test('makes the sum over the whole HDU all ones, whatever header and data; and again when written twice', () => {
    const card = fc.tuple(fc.stringMatching(/^[A-Z]{1,8}$/), fc.stringMatching(/^[ -~]{0,100}$/))
    fc.assert(
      fc.property(fc.array(card), fc.uint8Array({ minLength: 2880, maxLength: 2880 }), (cards, data) => {
        const old = new Header(
          cards
            .filter(([name]) => !/^(END|COMMENT|HISTORY|CONTINUE|HIERARCH)$/.test(name))
            .map(([name, value]) => string(name, value)),
        )
        const once = withChecksums(old, data)
        const header = withChecksums(once, data)
        expect(header).toEqual(once)
        const datasum = checksumOf(data)
        const whole = definition(Buffer.concat([formatHeader(header), data]))
        expect(whole).toBe(ALL_ONES)
        expect(judgeChecksums(header, datasum, whole)).toEqual({ datasum: 'right', checksum: 'right' })
      }),
    )
  })
})

describe('judgement', () => {
  const header = (...cards: [string, string][]): Header => new Header(cards.map(([name, value]) => string(name, value)))

  test('absent, empty, wrong, nonsense', () => {
    expect(judgeChecksums(header(), 5, 7)).toEqual({ datasum: 'absent', checksum: 'absent' })
    expect(judgeChecksums(header(['DATASUM', ''], ['CHECKSUM', '']), 5, 7)).toEqual({
      datasum: 'absent',
      checksum: 'absent',
    })
    expect(judgeChecksums(header(['DATASUM', '6'], ['CHECKSUM', 'x']), 5, 7)).toEqual({
      datasum: 'wrong',
      checksum: 'wrong',
    })
    expect(judgeChecksums(header(['DATASUM', '0x5']), 5, 7).datasum).toBe('wrong')
    expect(judgeChecksums(header(['DATASUM', '5']), 5, ALL_ONES)).toEqual({ datasum: 'right', checksum: 'absent' })
  })
})
