import type { CardValue } from '../../fits/card.ts'
import { formatValue } from '../../fits/card-value.ts'
import type { Keywords } from './keywords.ts'
import type { KeywordType, StandardKeyword } from './primary-keywords.ts'
import type { Problem } from './rule.ts'

/** Keywords of the table that must be there and are not. */
export function absentKeywords(keywords: Keywords, table: readonly StandardKeyword[]): Problem[] {
  return table
    .filter(({ keyword, mandatory }) => mandatory === true && !keyword.includes('#') && !keywords.has(keyword))
    .map(({ keyword }) => ({ keyword, message: `${keyword} is missing` }))
}

/** Keywords of the table whose value is of another type. An integer counts as a real number. */
export function wrongTypes(keywords: Keywords, table: readonly StandardKeyword[]): Problem[] {
  return entries(keywords, table).flatMap(({ keyword, value, standard: { type } }) =>
    hasType(value, type)
      ? []
      : [{ keyword, message: `${keyword} = ${written(value)} is of type ${value.type}, expected ${type}` }],
  )
}

/** Mandatory strings of the table that are empty. */
export function emptyStrings(keywords: Keywords, table: readonly StandardKeyword[]): Problem[] {
  return entries(keywords, table).flatMap(({ keyword, value, standard: { mandatory, mayBeEmpty } }) =>
    mandatory === true && mayBeEmpty !== true && value.type === 'string' && value.value.trim() === ''
      ? [{ keyword, message: `${keyword} is empty` }]
      : [],
  )
}

function entries(keywords: Keywords, table: readonly StandardKeyword[]) {
  const exact = new Map(table.map((standard) => [standard.keyword, standard]))
  return keywords.header.cards.flatMap(({ keyword, value }) => {
    const standard = exact.get(keyword) ?? exact.get(keyword.replace(/\d+$/, '#'))
    return standard === undefined || value === null ? [] : [{ keyword, value, standard }]
  })
}

function hasType(value: CardValue, type: KeywordType): boolean {
  if (type === 'real') return value.type === 'double' || value.type === 'integer'
  return value.type === type
}

const written = (value: CardValue): string => (value.type === 'undefined' ? '(no value)' : formatValue(value))
