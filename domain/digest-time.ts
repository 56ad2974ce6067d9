import { DateTime } from 'luxon'

/** The hour of the daily digest, by the clock on the wall of the site. */
export interface DigestTime {
  /** IANA name, e.g. `America/Santiago`. */
  readonly timeZone: string
  /** `08:00` */
  readonly time: string
}

const LATE_MS = 3_600_000

/**
 * Whether a digest is to be made now. One is due when none was made since the hour came last, however late that is; the very first one
 * only within an hour of it, so that an installation does not begin with a digest of nothing.
 */
export function isDigestDue({ timeZone, time }: DigestTime, last: Date | null, now: Date): boolean {
  const moment = lastMoment(timeZone, time, now)
  return last === null ? now.getTime() - moment < LATE_MS : last.getTime() < moment
}

/** The last time that the clock showed this hour (milliseconds of the epoch); a time that summer time skips counts an hour later. */
function lastMoment(timeZone: string, time: string, now: Date): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const today = DateTime.fromJSDate(now, { zone: timeZone }).set({ hour, minute, second: 0, millisecond: 0 })
  const moment = today.toMillis() > now.getTime() ? today.minus({ days: 1 }) : today
  return moment.toMillis()
}
