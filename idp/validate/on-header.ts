import type { Idp } from './idp.ts'
import type { Keywords } from './keywords.ts'
import { type Answer, type Rule, SKIPPED } from './rule.ts'

type HeaderRule = Omit<Rule<Idp>, 'check' | 'hdu'> & { readonly check: (keywords: Keywords, idp: Idp) => Answer }

/** A rule on the primary header. */
export function onPrimary({ check, ...rule }: HeaderRule): Rule<Idp> {
  return { ...rule, hdu: 0, check: (idp) => check(idp.primary, idp) }
}

/** A rule on the header of the spectrum; skipped where there is none. */
export function onExtension({ check, ...rule }: HeaderRule): Rule<Idp> {
  return { ...rule, hdu: 1, check: (idp) => (idp.extension === null ? SKIPPED : check(idp.extension, idp)) }
}

/** A rule on the value of one number in the primary header. */
export function numberIn(keyword: string, judge: (value: number, idp: Idp) => string | null) {
  return {
    keyword,
    check: (keywords: Keywords, idp: Idp): Answer => {
      const value = keywords.number(keyword)
      return value === undefined ? SKIPPED : judge(value, idp)
    },
  }
}

/** A rule on the value of one string. */
export function textIn(keyword: string, judge: (value: string, idp: Idp) => string | null) {
  return {
    keyword,
    check: (keywords: Keywords, idp: Idp): Answer => {
      const value = keywords.text(keyword)
      return value === undefined ? SKIPPED : judge(value, idp)
    },
  }
}

/** The keyword has this value. */
export function equals(keyword: string, expected: string | number) {
  return {
    keyword,
    check: (keywords: Keywords): Answer => {
      const value = typeof expected === 'string' ? keywords.text(keyword) : keywords.number(keyword)
      if (value === undefined) return SKIPPED
      return value === expected ? null : `${keyword} is ${show(value)}, expected ${show(expected)}`
    },
  }
}

/** |left - right| ≤ tolerance; false for NaN. */
export const within = (left: number, right: number, tolerance: number): boolean => Math.abs(left - right) <= tolerance

export const show = (value: string | number): string => (typeof value === 'string' ? `'${value}'` : String(value))
