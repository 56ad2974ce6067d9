import { isDeepStrictEqual } from 'node:util'
import { type CardValue, escapeQuotes, formatValue, parseValue } from './card-value.ts'
import { FitsError } from './fits-error.ts'

export type { CardValue } from './card-value.ts'

/**
 * One entry of a FITS header: 80 characters, or more when a long string goes on in CONTINUE cards.
 * `keyword` of a HIERARCH card is written without HIERARCH: `ESO DET WIN1 BINX`. `value` is null when there is no `=`:
 * COMMENT, HISTORY and blank cards, whose text is `comment`. `written` is the card as read from a file; it is written back
 * byte by byte as long as it says the same as the other fields, so a changed copy (`{ ...card, comment }`) is safe.
 */
export interface Card {
  readonly keyword: string
  readonly value: CardValue | null
  readonly comment: string
  readonly written?: string
}

export const CARD_LENGTH = 80
const CONTINUE = 'CONTINUE  '
const COMMENTARY = new Set(['', 'COMMENT', 'HISTORY', 'CONTINUE'])

export const string = (keyword: string, value: string, comment = ''): Card => ({
  keyword,
  value: { type: 'string', value },
  comment,
})

/** Throws FitsError if the number has a fraction or is beyond 2^53 (give a bigint). */
export function integer(keyword: string, value: number | bigint, comment = ''): Card {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new FitsError(`${keyword}: ${value} is not an integer below 2^53`)
  return { keyword, value: { type: 'integer', value: BigInt(value) }, comment }
}

export const double = (keyword: string, value: number, comment = ''): Card => ({
  keyword,
  value: { type: 'double', value },
  comment,
})

export const logical = (keyword: string, value: boolean, comment = ''): Card => ({
  keyword,
  value: { type: 'logical', value },
  comment,
})

/** A HISTORY card; text beyond 72 characters goes on in further HISTORY cards. */
export const history = (text: string): Card => ({ keyword: 'HISTORY', value: null, comment: text })

/** A COMMENT card; text beyond 72 characters goes on in further COMMENT cards. */
export const commentCard = (text: string): Card => ({ keyword: 'COMMENT', value: null, comment: text })

/** True for COMMENT, HISTORY and blank cards, which may stand in a header many times. */
export function isCommentary(card: Card): boolean {
  return card.value === null
}

/**
 * The card in 80 characters, or a multiple: a string too long for one card goes on in CONTINUE cards (FITS 4.0, section
 * 4.2.1.2). Numbers end at column 30 (fixed format); HIERARCH cards have one blank around `=` and no column rule. A comment
 * that does not fit is cut. Throws FitsError if the keyword is not allowed or the value cannot fit.
 */
export function formatCard(card: Card): string {
  if (card.written !== undefined && saysTheSame(card, parseCard(card.written))) return card.written
  try {
    if (card.value === null) return formatCommentary(card)
    const prefix = valuePrefix(card.keyword)
    if (card.value.type === 'string') return formatString(prefix, card.value, card.comment)
    return formatPlain(prefix, formatValue(card.value), card.comment)
  } catch (error) {
    if (error instanceof FitsError) throw new FitsError(`card ${card.keyword}: ${error.message}`, { cause: error })
    throw error
  }
}

/** Reads one card, with its CONTINUE cards if `text` is longer than 80. Throws FitsError if it is no FITS card. */
export function parseCard(text: string): Card {
  const written = text.padEnd(Math.ceil(Math.max(text.length, 1) / CARD_LENGTH) * CARD_LENGTH)
  const first = written.slice(0, CARD_LENGTH)
  const keyword = first.slice(0, 8).trimEnd()
  if (keyword === 'HIERARCH') {
    const [, name, rest] = /^HIERARCH +([^=]+?) *=(.*)$/s.exec(first) ?? []
    if (name !== undefined && rest !== undefined)
      return { keyword: name.replace(/ +/g, ' '), ...parseValueAndComment(rest, written), written }
  }
  if (!/^[A-Za-z0-9_-]*$/.test(keyword)) throw new FitsError(`not a FITS card: ${JSON.stringify(first)}`)
  if (COMMENTARY.has(keyword) || first[8] !== '=')
    return { keyword, value: null, comment: first.slice(8).trimEnd(), written }
  return { keyword, ...parseValueAndComment(first.slice(9), written), written }
}

/** How many cards from `cards[at]` on make one long string: 1 if no CONTINUE card belongs to it. */
export function continuedCards(cards: readonly string[], at: number): number {
  let count = 1
  while (/^CONTINUE +'/.test(cards[at + count] ?? '') && /&' *(\/.*)?$/s.test(cards[at + count - 1] ?? '')) count++
  return count
}

function formatCommentary(card: Card): string {
  if (!/^[A-Z0-9_-]{0,8}$/.test(card.keyword) || card.keyword === 'END') throw new FitsError('not a commentary keyword')
  const lines = printable(card.comment).match(/.{1,72}/g) ?? ['']
  return lines.map((line) => (card.keyword.padEnd(8) + line).padEnd(CARD_LENGTH)).join('')
}

