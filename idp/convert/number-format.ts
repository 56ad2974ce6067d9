import type { CardValue } from '../../fits/card.ts'

/** Rounded as `toFixed` writes it, never -0: what is computed from a written value must start from the rounded one. */
export function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals)) + 0
}

/** A double with so many digits behind its point, trailing zeros too; with 0 digits still with its point. */
export function fixedPoint(value: number, decimals: number): CardValue {
  const text = rounded(value, decimals).toFixed(decimals)
  return { type: 'double', value: Number(text), text: decimals === 0 ? `${text}.` : text }
}

/** A double rounded to so many significant digits. */
export function significant(value: number, digits: number): CardValue {
  return { type: 'double', value: Number(value.toPrecision(digits)) }
}
