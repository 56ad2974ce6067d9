import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common'
import { SEARCH_ATTRIBUTES, type SearchAttribute } from '../domain/search-attributes.ts'

/** The attributes with their values, as a start or an update of a workflow wants them. */
export function searchable(values: Readonly<Partial<Record<SearchAttribute, string>>>): SearchAttributePair[] {
  return SEARCH_ATTRIBUTES.flatMap((name) => {
    const value = values[name]
    return value === undefined ? [] : [{ key: defineSearchAttributeKey(name, 'KEYWORD'), value }]
  })
}
