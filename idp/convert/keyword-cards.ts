import { PreconditionError } from '../../domain/failure.ts'
import type { KeywordRule } from '../../domain/idp-section.ts'
import { type Card, double, integer, logical, string } from '../../fits/card.ts'
import type { Header } from '../../fits/header.ts'
import { fittedToCard } from './card-text.ts'
import { type Computed, computed, type Product } from './computed.ts'
import { notConvertible } from './failure.ts'
import { fixedPoint, significant } from './number-format.ts'

/**
 * The cards of both headers that the instrument file declares, in its order.
 * @throws OutcomeError (`idp`) when a required keyword has no value; PreconditionError when the instrument file names what is not there
 */
export function keywordCards(product: Product): { readonly primary: Card[]; readonly spectrum: Card[] } {
  const rules = product.input.section.keywords
  const cards = { primary: new Array<Card>(), spectrum: new Array<Card>() }
  const written = (keyword: string) => {
    const value = cards.primary.find((card) => card.keyword === keyword)?.value
    return value?.type === 'string' ? value.value : ''
  }
  for (const fallbacks of declarations(rules)) {
    const [first] = fallbacks
    if (first === undefined) continue
    const made = cardsOf(fallbacks, product, written)
    if (made.length === 0 && first.required)
      throw notConvertible(`no value for ${first.keyword}: ${sources(fallbacks)}`)
    if (first.hdu !== 'spectrum') cards.primary.push(...made)
    if (first.hdu !== 'primary') cards.spectrum.push(...made)
  }
  return cards
}

/** The rules of each keyword, in the order of its first one. */
function declarations(rules: readonly KeywordRule[]): Iterable<readonly KeywordRule[]> {
  const byKeyword = new Map<string, KeywordRule[]>()
  for (const rule of rules) {
    const key = `${rule.keyword} in ${rule.hdu}`
    byKeyword.set(key, [...(byKeyword.get(key) ?? []), rule])
  }
  return byKeyword.values()
}

function cardsOf(fallbacks: readonly KeywordRule[], product: Product, written: (keyword: string) => string): Card[] {
  for (const rule of fallbacks) {
    const value = valueOf(rule, product, written)
    if (value === null) continue
    if (!isList(value)) return [cardOf(rule.keyword, value, rule)]
    return value.map((each, i) => cardOf(rule.keyword.replace('#', String(i + 1)), each, rule))
  }
  return []
}

function valueOf(rule: KeywordRule, product: Product, written: (keyword: string) => string): Computed {
  const { raws, chips, section, database } = product.input
  switch (rule.source) {
    case 'raw':
      return firstOf(rule, (keyword) => headerValue(raws[0].header, keyword))
    case 'product':
      return firstOf(rule, (keyword) => headerValue(chips[0].spectrum.header, keyword))
    case 'lineTable':
      return firstOf(rule, (keyword) => headerValue(chips[0].lineTable, keyword))
    case 'database':
      return firstOf(rule, (name) => database[name] ?? null)
    case 'configuration':
      return firstOf(rule, (name) => section.values[name] ?? null)
    case 'constant':
      return rule.value ?? null
    case 'computed':
      return firstOf(rule, (name) => {
        const compute = computed[name]
        if (compute === undefined) throw new PreconditionError(`idp.keywords: ${rule.keyword}: no function '${name}'`)
        return compute(product, written)
      })
  }
}

function firstOf({ from }: KeywordRule, find: (name: string) => Computed): Computed {
  for (const name of from) {
    const value = find(name)
    if (value !== null) return value
  }
  return null
}

/** Null when the header has no such card, or one that is blank: the next one named is asked then. */
function headerValue(header: Header, keyword: string): Computed {
  const value = header.get(keyword)?.value
  if (value?.type === 'string') return value.value.trim() === '' ? null : value.value.trim()
  if (value?.type === 'integer') return Number(value.value)
  return value?.type === 'double' || value?.type === 'logical' ? value.value : null
}

function cardOf(keyword: string, value: Exclude<Computed, null | readonly unknown[]>, rule: KeywordRule): Card {
  const { comment, type, decimals, digits } = rule
  if (typeof value === 'string') return string(keyword, fittedToCard(value), comment)
  if (typeof value === 'boolean') return logical(keyword, value, comment)
  if (!Number.isFinite(value)) throw notConvertible(`${keyword} is ${value}: ${sources([rule])}`)
  if (type === 'integer') return integer(keyword, value, comment)
  if (decimals !== undefined) return { keyword, value: fixedPoint(value, decimals), comment }
  if (digits !== undefined) return { keyword, value: significant(value, digits), comment }
  return double(keyword, value, comment)
}

function sources(fallbacks: readonly KeywordRule[]): string {
  return fallbacks.map(({ source, from }) => `${source} ${from.join(' or ')}`.trim()).join(', then ')
}

function isList(value: Exclude<Computed, null>): value is Exclude<Computed, null | string | number | boolean> {
  return typeof value === 'object'
}
