import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytes, duration, number, percent } from '../../monitor/page/format.ts'

test('durations as a log tells them', () => {
  const told = [0.42, 9.96, 59.4, 59.6, 200, 3599, 3600, 7500, 90_000].map(duration)
  expect(told).toEqual([
    '0.4 s',
    '10.0 s',
    '59 s',
    '1 min 00 s',
    '3 min 20 s',
    '59 min 59 s',
    '1 h 00 min',
    '2 h 05 min',
    '1 d 1 h',
  ])
  expect([duration(null), duration(Number.NaN)]).toEqual(['', ''])
})

test('bytes with three digits at most', () => {
  expect([0, 999, 1000, 1_126_080, 8.2e10, 3e15].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1.00 kB',
    '1.13 MB',
    '82.0 GB',
    '3.00 PB',
  ])
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (count) => /^\d{1,4}(\.\d+)? [kMGTP]?B$/.test(bytes(count))),
  )
})

test('numbers without an exponent where none is needed, shares of nothing not at all', () => {
  expect([number(46.7153), number(1e-7), number(0), number(null)]).toEqual(['46.72', '1e-7', '0', ''])
  expect([percent(0, 5), percent(5, 5), percent(1, 3), percent(0, 0)]).toEqual(['0 %', '100 %', '33.3 %', ''])
})
