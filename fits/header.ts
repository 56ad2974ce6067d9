import { type Card, CARD_LENGTH, continuedCards, formatCard, isCommentary, parseCard, string } from './card.ts'
import { type CardValue, formatValue } from './card-value.ts'
import { FitsError } from './fits-error.ts'

/** Headers and data of a FITS file come in blocks of this many bytes (FITS 4.0, section 3.1). */
export const BLOCK_BYTES = 2880

/** The cards of one header, in file order, without END. Never changed: `with` and `without` make a new one. */
export class Header {
  readonly cards: readonly Card[]
  readonly #first: ReadonlyMap<string, Card>

  constructor(cards: Iterable<Card>) {
    this.cards = [...cards]
    this.#first = new Map(
      this.cards
        .filter((card) => !isCommentary(card))
        .toReversed()
        .map((card) => [card.keyword, card]),
    )
  }

  /** The first card with a value of that keyword. */
  get(keyword: string): Card | undefined {
    return this.#first.get(keyword)
  }

  /** Undefined if absent (or without a value). Throws FitsError if it is not a string. */
  string(keyword: string): string | undefined {
    const value = this.#value(keyword)
    if (value === undefined || value.type === 'string') return value?.value
    throw wrongType(keyword, value, 'string')
  }

  /** An integer or a double; undefined if absent. Throws FitsError if it is neither. */
  number(keyword: string): number | undefined {
    const value = this.#value(keyword)
    if (value === undefined || value.type === 'double') return value?.value
    if (value.type === 'integer') return Number(value.value)
    throw wrongType(keyword, value, 'number')
  }

  /** Undefined if absent. Throws FitsError if written as anything but an integer, or beyond 2^53 (then ask `bigint`). */
  integer(keyword: string): number | undefined {
    const value = this.bigint(keyword)
    if (value === undefined) return undefined
    if (Number.isSafeInteger(Number(value))) return Number(value)
    throw new FitsError(`${keyword} = ${value} is beyond 2^53`)
  }

  /** As `integer`, without limit. */
  bigint(keyword: string): bigint | undefined {
    const value = this.#value(keyword)
    if (value === undefined || value.type === 'integer') return value?.value
    throw wrongType(keyword, value, 'integer')
  }

  /** Undefined if absent. Throws FitsError if it is not T or F. */
  logical(keyword: string): boolean | undefined {
    const value = this.#value(keyword)
    if (value === undefined || value.type === 'logical') return value?.value
    throw wrongType(keyword, value, 'logical')
  }

  /** The texts of all HISTORY (or COMMENT) cards, in order. */
  texts(keyword: 'HISTORY' | 'COMMENT'): string[] {
    return this.cards.filter((card) => card.keyword === keyword).map((card) => card.comment)
  }

  /** With this card in the place of the first one of its keyword, or at the end. COMMENT and HISTORY are always appended. */
  with(card: Card): Header {
    const old = isCommentary(card) ? undefined : this.get(card.keyword)
    return new Header(
      old === undefined ? [...this.cards, card] : this.cards.map((each) => (each === old ? card : each)),
    )
  }

  /** Without any card of this keyword. */
  without(keyword: string): Header {
    return new Header(this.cards.filter((card) => card.keyword !== keyword))
  }

  #value(keyword: string): Exclude<CardValue, { type: 'undefined' }> | undefined {
    const value = this.get(keyword)?.value
    return value === null || value === undefined || value.type === 'undefined' ? undefined : value
  }
}

/**
 * The header of a new HDU: with LONGSTRN at the end if a string goes on in CONTINUE cards, as readers older than FITS 4.0
 * (and fitsverify) ask for. Headers that were read never get it, so that they stay as they are.
 */
export function newHeader(cards: Iterable<Card>): Header {
  const header = new Header(cards)
  const hasLongString = header.cards.some(
    (card) => card.value?.type === 'string' && formatCard(card).length > CARD_LENGTH,
  )
  return hasLongString && header.get('LONGSTRN') === undefined
    ? header.with(string('LONGSTRN', 'OGIP 1.0', 'long strings go on in CONTINUE cards'))
    : header
}

/**
 * Reads the header that begins at the first byte; what follows its END is not looked at.
 * Throws FitsError with the byte (counted from `offset`) and the text of a card that is none, or if END is missing.
 */
export function parseHeader(bytes: Uint8Array, offset = 0): Header {
  const length = headerByteLength(bytes)
  if (length === undefined) throw new FitsError(`the header at byte ${offset} has no END card`)
  const texts = splitCards(bytes.subarray(0, length))
  const end = texts.findIndex(isEnd)
  const cards: Card[] = []
  for (let at = 0; at < end; ) {
    const count = continuedCards(texts, at)
    cards.push(parseCardAt(texts.slice(at, at + count).join(''), offset + at * CARD_LENGTH))
    at += count
  }
  return new Header(cards)
}

/** The header with END, padded with blanks to whole blocks. Throws FitsError for a card that cannot be written. */
export function formatHeader(header: Header): Uint8Array {
  const text = `${header.cards.map(formatCard).join('')}END`
  return Buffer.from(text.padEnd(Math.ceil(text.length / BLOCK_BYTES) * BLOCK_BYTES), 'latin1')
}

/** Length of the header at the beginning of `bytes` in bytes, in whole blocks; undefined if END is not among them. */
export function headerByteLength(bytes: Uint8Array): number | undefined {
  for (let at = 0; at + CARD_LENGTH <= bytes.length; at += CARD_LENGTH)
    if (bytes[at] === 0x45 && isEnd(latin1(bytes.subarray(at, at + CARD_LENGTH))))
      return Math.ceil((at + CARD_LENGTH) / BLOCK_BYTES) * BLOCK_BYTES
  return undefined
}

const isEnd = (card: string): boolean => card.trimEnd() === 'END'

/** Latin-1 keeps every byte, also those that FITS does not allow and real headers have in comments. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function splitCards(bytes: Uint8Array): string[] {
  const text = latin1(bytes)
  return Array.from({ length: text.length / CARD_LENGTH }, (_, index) =>
    text.slice(index * CARD_LENGTH, (index + 1) * CARD_LENGTH),
  )
}

function parseCardAt(text: string, offset: number): Card {
  try {
    return parseCard(text)
  } catch (error) {
    if (error instanceof FitsError) throw new FitsError(`at byte ${offset}: ${error.message}`, { cause: error })
    throw error
  }
}

function wrongType(keyword: string, value: CardValue, expected: string): FitsError {
  return new FitsError(`${keyword} = ${formatValue(value)} is of type ${value.type}, expected ${expected}`)
}
