import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PreconditionError } from '../../domain/failure.ts'
import { checkedNightWindow, isOpen, type NightWindow, nextOpening, nightNumber } from '../../domain/night-window.ts'

const santiago: NightWindow = { timeZone: 'America/Santiago', start: '20:00', end: '07:00' }
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

const wallTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
const timeZone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'))
const anyWindow = fc
  .record({ timeZone, start: wallTime, end: wallTime })
  .filter(({ start, end }) => start !== end) satisfies fc.Arbitrary<NightWindow>
const moment = fc.date({
  min: new Date('1990-01-01T00:00:00Z'),
  max: new Date('2035-01-01T00:00:00Z'),
  noInvalidDate: true,
})

describe('night window as given', () => {
  it('is taken when it makes sense', () => {
    expect(checkedNightWindow(santiago)).toBe(santiago)
    expect(checkedNightWindow({ ...santiago, end: '20:00:01' }).end).toBe('20:00:01')
  })

  it.each([
    [{ timeZone: 'America/Paranal' }, "unknown time zone 'America/Paranal'"],
    [{ start: '8:00' }, "'8:00' is not a time of day: expected HH:MM"],
    [{ end: '24:00' }, "'24:00' is not a time of day: expected HH:MM"],
    [{ end: '07:60' }, "'07:60' is not a time of day: expected HH:MM"],
    [{ end: '07:00:60' }, "'07:00:60' is not a time of day: expected HH:MM"],
    [{ end: '20:00:00' }, "window 20:00 to 20:00:00 has zero length: 'none' allows any time"],
    [{ end: '20:00' }, "window 20:00 to 20:00 has zero length: 'none' allows any time"],
  ])('is refused otherwise: %j', (change, message) => {
    expect(() => checkedNightWindow({ ...santiago, ...change })).toThrow(new PreconditionError(message))
  })
})

describe('window over midnight', () => {
  it.each([
    ['2026-03-01T22:59:59.999Z', false, '19:59:59 in summer time (UT - 3)'],
    ['2026-03-01T23:00:00Z', true, '20:00:00'],
    ['2026-03-02T03:36:00Z', true, 'after midnight'],
    ['2026-03-02T09:59:59.999Z', true, '06:59:59'],
    ['2026-03-02T10:00:00Z', false, '07:00:00'],
    ['2026-07-01T23:30:00Z', false, '19:30 in winter time (UT - 4)'],
    ['2026-07-02T00:00:00Z', true, '20:00 in winter time'],
  ])('%s: open is %s, %s', (time, open) => {
    expect(isOpen(santiago, new Date(time))).toBe(open)
  })

  it('opens in the evening; while it is open, now', () => {
    expect(nextOpening(santiago, new Date('2026-03-02T15:12:13.456Z'))).toEqual(new Date('2026-03-02T23:00:00Z'))
    expect(nextOpening(santiago, new Date('2026-03-02T05:12:13.456Z'))).toEqual(new Date('2026-03-02T05:12:13.456Z'))
  })
})

it('a window within one day is closed before and after', () => {
  const noon = { timeZone: 'UTC', start: '12:00', end: '13:00' }
  expect([11, 12, 13].map((hour) => isOpen(noon, new Date(Date.UTC(2026, 2, 1, hour))))).toEqual([false, true, false])
  expect(nextOpening(noon, new Date('2026-12-31T13:00:00Z'))).toEqual(new Date('2027-01-01T12:00:00Z'))
})

it('a window of seconds', () => {
  const short = { timeZone: 'UTC', start: '23:59:58', end: '00:00:03' }
  const at = (seconds: number) => new Date(Date.UTC(2026, 2, 1, 23, 59, seconds))
  expect([57, 58, 62, 63].map((seconds) => isOpen(short, at(seconds)))).toEqual([false, true, true, false])
  expect(nextOpening(short, at(10))).toEqual(at(58))
})

