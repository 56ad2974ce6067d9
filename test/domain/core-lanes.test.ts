import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CoreTime, coreLanes } from '../../domain/core-lanes.ts'

const time = (beginMilliseconds: number, endMilliseconds: number, host = 'muc01'): CoreTime => {
  return { host, beginMilliseconds, endMilliseconds }
}

test('two at once take two lanes, a later one the first that is free; every host has its own', () => {
  const [a, b, c, d] = [time(0, 10), time(5, 15), time(10, 20), time(0, 99, 'muc00')]
  expect(coreLanes([c, a, d, b])).toEqual([
    { host: 'muc00', times: [d] },
    { host: 'muc01', times: [a, c] },
    { host: 'muc01', times: [b] },
  ])
})

test('any times: none is lost, none overlap in a lane, and there are as many lanes as ran at once', () => {
  const times = fc.array(
    fc.record({ begin: fc.integer({ min: 0, max: 200 }), length: fc.integer({ min: 1, max: 50 }) }),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(times, (drawn) => {
      const all = drawn.map(({ begin, length }) => time(begin, begin + length))
      const lanes = coreLanes(all)
      expect(lanes.reduce((total, lane) => total + lane.times.length, 0)).toBe(all.length)
      const atWork = (moment: number) =>
        all.filter(({ beginMilliseconds, endMilliseconds }) => beginMilliseconds <= moment && moment < endMilliseconds)
          .length
      expect(lanes.length).toBe(Math.max(0, ...all.map(({ beginMilliseconds }) => atWork(beginMilliseconds))))
      for (const lane of lanes) {
        const overlaps = lane.times
          .slice(1)
          .filter((next, i) => next.beginMilliseconds < (lane.times[i]?.endMilliseconds ?? next.beginMilliseconds))
        expect(overlaps).toEqual([])
      }
    }),
  )
})
