import { expect, test } from 'vitest'
import { blocksAtOnce, slotsFor } from '../../activities/plan-date.ts'

test.each([
  [1, null, 2, 2],
  [2, null, 3, 3],
  [8, null, 10, 11],
  [64, null, 80, 88],
  [2, 2, 4, 5],
  [2, 0, 2, 2],
])('a host of %i cores with look-ahead %s has %i slots, and at most %i blocks', (cores, lookAhead, slots, blocks) => {
  expect(slotsFor(cores, lookAhead)).toBe(slots)
  expect(blocksAtOnce(cores, lookAhead)).toBe(blocks)
})
