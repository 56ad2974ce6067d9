import { type Card, CARD_LENGTH, continuedCards, parseCard } from '../../../fits/card.ts'
import { FitsError } from '../../../fits/fits-error.ts'
import { dataByteLength, paddedByteLength } from '../../../fits/hdu.ts'
import { BLOCK_BYTES, Header, headerByteLength } from '../../../fits/header.ts'

/** One header and data unit of a file that may be broken: everything that could be read of it. */
export interface RawHdu {
  readonly index: number
  /** All cards of 80 characters before END, as they stand in the file. */
  readonly cards: readonly string[]
  /** END and what follows it in the last block of the header. */
  readonly afterCards: string
  /** The cards that are FITS cards. */
  readonly header: Header
  readonly headerBytes: Uint8Array
  /** Without padding; shorter than the header claims if the file is truncated. */
  readonly data: Uint8Array
  readonly paddedData: Uint8Array
}

/** What is wrong with the layout of the file as a whole. */
export interface Layout {
  readonly hdus: readonly RawHdu[]
  readonly problems: readonly string[]
}

/** Cuts a file into HDUs as far as that is possible (FITS 4.0, section 3). Never throws. */
export function findHdus(bytes: Uint8Array): Layout {
  const hdus: RawHdu[] = []
  for (let offset = 0; offset < bytes.byteLength || offset === 0; ) {
    const step = readHdu(bytes, offset, hdus.length)
    if (step.hdu !== null) hdus.push(step.hdu)
    if (step.problem !== null) return { hdus, problems: [step.problem] }
    offset = step.end
  }
  return { hdus, problems: [] }
}

interface Step {
  readonly hdu: RawHdu | null
  readonly problem: string | null
  readonly end: number
}

function readHdu(bytes: Uint8Array, offset: number, index: number): Step {
  const rest = bytes.subarray(offset)
  const failed = (problem: string, hdu: RawHdu | null = null): Step => ({ hdu, problem, end: bytes.byteLength })
  const start = latin1(rest.subarray(0, 8))
  if (start !== (index === 0 ? 'SIMPLE  ' : 'XTENSION')) {
    if (index === 0) return failed('this is no FITS file: it does not begin with SIMPLE')
    return failed(`${rest.byteLength} bytes follow the last HDU, from byte ${offset} on, and are no extension`)
  }
  const headerLength = headerByteLength(rest)
  if (headerLength === undefined) return failed(`the header of HDU ${index} has no END card`)
  const headerBytes = rest.subarray(0, headerLength)
  const texts = splitCards(headerBytes)
  const end = texts.findIndex((text) => text.trimEnd() === 'END')
  const cards = texts.slice(0, end)
  const header = readableCards(cards)
  const dataBytes = claimedBytes(header)
  const hdu: RawHdu = {
    index,
    cards,
    afterCards: texts.slice(end).join(''),
    header,
    headerBytes,
    data: rest.subarray(headerLength, headerLength + (typeof dataBytes === 'number' ? dataBytes : 0)),
    paddedData: rest.subarray(
      headerLength,
      headerLength + paddedByteLength(typeof dataBytes === 'number' ? dataBytes : 0),
    ),
  }
  if (typeof dataBytes === 'string') return failed(`HDU ${index}: ${dataBytes}`, hdu)
  const missing = headerLength + paddedByteLength(dataBytes) - rest.byteLength
  if (missing > 0) return failed(`truncated: ${missing} bytes are missing at the end of HDU ${index}`, hdu)
  return { hdu, problem: null, end: offset + headerLength + paddedByteLength(dataBytes) }
}

/** The number of bytes, or what is wrong. */
function claimedBytes(header: Header): number | string {
  try {
    const bytes = dataByteLength(header)
    return Number.isSafeInteger(bytes) ? bytes : `its size of ${bytes} bytes is no size of a file`
  } catch (error) {
    if (error instanceof FitsError) return error.message
    throw error
  }
}

/** A card that is none is left out here; `cardProblems` reports it. */
function readableCards(cards: readonly string[]): Header {
  const read: Card[] = []
  for (let at = 0; at < cards.length; ) {
    const count = continuedCards(cards, at)
    const card = readableCard(cards.slice(at, at + count).join('')) ?? readableCard(cards[at] ?? '')
    if (card !== null) read.push(card)
    at += count
  }
  return new Header(read)
}

function readableCard(text: string): Card | null {
  try {
    return parseCard(text)
  } catch (error) {
    if (error instanceof FitsError) return null
    throw error
  }
}

function splitCards(bytes: Uint8Array): string[] {
  const text = latin1(bytes)
  return Array.from({ length: (bytes.byteLength / BLOCK_BYTES) * (BLOCK_BYTES / CARD_LENGTH) }, (_, index) =>
    text.slice(index * CARD_LENGTH, (index + 1) * CARD_LENGTH),
  )
}

/** Latin-1 keeps every byte as one character. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