describe('number of the night', () => {
  const numbers = (window: NightWindow | null, ...times: string[]) => {
    const [first = 0, ...others] = times.map((time) => nightNumber(window, new Date(time)))
    return others.map((number) => number - first)
  }

  it('a day belongs to the night that follows it, and what comes after midnight to the night before', () => {
    const times = ['2026-03-01T10:00:00Z', '2026-03-01T23:00:00Z', '2026-03-02T09:59:59Z', '2026-03-02T10:00:00Z']
    expect(numbers(santiago, ...times)).toEqual([0, 0, 1])
  })

  it('a window within one day ends its night too', () => {
    const noon = { timeZone: 'UTC', start: '12:00', end: '13:00' }
    const times = ['2026-03-01T13:00:00Z', '2026-03-02T00:00:00Z', '2026-03-02T12:59:59Z', '2026-03-02T13:00:00Z']
    expect(numbers(noon, ...times)).toEqual([0, 0, 1])
  })

  it('without a window it is the day of universal time', () => {
    expect(numbers(null, '2026-03-01T00:00:00Z', '2026-03-01T23:59:59Z', '2026-03-04T00:00:00Z')).toEqual([0, 3])
  })
})

describe('change of the clock', () => {
  it('a start in the skipped hour is taken when the clock has jumped over it', () => {
    // Berlin, 2026-03-29: 02:00 becomes 03:00 at 01:00 UT.
    const window = { timeZone: 'Europe/Berlin', start: '02:30', end: '05:00' }
    expect(nextOpening(window, new Date('2026-03-28T12:00:00Z'))).toEqual(new Date('2026-03-29T01:00:00Z'))
  })

  it('a window that lies wholly in the skipped hour opens the day after', () => {
    const window = { timeZone: 'Europe/Berlin', start: '02:10', end: '02:50' }
    expect(nextOpening(window, new Date('2026-03-29T00:00:00Z'))).toEqual(new Date('2026-03-30T00:10:00Z'))
  })

  it('a window in the repeated hour opens twice', () => {
    // Berlin, 2026-10-25: 03:00 becomes 02:00 at 01:00 UT.
    const window = { timeZone: 'Europe/Berlin', start: '02:10', end: '02:50' }
    expect(nextOpening(window, new Date('2026-10-24T12:00:00Z'))).toEqual(new Date('2026-10-25T00:10:00Z'))
    expect(nextOpening(window, new Date('2026-10-25T00:50:00Z'))).toEqual(new Date('2026-10-25T01:10:00Z'))
  })

  it('midnight itself may be skipped (Santiago) and half an hour may be (Lord Howe)', () => {
    // Santiago, 2026-09-06: 00:00 becomes 01:00 at 04:00 UT.
    const midnight = { timeZone: 'America/Santiago', start: '00:15', end: '04:00' }
    expect(nextOpening(midnight, new Date('2026-09-06T03:00:00Z'))).toEqual(new Date('2026-09-06T04:00:00Z'))
    // Lord Howe, 2026-10-04: 02:00 becomes 02:30 at 15:30 UT of the day before.
    const island = { timeZone: 'Australia/Lord_Howe', start: '02:15', end: '04:00' }
    expect(nextOpening(island, new Date('2026-10-03T12:00:00Z'))).toEqual(new Date('2026-10-03T15:30:00Z'))
  })

  it('a whole day may be skipped (Apia, 2011-12-30)', () => {
    const window = { timeZone: 'Pacific/Apia', start: '20:00', end: '21:00' }
    // 21:30 on the 29th (UT - 10); the next 20:00 is that of the 31st (UT + 14).
    expect(nextOpening(window, new Date('2011-12-30T07:30:00Z'))).toEqual(new Date('2011-12-31T06:00:00Z'))
  })
})

