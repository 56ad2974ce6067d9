import { type Card, string } from './card.ts'
import { formatHeader, type Header } from './header.ts'

const ALL_ONES = 0xffffffff
const WORDS_PER_LANE_SUM = 256
const UNSET = '0'.repeat(16)

/**
 * 32-bit ones' complement sum of big-endian words, added to the sum of what came before (FITS 4.0, appendix J.1).
 * A last word that is not whole counts as padded with zero bytes; so only the last piece of a stream may end inside a word.
 */
export function checksumOf(bytes: Uint8Array, before = 0): number {
  const words = alignedWords(bytes)
  let sum = before
  // The four bytes of a word are summed apart, two and two in one integer: no byte swapping, no carry between them.
  for (let start = 0; start < words.length; start += WORDS_PER_LANE_SUM) {
    const end = Math.min(start + WORDS_PER_LANE_SUM, words.length)
    let firstAndThird = 0
    let secondAndFourth = 0
    for (let index = start; index < end; index++) {
      const word = words[index] ?? 0
      firstAndThird += word & 0xff00ff
      secondAndFourth += (word >>> 8) & 0xff00ff
    }
    const [first, third] = [firstAndThird & 0xffff, firstAndThird >>> 16]
    const [second, fourth] = [secondAndFourth & 0xffff, secondAndFourth >>> 16]
    sum = folded(sum + first * 2 ** 24 + second * 2 ** 16 + third * 2 ** 8 + fourth)
  }
  const rest = bytes.subarray(bytes.length - (bytes.length % 4))
  return rest.length === 0 ? sum : folded(sum + Buffer.concat([rest, Buffer.alloc(4)]).readUInt32BE(0))
}

/** The sum of two sums. */
export function addChecksums(left: number, right: number): number {
  return folded(left + right)
}

/** The value of CHECKSUM for an HDU whose sum, with CHECKSUM = '0000000000000000', is `sum` (FITS 4.0, appendix J.2). */
export function encodeChecksum(sum: number): string {
  const complement = (ALL_ONES - sum) >>> 0
  const columns = [24, 16, 8, 0].map((shift) => fourLetters((complement >>> shift) & 0xff))
  const letters = [0, 1, 2, 3].flatMap((row) => columns.map((column) => column[row] ?? 0))
  // The value begins at the 12th character of its card, one before a word: the last letter goes to the front.
  return String.fromCharCode(letters.at(-1) ?? 0, ...letters.slice(0, -1))
}

/** The header with DATASUM and CHECKSUM right for these padded data: the sum over the whole HDU is then all ones. */
export function withChecksums(old: Header, paddedData: Uint8Array): Header {
  const datasum = checksumOf(paddedData)
  const header = old.with(checksumCard(UNSET)).with(string('DATASUM', String(datasum), 'data unit checksum'))
  const sum = addChecksums(checksumOf(formatHeader(header)), datasum)
  return header.with(checksumCard(encodeChecksum(sum)))
}

/** What DATASUM and CHECKSUM of a header say of the sums that were computed; an empty value counts as absent. */
export function judgeChecksums(header: Header, datasum: number, hduSum: number): ChecksumJudgement {
  const [data, hdu] = [written(header.get('DATASUM')), written(header.get('CHECKSUM'))]
  return {
    datasum: data === '' ? 'absent' : /^\d+$/.test(data) && Number(data) === datasum ? 'right' : 'wrong',
    checksum: hdu === '' ? 'absent' : hduSum === ALL_ONES || hduSum === 0 ? 'right' : 'wrong',
  }
}

export interface ChecksumJudgement {
  readonly datasum: 'right' | 'wrong' | 'absent'
  readonly checksum: 'right' | 'wrong' | 'absent'
}

function written(card: Card | undefined): string {
  const value = card?.value
  if (value?.type === 'string' || value?.type === 'integer') return String(value.value).trim()
  return value === undefined || value === null || value.type === 'undefined' ? '' : 'no number'
}

function checksumCard(value: string): Card {
  return string('CHECKSUM', value, 'HDU checksum')
}

/** End-around carry. Exact below 2^53. */
function folded(sum: number): number {
  let rest = sum
  while (rest > ALL_ONES) rest = (rest % 2 ** 32) + Math.floor(rest / 2 ** 32)
  return rest
}

function alignedWords(bytes: Uint8Array): Uint32Array {
  const length = Math.floor(bytes.length / 4)
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  return new Uint32Array(aligned.buffer, aligned.byteOffset, length)
}

/** Four letters or digits whose sum, less 4 x '0', is the byte. Pairs are shifted against each other until none is punctuation. */
function fourLetters(byte: number): number[] {
  const quarter = 0x30 + Math.floor(byte / 4)
  const letters = [quarter + (byte % 4), quarter, quarter, quarter]
  const isPunctuation = (code = 0): boolean => (code > 0x39 && code < 0x41) || (code > 0x5a && code < 0x61)
  while (letters.some(isPunctuation))
    for (const pair of [0, 2]) {
      const [left = 0, right = 0] = letters.slice(pair, pair + 2)
      if (isPunctuation(left) || isPunctuation(right)) letters.splice(pair, 2, left + 1, right - 1)
    }
  return letters
}