/** Everything before the value: `NAXIS   = ` or `HIERARCH ESO DET CHIPS = `. */
function valuePrefix(keyword: string): string {
  if (/^[A-Z0-9_-]{1,8}$/.test(keyword) && !COMMENTARY.has(keyword) && keyword !== 'END' && keyword !== 'HIERARCH')
    return `${keyword.padEnd(8)}= `
  if (!/^[A-Za-z0-9_-]+( [A-Za-z0-9_-]+)*$/.test(keyword) || (keyword.length <= 8 && !keyword.includes(' ')))
    throw new FitsError('not a FITS keyword: 1 to 8 of A-Z 0-9 _ -, or words of them with single blanks')
  return `HIERARCH ${keyword} = `
}

function formatPlain(prefix: string, text: string, comment: string): string {
  const isHierarch = prefix.startsWith('HIERARCH ')
  const line = isHierarch ? prefix + text : prefix + text.padStart(20)
  const shortened = line.length > CARD_LENGTH ? prefix.trimEnd().replace(/ =$/, '= ') + text : line
  if (shortened.length > CARD_LENGTH)
    throw new FitsError(`the value ${text} does not fit into ${CARD_LENGTH} characters`)
  return withComment(shortened, comment)
}

function formatString(prefix: string, value: { type: 'string'; value: string }, comment: string): string {
  const text = formatValue(value)
  const padded = prefix.startsWith('HIERARCH ') ? text : text.padEnd(20)
  if (prefix.length + text.length <= CARD_LENGTH) return withComment(prefix + padded, comment)
  const roomInFirst = CARD_LENGTH - prefix.length - 3
  if (roomInFirst < 0) throw new FitsError('the keyword leaves no room for a value')
  const pieces = splitLongString(value.value.trimEnd(), roomInFirst, CARD_LENGTH - CONTINUE.length - 3)
  return pieces
    .map((piece, index) => {
      const start = index === 0 ? prefix : CONTINUE
      return index === pieces.length - 1
        ? withComment(`${start}'${piece}'`, comment)
        : `${start}'${piece}&'`.padEnd(CARD_LENGTH)
    })
    .join('')
}

/** Pieces with quotes doubled; a doubled quote is never cut in two. */
function splitLongString(value: string, roomInFirst: number, room: number): string[] {
  const pieces = ['']
  for (const character of value) {
    const escaped = escapeQuotes(character)
    const last = pieces.length - 1
    const piece = pieces[last] ?? ''
    if (piece.length + escaped.length > (last === 0 ? roomInFirst : room)) pieces.push(escaped)
    else pieces[last] = piece + escaped
  }
  return pieces
}

function withComment(line: string, comment: string): string {
  const text = comment === '' || line.length + 3 >= CARD_LENGTH ? line : `${line} / ${printable(comment)}`
  return text.slice(0, CARD_LENGTH).padEnd(CARD_LENGTH)
}

/** Comments are for people: a character that FITS does not allow is replaced, not refused. */
function printable(comment: string): string {
  return comment.replace(/[^ -~]/g, '?')
}

function saysTheSame(left: Card, right: Card): boolean {
  return left.keyword === right.keyword && left.comment === right.comment && isDeepStrictEqual(left.value, right.value)
}

function parseValueAndComment(rest: string, written: string): { value: CardValue; comment: string } {
  const quoted = readQuoted(rest)
  if (quoted === undefined) {
    const slash = rest.indexOf('/')
    const text = (slash < 0 ? rest : rest.slice(0, slash)).trim()
    const value = parseValue(text)
    if (value === undefined || written.length > CARD_LENGTH) throw notACard(written, `${text} is no FITS value`)
    return { value, comment: slash < 0 ? '' : rest.slice(slash + 1).trim() }
  }
  let { value, comment } = quoted
  for (let at = CARD_LENGTH; at < written.length; at += CARD_LENGTH) {
    const next = readQuoted(written.slice(at + CONTINUE.length, at + CARD_LENGTH))
    if (next === undefined || !value.endsWith('&')) throw notACard(written, 'a CONTINUE card that continues nothing')
    value = value.slice(0, -1) + next.value
    comment = `${comment} ${next.comment}`.trim()
  }
  return { value: { type: 'string', value }, comment }
}

/** The string at the beginning of `rest` without trailing blanks (they have no meaning); undefined if there is none. */
function readQuoted(rest: string): { value: string; comment: string } | undefined {
  if (!rest.trimStart().startsWith("'")) return undefined
  const [, value, comment] = /^ *'((?:[^']|'')*)' *(?:\/(.*))?$/s.exec(rest) ?? []
  if (value === undefined) throw notACard(rest, 'a string without its closing quote, or text after it')
  return { value: value.replaceAll("''", "'").trimEnd(), comment: (comment ?? '').trim() }
}

function notACard(text: string, reason: string): FitsError {
  return new FitsError(`not a FITS card (${reason}): ${JSON.stringify(text.trimEnd())}`)
}
