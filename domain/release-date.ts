import { isObservingDate } from './observing-date.ts'

/**
 * The moment (UT) at which a proprietary period ends: `2027-03-01` or `2027-03-01T12:00:00`, with a fraction and a Z where one likes. A day
 * alone means its beginning. Null for any other text.
 */
export function releaseMoment(text: string): Date | null {
  const [, day, time] = RELEASE_DATE.exec(text) ?? []
  if (day === undefined || !isObservingDate(day)) return null
  const moment = new Date(`${day}T${time ?? '00:00:00'}Z`)
  return Number.isNaN(moment.getTime()) ? null : moment
}

/** Data without a release date are public, as those whose date has come. */
export function isReleased(releaseDate: Date | null, now: Date): boolean {
  return releaseDate === null || releaseDate.getTime() <= now.getTime()
}

const RELEASE_DATE = /^(\d{4}-\d{2}-\d{2})(?:T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,3})?)Z?)?$/
