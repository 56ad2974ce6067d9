import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ArchiveBusy, pauseOrThrow, pauseSeconds, retryAfterSeconds, withBackOff } from '../../archive/back-off.ts'
import { SharedLimit } from '../../archive/transfer-limits.ts'
import { InfrastructureError } from '../../domain/failure.ts'

const LIMITS = { tries: 3, pauseSeconds: 0.001, longestPauseSeconds: 60 }

test.each([
  ['120', 120],
  [' 0 ', 0],
  ['Mon, 02 Mar 2026 00:00:30 GMT', 30],
  ['Sun, 01 Mar 2026 23:00:00 GMT', 0],
  ['-5', null],
  ['1.5', null],
  ['soon', null],
  ['2026-03-02', null],
  [undefined, null],
])('Retry-After: %s', (value, seconds) => {
  expect(retryAfterSeconds(value, Date.UTC(2026, 2, 2))).toBe(seconds)
})

test('pauses double with jitter, stay within the longest, and are never shorter than what was asked for', () => {
  const limits = { tries: 9, pauseSeconds: 0.5, longestPauseSeconds: 60 }
  expect([1, 2, 3, 20].map((failures) => pauseSeconds(limits, failures, null, 1))).toEqual([0.5, 1, 2, 60])
  expect(pauseSeconds(limits, 3, null, 0)).toBe(1)
  const asked = fc.option(fc.double({ min: 0, max: 1000, noNaN: true }))
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      asked,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failures, seconds, random) => {
        const pause = pauseSeconds(limits, failures, seconds, random)
        expect(pause).toBeGreaterThanOrEqual(seconds ?? 0.25)
        expect(pause).toBeLessThanOrEqual(seconds === null ? 60 : seconds + 1)
      },
    ),
  )
})

test('what is infrastructure is repeated, as often as said; everything else is thrown at once', async () => {
  let calls = 0
  const failing = (error: Error) => async () => {
    calls += 1
    throw error
  }
  await expect(withBackOff(LIMITS, failing(new InfrastructureError('away')))).rejects.toThrow('away')
  expect(calls).toBe(3)
  await expect(withBackOff(LIMITS, failing(new TypeError('a defect')))).rejects.toThrow('a defect')
  expect(calls).toBe(4)
})

test("a pause that is asked for and too long is the caller's matter", async () => {
  await expect(pauseOrThrow(LIMITS, 1, new ArchiveBusy('come back in an hour', 3600))).rejects.toThrow('in an hour')
})

test('giving up ends the pause', async () => {
  const stop = new AbortController()
  const pausing = pauseOrThrow(
    { ...LIMITS, pauseSeconds: 1000, longestPauseSeconds: 1000 },
    1,
    new InfrastructureError('away'),
    stop.signal,
  )
  stop.abort()
  await expect(pausing).rejects.toMatchObject({ name: 'AbortError' })
})

test('connections wait in their order for one that is given back', async () => {
  const limit = new SharedLimit({ connections: 1, bytesPerSecond: null })
  const order: string[] = []
  const first = await limit.connection()
  const work = ['second', 'third'].map(async (name) => {
    using _connection = await limit.connection()
    order.push(name)
  })
  order.push('first')
  first[Symbol.dispose]()
  await Promise.all(work)
  expect(order).toEqual(['first', 'second', 'third'])
})
