import { DateTime, IANAZone } from 'luxon'
import { PreconditionError } from './failure.ts'

/** The processing site's hours in which recipes may start, in local wall-clock time; it may span midnight. */
export interface NightWindow {
  /** IANA name, e.g. `America/Santiago`. */
  readonly timeZone: string
  /** `20:00` */
  readonly start: string
  /** `07:00` */
  readonly end: string
}

const WALL_TIME = /^([01]\d|2[0-3]):([0-5]\d)$/

/** Throws a PreconditionError for an unknown time zone, a time that is none, or a window of zero length. */
export function checkedNightWindow(window: NightWindow): NightWindow {
  if (!IANAZone.isValidZone(window.timeZone)) throw new PreconditionError(`unknown time zone '${window.timeZone}'`)
  for (const time of [window.start, window.end]) {
    if (!WALL_TIME.test(time)) throw new PreconditionError(`'${time}' is not a time of day: expected HH:MM`)
  }
  if (window.start === window.end) {
    throw new PreconditionError(
      `window ${window.start} to ${window.end} has zero length: leave it out to allow any time`,
    )
  }
  return window
}

/** True from the minute of `start` (inclusive) to that of `end` (exclusive), by the clock on the wall of the site. */
export function isOpen(window: NightWindow, moment: Date): boolean {
  const local = DateTime.fromJSDate(moment, { zone: window.timeZone }).toFormat('HH:mm')
  const { start, end } = window
  return start < end ? local >= start && local < end : local >= start || local < end
}

/**
 * The first moment at or after `moment` at which the window is open. A start that the change to summer time skips is taken at the
 * first minute that exists after it.
 */
export function nextOpening(window: NightWindow, moment: Date): Date {
  if (isOpen(window, moment)) return moment
  const [hour = 0, minute = 0] = window.start.split(':').map(Number)
  const today = DateTime.fromJSDate(moment, { zone: window.timeZone })
  for (let days = 0; days <= 2; days += 1) {
    const candidate = firstOpenMinute(window, today.plus({ days }).set({ hour, minute, second: 0, millisecond: 0 }))
    if (candidate !== null && candidate.toMillis() >= moment.getTime()) return candidate.toJSDate()
  }
  return moment
}

/** luxon moves a wall time that does not exist forward by the gap: the window is then open already some minutes earlier. */
function firstOpenMinute(window: NightWindow, start: DateTime): DateTime | null {
  const gapMinutes = 180
  for (let back = gapMinutes; back >= 0; back -= 1) {
    const candidate = start.minus({ minutes: back })
    if (isOpen(window, candidate.toJSDate()) && !isOpen(window, candidate.minus({ minutes: 1 }).toJSDate()))
      return candidate
  }
  return null
}
