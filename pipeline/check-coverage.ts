import type { Coverage } from '../domain/instrument.ts'
import type { Header } from '../fits/header.ts'
import { valueNumber } from './header-value.ts'

/** Wavelengths from the first to the last, Angstrom. */
export interface Span {
  readonly firstAngstrom: number
  readonly lastAngstrom: number
}

/**
 * Why a span of wavelengths is not that of the raw's setting, in words; null when it is, or the raw does not tell its setting. The
 * central wavelength of a set-up, any one, lies in the middle of what one chip covers, and between two chips.
 */
export function centreProblem(span: Span, { centre }: Coverage, raw: Header): string | null {
  const expected = valueNumber(raw, centre.keyword) * centre.angstromPerUnit
  const found = {
    first: span.firstAngstrom,
    middle: (span.firstAngstrom + span.lastAngstrom) / 2,
    last: span.lastAngstrom,
  }[centre.at]
  if (Number.isNaN(expected) || Math.abs(found - expected) <= centre.tolerance * expected) return null
  return `${inWords(span)}, which ${RELATIONS[centre.at]} the raw's ${centre.keyword} of ${expected.toFixed(0)} Angstrom`
}

const RELATIONS = { first: 'does not begin at', middle: 'is not centred on', last: 'does not end at' } as const

/** Why a product does not cover what the line table promises, in words; null when it does. */
export function endsProblem(product: Span, lines: Span, { endTolerance }: Coverage): string | null {
  const allowed = endTolerance * (lines.lastAngstrom - lines.firstAngstrom)
  const differs =
    !(Math.abs(product.firstAngstrom - lines.firstAngstrom) <= allowed) ||
    !(Math.abs(product.lastAngstrom - lines.lastAngstrom) <= allowed)
  return differs ? `${inWords(product)}, the arc lines ${inWords(lines)}` : null
}

function inWords({ firstAngstrom, lastAngstrom }: Span): string {
  return `cover ${firstAngstrom.toFixed(0)} to ${lastAngstrom.toFixed(0)} Angstrom`
}
