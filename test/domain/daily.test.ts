import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AbState } from '../../domain/ab-state.ts'
import {
  type DailyBlock,
  type DailyRules,
  type EndedRun,
  holdOfDispatch,
  isForDaily,
  isTooOld,
} from '../../domain/daily.ts'
import type { HoldScope } from '../../domain/hold.ts'
import { isOpen, type NightWindow, nextOpening } from '../../domain/night-window.ts'

const DAY_MS = 86_400_000
const santiago: NightWindow = { timeZone: 'America/Santiago', start: '20:00', end: '07:00' }
const rules: DailyRules = { window: santiago, nights: 3 }
/** The afternoon of 1 March in Santiago: the first night of what is registered now is the one to come. */
const registeredAt = new Date('2026-03-01T18:00:00Z')
const block = (change: Partial<DailyBlock> = {}): DailyBlock => ({
  state: 'pending',
  generation: 1,
  registeredAt,
  endedRuns: [],
  ...change,
})
const at = (time: string) => new Date(time)

describe('the nights of a block', () => {
  it.each([
    ['2026-03-01T23:00:00Z', true, 'the evening of its registration'],
    ['2026-03-02T05:00:00Z', true, 'after midnight'],
    ['2026-03-03T23:00:00Z', true, 'the third evening'],
    ['2026-03-04T09:59:59Z', true, 'the end of the third night'],
    ['2026-03-04T10:00:00Z', false, 'the window has closed for the third time'],
    ['2026-03-04T23:00:00Z', false, 'the fourth evening'],
  ])('%s: taken is %s, %s', (now, taken) => {
    expect(isForDaily(block(), rules, at(now))).toBe(taken)
  })

  it('what is registered inside the window has this night as its first', () => {
    const late = block({ registeredAt: at('2026-03-02T08:00:00Z') })
    expect(isForDaily(late, rules, at('2026-03-02T08:00:01Z'))).toBe(true)
    expect(isForDaily(late, rules, at('2026-03-04T09:00:00Z'))).toBe(true)
    expect(isForDaily(late, rules, at('2026-03-04T11:00:00Z'))).toBe(false)
  })

  it('a clock that was set back makes nothing old', () => {
    expect(isForDaily(block(), rules, at('2026-02-20T00:00:00Z'))).toBe(true)
  })

  it('the night in which the clock is changed counts as one', () => {
    // Santiago, 2026-04-05: 24:00 becomes 23:00.
    const before = at('2026-04-04T18:00:00Z')
    expect(isTooOld(before, { ...rules, nights: 2 }, at('2026-04-06T09:00:00Z'))).toBe(false)
    expect(isTooOld(before, { ...rules, nights: 2 }, at('2026-04-06T11:00:00Z'))).toBe(true)
  })
})

describe('not for daily', () => {
  const now = at('2026-03-02T01:00:00Z')
  const ended = (change: Partial<EndedRun> = {}): EndedRun => ({
    state: 'done',
    stoppedBy: null,
    startedAt: at('2026-03-01T23:00:00Z'),
    endedAt: at('2026-03-02T00:00:00Z'),
    ...change,
  })
  const left = (change: Partial<EndedRun>, registered = registeredAt) =>
    isForDaily(block({ registeredAt: registered, endedRuns: [ended(change)] }), rules, now)

  it.each<AbState>(['left out', 'running', 'processed', 'failed', 'interrupted', 'withdrawn'])(
    'a block that is %s',
    (state) => {
      expect(isForDaily(block({ state }), rules, now)).toBe(false)
    },
  )

  it('a new generation: somebody has ordered it', () => {
    expect(isForDaily(block({ generation: 2 }), rules, now)).toBe(false)
  })

  it.each(['error', 'blocked', 'done'] as const)('what a run that ended as %s has left', (state) => {
    expect(left({ state })).toBe(false)
  })

  it('what an operator has stopped, also when it came while the run was open', () => {
    const stop = { state: 'stopped', stoppedBy: 'operator' } as const
    expect(left(stop)).toBe(false)
    expect(left(stop, at('2026-03-01T23:30:00Z'))).toBe(false)
    expect(left(stop, at('2026-03-02T00:30:00Z'))).toBe(true)
  })

  it('but a late block is, and a young one of a run that stopped itself for its old ones', () => {
    expect(left({ state: 'done' }, at('2026-03-01T23:30:00Z'))).toBe(true)
    expect(left({ state: 'blocked' }, at('2026-03-01T23:30:00Z'))).toBe(true)
    expect(left({ state: 'stopped', stoppedBy: 'age' })).toBe(true)
  })
})

