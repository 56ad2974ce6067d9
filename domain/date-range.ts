import { PreconditionError } from './failure.ts'
import { checkedObservingDate } from './observing-date.ts'

/** Observing nights from `first` to `last`, both included. */
export interface DateRange {
  readonly first: string
  readonly last: string
}

/**
 * Dates as an operator types them: `2026-03-01`, or a range `2011-10-01..2012-05-10`.
 * @throws PreconditionError when an end is no day of the calendar, or the range is reversed
 */
export function checkedDateRange(text: string): DateRange {
  const [from = '', to, ...more] = text.split('..')
  if (more.length > 0) throw new PreconditionError(`'${text}' is not a range of dates: expected YYYY-MM-DD..YYYY-MM-DD`)
  const first = checkedObservingDate(from)
  const last = to === undefined ? first : checkedObservingDate(to)
  if (last < first) throw new PreconditionError(`the range ${text} is reversed: ${last} is before ${first}`)
  return { first, last }
}

/** Whether a date (`YYYY-MM-DD`) lies in the range: in this form text order is that of time. */
export function isInRange(date: string, { first, last }: DateRange): boolean {
  return first <= date && date <= last
}
