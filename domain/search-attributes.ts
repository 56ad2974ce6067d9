/** What runs and orders can be searched by in the Temporal UI, besides their names. All are keywords. */
export const SEARCH_ATTRIBUTES = ['Instrument', 'ObservingDate', 'Kind', 'State'] as const

export type SearchAttribute = (typeof SEARCH_ATTRIBUTES)[number]