describe('in every time zone there is', () => {
  const wallTime = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
  const anyWindow = fc
    .record({ timeZone: fc.constantFrom(...Intl.supportedValuesOf('timeZone')), start: wallTime, end: wallTime })
    .filter(({ start, end }) => start !== end) satisfies fc.Arbitrary<NightWindow>
  const moment = fc.date({ min: at('1990-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z'), noInvalidDate: true })
  const nights = fc.integer({ min: 1, max: 10 })

  it('a block is taken at its first opening, gets older only, and is backlog after its nights', () => {
    fc.assert(
      fc.property(anyWindow, moment, nights, (window, registered, count) => {
        const own = { window, nights: count }
        const opening = nextOpening(window, registered)
        // Not of one night only: the calendar may leave out a whole day between registration and opening (Apia, 2011-12-30).
        expect(isTooOld(registered, { window, nights: count + 1 }, opening)).toBe(false)
        const ages = Array.from({ length: 4 * (count + 2) }, (_, quarter) =>
          isTooOld(registered, own, new Date(opening.getTime() + (quarter * DAY_MS) / 4)),
        )
        expect(ages.at(-1)).toBe(true)
        // Once old, always old: six hours are more than any change of the clock.
        expect(ages).toEqual(ages.toSorted((a, b) => Number(a) - Number(b)))
      }),
      { numRuns: 1000 },
    )
  })

  it('so many windows open for it: not fewer, not more', () => {
    fc.assert(
      fc.property(anyWindow, moment, nights, (window, registered, count) => {
        let opened = 0
        let time = nextOpening(window, registered)
        while (!isTooOld(registered, { window, nights: count }, time)) {
          opened += 1
          time = nextOpening(window, endOf(window, time))
        }
        // An hour that comes twice may open a window twice, and one that is skipped may close it for a day.
        expect(Math.abs(opened - count)).toBeLessThanOrEqual(1)
      }),
      { numRuns: 50 },
    )
  })

  it('without a window: days of universal time', () => {
    fc.assert(
      fc.property(moment, nights, (registered, count) => {
        const day = Math.floor(registered.getTime() / DAY_MS)
        const own = { window: null, nights: count }
        expect(isTooOld(registered, own, new Date((day + count) * DAY_MS - 1))).toBe(false)
        expect(isTooOld(registered, own, new Date((day + count) * DAY_MS))).toBe(true)
      }),
    )
  })
})

/** The first minute after `time` at which the window is closed. */
function endOf(window: NightWindow, time: Date): Date {
  let end = time
  while (isOpen(window, end)) end = new Date((Math.floor(end.getTime() / 60_000) + 1) * 60_000)
  return end
}

describe('nothing is dispatched under a hold', () => {
  const heldBy = (scope: HoldScope) => {
    const hold = { id: 1, kind: 'pause', scope, reason: '', placedBy: 'ada', placedAt: new Date(0) } as const
    return holdOfDispatch([hold], 'UVES') !== null
  }

  it.each<HoldScope>([
    { type: 'everything' },
    { type: 'instrument', instrument: 'UVES' },
    { type: 'daily', instrument: 'UVES' },
  ])('of %j', (scope) => {
    expect(heldBy(scope)).toBe(true)
  })

  it.each<HoldScope>([
    { type: 'instrument', instrument: 'NACO' },
    { type: 'daily', instrument: 'NACO' },
    { type: 'date', instrument: 'UVES', date: '2026-03-01' },
    { type: 'host', host: 'muc01' },
  ])('but under one of %j', (scope) => {
    expect(heldBy(scope)).toBe(false)
  })
})