describe('in every time zone there is', () => {
  it('says the same as the clock on the wall', () => {
    const clocks = new Map<string, Intl.DateTimeFormat>()
    const clock = (zone: string) => {
      const known = clocks.get(zone) ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'short' })
      clocks.set(zone, known)
      return known
    }
    fc.assert(
      fc.property(anyWindow, moment, (window, time) => {
        const wall = clock(window.timeZone).format(time)
        const { start, end } = window
        const open = start < end ? start <= wall && wall < end : !(end <= wall && wall < start)
        expect(isOpen(window, time)).toBe(open)
      }),
      { numRuns: 2000 },
    )
  })

  it('the next opening is not before the moment, is open, and no open minute lies between', () => {
    fc.assert(
      fc.property(anyWindow, moment, (window, time) => {
        const opening = nextOpening(window, time)
        const wait = opening.getTime() - time.getTime()
        expect(wait).toBeGreaterThanOrEqual(0)
        // Two days: a change of the clock may skip one opening, or a whole day.
        expect(wait).toBeLessThanOrEqual(2 * DAY_MS)
        expect(isOpen(window, opening)).toBe(true)
        // Windows have whole minutes, so every minute back from the opening is enough to look at; a few suffice each time.
        for (const minutes of [1, 2, 5, 15, 31, 61, 120, 180, 240, 600, 1200]) {
          const between = new Date(opening.getTime() - minutes * MINUTE_MS)
          expect(between >= time && isOpen(window, between)).toBe(false)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('one night is one number: it changes where a window ends, and nowhere else', () => {
    fc.assert(
      fc.property(anyWindow, moment, (window, time) => {
        const opening = nextOpening(window, time)
        const night = nightNumber(window, opening)
        // Everything from now to the opening belongs to it: but for a day that the calendar leaves out, and an hour that comes twice.
        const before = nightNumber(window, time)
        expect(Math.abs(night - before)).toBeLessThanOrEqual(isOrdinaryDay(window, time, opening) ? 0 : 1)
        const dayLater = nightNumber(window, new Date(time.getTime() + DAY_MS))
        expect(dayLater - before).toBeGreaterThanOrEqual(0)
        expect(dayLater - before).toBeLessThanOrEqual(2)
      }),
      { numRuns: 1000 },
    )
  })

  it('also on the days on which the clock is changed, minute by minute', () => {
    const zones = ['America/Santiago', 'Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Pacific/Apia']
    const changes = zones.flatMap((zone) => changesOfClock(zone, 2011).concat(changesOfClock(zone, 2026)))
    expect(changes.length).toBeGreaterThan(12)
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        wallTime,
        fc.integer({ min: 1, max: 1439 }),
        fc.integer({ min: -180, max: 60 }),
        (change, start, lengthMinutes, fromMinutes) => {
          const window = { timeZone: change.timeZone, start, end: later(start, lengthMinutes) }
          const time = new Date(change.at + fromMinutes * MINUTE_MS)
          const opening = nextOpening(window, time)
          expect(isOpen(window, opening)).toBe(true)
          const first = Math.min(opening.getTime(), change.at + 180 * MINUTE_MS)
          for (let at = time.getTime(); at < first; at += MINUTE_MS) expect(isOpen(window, new Date(at))).toBe(false)
        },
      ),
      { numRuns: 500 },
    )
  })
})

/** The clock is not changed between two moments, nor in the hours around them. */
function isOrdinaryDay({ timeZone: zone }: NightWindow, from: Date, to: Date): boolean {
  const offset = (time: number) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset' }).format(time).replace(/^.*GMT/, '')
  const all = [from.getTime() - 3 * 60 * MINUTE_MS, from.getTime(), to.getTime(), to.getTime() + 3 * 60 * MINUTE_MS]
  return new Set(all.map(offset)).size === 1
}

/** Found by looking at the offset at every full hour of a year; `at` is exact to the hour, which is all that is needed. */
function changesOfClock(zone: string, year: number): { timeZone: string; at: number }[] {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset', year: 'numeric' })
  const changes: { timeZone: string; at: number }[] = []
  let before = format.format(Date.UTC(year, 0, 1))
  for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += DAY_MS / 24) {
    const now = format.format(at)
    const changed = now.slice(now.indexOf('GMT')) !== before.slice(before.indexOf('GMT'))
    if (changed) changes.push({ timeZone: zone, at })
    before = now
  }
  return changes
}

function later(wallTime: string, minutes: number): string {
  const [hour = 0, minute = 0] = wallTime.split(':').map(Number)
  const sum = (hour * 60 + minute + minutes) % 1440
  return [Math.floor(sum / 60), sum % 60].map((part) => String(part).padStart(2, '0')).join(':')
}
