/** What an archive user is told of a raw that was ever registered. */
export const RAW_STATUSES = ['processed fine', 'failed', 'not attempted', 'withdrawn'] as const
export type RawStatusWord = (typeof RAW_STATUSES)[number]
