import fc from 'fast-check'
import { DateTime } from 'luxon'
import { expect, test } from 'vitest'
import { isDigestDue } from '../../domain/digest-time.ts'

const at8 = { timeZone: 'America/Santiago', time: '08:00' }
const moment = (text: string) => DateTime.fromISO(text, { zone: at8.timeZone }).toJSDate()

test('due once a day, from the hour on, however late', () => {
  const yesterday = moment('2026-03-01T08:00')
  expect(isDigestDue(at8, yesterday, moment('2026-03-02T07:59'))).toBe(false)
  expect(isDigestDue(at8, yesterday, moment('2026-03-02T08:00'))).toBe(true)
  expect(isDigestDue(at8, moment('2026-03-02T08:00:30'), moment('2026-03-02T23:00'))).toBe(false)
  expect(isDigestDue(at8, yesterday, moment('2026-03-04T05:00'))).toBe(true)
})

test('the first one of an installation only within the hour', () => {
  expect(isDigestDue(at8, null, moment('2026-03-02T08:59'))).toBe(true)
  expect(isDigestDue(at8, null, moment('2026-03-02T09:00'))).toBe(false)
})

test('looked at every half an hour for fifty nights in any zone: one digest a day, also where the clock is turned', () => {
  const zones = fc.constantFrom('America/Santiago', 'Europe/Berlin', 'UTC', 'Australia/Lord_Howe', 'Pacific/Apia')
  const times = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  const starts = fc.integer({ min: 0, max: 365 }).map((day) => Date.UTC(2026, 0, 1 + day))
  fc.assert(
    fc.property(zones, times, starts, (timeZone, [hour, minute], start) => {
      const time = [hour, minute].map((part) => String(part).padStart(2, '0')).join(':')
      let last = new Date(start)
      let digests = 0
      for (let now = start; now < start + 50 * 86_400_000; now += 1_800_000) {
        if (!isDigestDue({ timeZone, time }, last, new Date(now))) continue
        digests += 1
        last = new Date(now)
      }
      expect(Math.abs(digests - 50)).toBeLessThanOrEqual(1)
    }),
    { numRuns: 8 },
  )
})
