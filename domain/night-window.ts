import { IANAZone } from 'luxon'
import { PreconditionError } from './failure.ts'

/** The processing site's hours in which recipes may start, in local wall-clock time; it may span midnight. */
export interface NightWindow {
  /** IANA name, e.g. `America/Santiago`. */
  readonly timeZone: string
  /** `20:00`, or `20:00:30` */
  readonly start: string
  /** `07:00` */
  readonly end: string
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const WALL_TIME = /^([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d)?$/

/** Throws a PreconditionError for an unknown time zone, a time that is none, or a window of zero length. */
export function checkedNightWindow(window: NightWindow): NightWindow {
  if (!IANAZone.isValidZone(window.timeZone)) throw new PreconditionError(`unknown time zone '${window.timeZone}'`)
  for (const time of [window.start, window.end]) {
    if (!WALL_TIME.test(time)) throw new PreconditionError(`'${time}' is not a time of day: expected HH:MM`)
  }
  if (milliseconds(window.start) === milliseconds(window.end)) {
    throw new PreconditionError(`window ${window.start} to ${window.end} has zero length: 'none' allows any time`)
  }
  return window
}

/** True from `start` (inclusive) to `end` (exclusive), by the clock on the wall of the site. */
export function isOpen(window: NightWindow, moment: Date): boolean {
  const time = timeOfDay(IANAZone.create(window.timeZone), moment.getTime())
  const [start, end] = [milliseconds(window.start), milliseconds(window.end)]
  return start < end ? time >= start && time < end : time >= start || time < end
}

/**
 * The first moment at or after `moment` at which the window is open. A start that the change to summer time skips is taken at the
 * first moment that exists after it; hours that come twice open it twice.
 */
export function nextOpening(window: NightWindow, moment: Date): Date {
  const zone = IANAZone.create(window.timeZone)
  let time = moment.getTime()
  while (!isOpen(window, new Date(time))) {
    // The clock runs on to the start of the window, unless somebody turns it on the way: then look again from there.
    const opening = time + modulo(milliseconds(window.start) - timeOfDay(zone, time), DAY_MS)
    time = zone.offset(opening) === zone.offset(time) ? opening : changeOfClock(zone, time, opening)
  }
  return new Date(time)
}

/**
 * Number of the night to which a moment belongs: that of the window which is open, else of the next one to open. A night follows
 * another with the next number. Without a window a night is a day of universal time.
 */
export function nightNumber(window: NightWindow | null, moment: Date): number {
  if (window === null) return Math.floor(moment.getTime() / DAY_MS)
  const [start, end] = [milliseconds(window.start), milliseconds(window.end)]
  const onTheWall = moment.getTime() + IANAZone.create(window.timeZone).offset(moment.getTime()) * MINUTE_MS
  // A night ends with its window: one over midnight bears the day before that of its end.
  return Math.floor((onTheWall - end) / DAY_MS) + (start < end ? 1 : 0)
}

/** When a window opens by the clock of its time zone, and for how long. */
export function openingOf({ start, end }: NightWindow): {
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly lengthMs: number
} {
  const [hour = 0, minute = 0, second = 0] = start.split(':').map(Number)
  return { hour, minute, second, lengthMs: modulo(milliseconds(end) - milliseconds(start), DAY_MS) }
}

/** First millisecond with another offset than at `before`, at the latest `after`. */
function changeOfClock(zone: IANAZone, before: number, after: number): number {
  const offset = zone.offset(before)
  let [same, other] = [before, after]
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2)
    if (zone.offset(middle) === offset) same = middle
    else other = middle
  }
  return other
}

/** Milliseconds since midnight on the wall of the zone. */
function timeOfDay(zone: IANAZone, time: number): number {
  return modulo(time + zone.offset(time) * MINUTE_MS, DAY_MS)
}

function milliseconds(wallTime: string): number {
  const [hour = 0, minute = 0, second = 0] = wallTime.split(':').map(Number)
  return (hour * 60 + minute) * MINUTE_MS + second * 1000
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
