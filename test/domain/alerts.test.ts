import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AlertEvent, ALERTS, causeOf, dueAlerts, type Told } from '../../domain/alerts.ts'

const NOW = new Date('2026-03-02T08:00:00Z')
const MINUTE_MS = 60_000

function event(eventId: number, minutesAgo: number, more: Partial<AlertEvent> = {}): AlertEvent {
  const at = new Date(NOW.getTime() - minutesAgo * MINUTE_MS)
  return { eventId, at, kind: 'date blocked', instrument: 'UVES', date: '2026-03-01', message: 'x', ...more }
}

test('events of one cause go into one message, oldest first; other instruments and kinds into others', () => {
  const events = [
    event(3, 1),
    event(1, 5),
    event(2, 3, { instrument: 'GIRAFFE' }),
    event(4, 1, { kind: 'archive held', instrument: null }),
  ]
  expect(dueAlerts(events, [], NOW).map(({ cause, events: of }) => [cause, of.map(({ eventId }) => eventId)])).toEqual([
    ['date blocked UVES', [1, 3]],
    ['date blocked GIRAFFE', [2]],
    ['archive held', [4]],
  ])
})

test('a cause that was told within the hour waits; what was told is not told again; what is a day old is no news', () => {
  const told = (minutesAgo: number): Told[] => [
    { cause: 'date blocked UVES', at: new Date(NOW.getTime() - minutesAgo * MINUTE_MS), throughEvent: 1 },
  ]
  expect(dueAlerts([event(1, 90), event(2, 30)], told(59), NOW)).toEqual([])
  expect(dueAlerts([event(1, 90), event(2, 30)], told(60), NOW).flatMap(({ events }) => events)).toEqual([event(2, 30)])
  expect(dueAlerts([event(1, 24 * 60 + 1)], [], NOW)).toEqual([])
})

test('whatever happens in a day: messages of a cause are an hour apart, and every event is told once, a day old at most', () => {
  const kinds = fc.constantFrom(...ALERTS)
  const instruments = fc.constantFrom('UVES', 'GIRAFFE', null)
  const happening = fc.record({ minute: fc.integer({ min: 0, max: 24 * 60 }), kind: kinds, instrument: instruments })
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const start = NOW.getTime()
      const events = happenings
        .toSorted((a, b) => a.minute - b.minute)
        .map(({ minute, kind, instrument }, index): AlertEvent => {
          const at = new Date(start + minute * MINUTE_MS)
          return { eventId: index + 1, at, kind, instrument, date: null, message: '' }
        })
      const lastOf = new Map<string, Told>()
      const toldIds: number[] = []
      for (let minute = 0; minute <= 26 * 60; minute += 1) {
        const now = new Date(start + minute * MINUTE_MS)
        const seen = events.filter(({ at }) => at.getTime() <= now.getTime())
        for (const alert of dueAlerts(seen, [...lastOf.values()], now)) {
          const before = lastOf.get(alert.cause)?.at.getTime() ?? Number.NEGATIVE_INFINITY
          expect(now.getTime() - before).toBeGreaterThanOrEqual(60 * MINUTE_MS)
          const ids = alert.events.map(({ eventId }) => eventId)
          for (const told of alert.events) expect(causeOf(told)).toBe(alert.cause)
          toldIds.push(...ids)
          lastOf.set(alert.cause, { cause: alert.cause, at: now, throughEvent: Math.max(...ids) })
        }
      }
      expect(toldIds.toSorted((a, b) => a - b)).toEqual(events.map(({ eventId }) => eventId))
    }),
    { numRuns: 30 },
  )
})
