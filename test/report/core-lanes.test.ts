import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coreLanes, type Span } from '../../report/core-lanes.ts'

const span = (start: number, end: number | null, host = 'muc01'): Span => {
  return { host, startedAt: new Date(start), endedAt: end === null ? null : new Date(end) }
}

test('two at once take two lanes, a later one the first that is free; every host has its own', () => {
  const [a, b, c, d] = [span(0, 10), span(5, 15), span(10, 20), span(0, 99, 'muc00')]
  expect(coreLanes([c, a, d, b])).toEqual([
    { host: 'muc00', spans: [d] },
    { host: 'muc01', spans: [a, c] },
    { host: 'muc01', spans: [b] },
  ])
})

test('what has not ended keeps its lane', () => {
  expect(coreLanes([span(0, null), span(50, 60)])).toHaveLength(2)
})

test('any spans: none is lost, none overlap in a lane, and there are as many lanes as ran at once', () => {
  const spans = fc.array(
    fc.record({ start: fc.integer({ min: 0, max: 200 }), length: fc.integer({ min: 1, max: 50 }) }),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(spans, (drawn) => {
      const all = drawn.map(({ start, length }) => span(start, start + length))
      const lanes = coreLanes(all)
      expect(lanes.reduce((total, lane) => total + lane.spans.length, 0)).toBe(all.length)
      const atWork = (time: number) =>
        all.filter(({ startedAt, endedAt }) => startedAt.getTime() <= time && time < Number(endedAt)).length
      expect(lanes.length).toBe(Math.max(0, ...all.map(({ startedAt }) => atWork(startedAt.getTime()))))
      for (const lane of lanes) {
        const overlaps = lane.spans
          .slice(1)
          .filter((next, i) => next.startedAt < (lane.spans[i]?.endedAt ?? next.startedAt))
        expect(overlaps).toEqual([])
      }
    }),
  )
})
