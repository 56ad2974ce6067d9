import type { Card, CardValue } from '../../fits/card.ts'
import { formatValue } from '../../fits/card-value.ts'
import type { Header } from '../../fits/header.ts'

/**
 * A header for the rules: what is absent, has no value or is of another type is undefined, so that a rule is skipped and only the rule
 * on presence or type speaks.
 */
export class Keywords {
  readonly header: Header

  constructor(header: Header) {
    this.header = header
  }

  has(keyword: string): boolean {
    return this.header.get(keyword) !== undefined
  }

  text(keyword: string): string | undefined {
    const value = this.value(keyword)
    return value?.type === 'string' ? value.value : undefined
  }

  number(keyword: string): number | undefined {
    const value = this.value(keyword)
    if (value?.type === 'double') return value.value
    return value?.type === 'integer' ? Number(value.value) : undefined
  }

  logical(keyword: string): boolean | undefined {
    const value = this.value(keyword)
    return value?.type === 'logical' ? value.value : undefined
  }

  /** As it stands in the file, for messages; also for text comparisons between headers. */
  written(keyword: string): string | undefined {
    const value = this.value(keyword)
    if (value === undefined) return undefined
    return value.type === 'string' ? value.value : formatValue(value)
  }

  value(keyword: string): CardValue | undefined {
    return this.header.get(keyword)?.value ?? undefined
  }

  /** The cards of a family such as OBIDi: the number as written, its value, in file order. */
  numbered(family: string): readonly Numbered[] {
    const cards = this.header.cards.filter(({ keyword, value }) => value !== null && keyword.startsWith(family))
    return cards.flatMap((card) => numberedCard(card, family))
  }
}

export interface Numbered {
  readonly keyword: string
  /** Digits after the name of the family, as written. */
  readonly digits: string
  readonly text: string
}

function numberedCard({ keyword, value }: Card, family: string): Numbered[] {
  const digits = keyword.slice(family.length)
  if (!/^\d+$/.test(digits) || value === null) return []
  return [{ keyword, digits, text: value.type === 'string' ? value.value : formatValue(value) }]
}
