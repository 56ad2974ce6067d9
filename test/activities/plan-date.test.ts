import { expect, test } from 'vitest'
import { slotsFor } from '../../activities/plan-date.ts'

test.each([
  [1, null, 2],
  [2, null, 3],
  [8, null, 10],
  [64, null, 80],
  [2, 2, 4],
  [2, 0, 2],
])('a host of %i cores with look-ahead %s has %i slots', (cores, lookAhead, expected) => {
  expect(slotsFor(cores, lookAhead)).toBe(expected)
})
