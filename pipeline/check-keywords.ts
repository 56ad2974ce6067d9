import type { TypedKeywords } from '../domain/instrument.ts'
import type { CardValue } from '../fits/card.ts'
import type { Header } from '../fits/header.ts'

/**
 * Why the recipe could not read the header, in words; null when it can. CPL refuses a keyword of the wrong type, and where a recipe
 * does not look at the answer it crashes.
 *
 * @param given categories that the recipe gets: some keywords are read only with some files
 */
export function keywordProblem(
  header: Header,
  rules: readonly TypedKeywords[],
  given: ReadonlySet<string>,
): string | null {
  for (const { type, names, optional, with: needed } of rules) {
    if (!needed.every((category) => given.has(category))) continue
    for (const name of names) {
      const found = typeOf(header.get(name)?.value)
      if (found === null) {
        if (!optional) return `${name} is missing`
      } else if (found !== type) {
        return `${name} is ${WORDS[found]}, the recipe needs ${WORDS[type]}`
      }
    }
  }
  return null
}

const WORDS = {
  string: 'text',
  integer: 'an integer',
  double: 'a number with a decimal point',
  logical: 'a logical value',
  complex: 'a complex number',
} as const

function typeOf(value: CardValue | null | undefined): keyof typeof WORDS | null {
  return value === null || value === undefined || value.type === 'undefined' ? null : value.type
}
