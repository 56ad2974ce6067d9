import { PreconditionError } from './failure.ts'

/** There is no year 0 in the calendar that PostgreSQL keeps. */
const DATE = /^(?!0000)\d{4}-\d{2}-\d{2}$/
const TIME_IN_RAW_NAME = /\.(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?)/
const HOUR_MS = 3_600_000

export function isObservingDate(text: string): boolean {
  if (!DATE.test(text)) return false
  const time = Date.parse(`${text}T00:00:00Z`)
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(text)
}

/** A date as an operator types it; PreconditionError when it is no day of the calendar. */
export function checkedObservingDate(text: string): string {
  if (isObservingDate(text)) return text
  throw new PreconditionError(`'${text}' is not a date: expected YYYY-MM-DD, the UT date on which the night begins`)
}

/**
 * The observing night to which a moment belongs: it begins at `nightBeginsUtHour` UT and bears the UT date of its beginning.
 * Example: 2026-03-02T03:36 with 12 belongs to 2026-03-01.
 */
export function observingDateOf(moment: Date, nightBeginsUtHour: number): string {
  return new Date(moment.getTime() - nightBeginsUtHour * HOUR_MS).toISOString().slice(0, 10)
}

/** Start of the exposure as the raw's name tells it (UT), or null for a name without a time. */
export function timeInRawName(rawFileName: string): Date | null {
  const found = TIME_IN_RAW_NAME.exec(rawFileName)?.[1]
  if (found === undefined) return null
  const time = Date.parse(`${found}Z`)
  return Number.isFinite(time) ? new Date(time) : null
}
