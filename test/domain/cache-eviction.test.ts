import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CachedFile, toEvict } from '../../domain/cache-eviction.ts'

const file = (id: string, bytes: number, lastUsedMs: number, isLeased = false): CachedFile => ({
  id,
  bytes,
  lastUsedMs,
  isLeased,
})

test('the longest unused goes first, and no more than has to', () => {
  const files = [file('new', 10, 3), file('old', 10, 1), file('middle', 10, 2)]
  expect(toEvict(files, { limitBytes: 40, newBytes: 10 })).toEqual([])
  expect(toEvict(files, { limitBytes: 30, newBytes: 5 })).toEqual(['old'])
  expect(toEvict(files, { limitBytes: 30, newBytes: 11 })).toEqual(['old', 'middle'])
})

test('what is leased stays, and what does not fit beside it is not worth an eviction', () => {
  const files = [file('leased', 20, 1, true), file('free', 10, 2)]
  expect(toEvict(files, { limitBytes: 30, newBytes: 10 })).toEqual(['free'])
  expect(toEvict(files, { limitBytes: 30, newBytes: 11 })).toBeNull()
})

test('whatever is held: never a leased one, within the limit, in the order of use, and none too many', () => {
  const held = fc.record({
    bytes: fc.nat(100),
    lastUsedMs: fc.nat(50),
    isLeased: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(held, { maxLength: 20 }), fc.nat(1500), fc.nat(200), (all, limitBytes, newBytes) => {
      const files = all.map((facts, index) => ({ id: `${index}`, ...facts }))
      const leased = files.filter(({ isLeased }) => isLeased)
      const sum = (some: readonly CachedFile[]) => some.reduce((bytes, one) => bytes + one.bytes, 0)
      const evicted = toEvict(files, { limitBytes, newBytes })
      const isImpossible = sum(leased) + newBytes > limitBytes
      expect(evicted === null).toBe(isImpossible)
      const gone = files.filter(({ id }) => evicted?.includes(id))
      const kept = files.filter(({ id }) => !evicted?.includes(id))
      expect(gone.every(({ isLeased }) => !isLeased)).toBe(true)
      expect(isImpossible || sum(kept) + newBytes <= limitBytes).toBe(true)
      const newestGone = Math.max(...gone.map(({ lastUsedMs }) => lastUsedMs))
      const free = kept.filter(({ isLeased }) => !isLeased)
      expect(free.every(({ lastUsedMs }) => gone.length === 0 || lastUsedMs >= newestGone)).toBe(true)
      const last = files.find(({ id }) => id === evicted?.at(-1))
      expect(last === undefined || sum(kept) + newBytes + last.bytes > limitBytes).toBe(true)
    }),
    { numRuns: 2000 },
  )
})
