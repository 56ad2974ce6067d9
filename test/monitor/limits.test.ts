import { expect, test } from 'vitest'
import { qualityScores } from '../../domain/scores.ts'
import { limitsOf } from '../../monitor/page/parts/limits.ts'

const measured = {
  parameters: new Map([['QC X', 5]]),
  keyword: () => null,
  measures: { 'negative flux': null, 'saturated pixels': null, 'pipeline warnings': null },
}
const limitText = (
  limit: { minimum?: number; maximum?: number } | { deviations: number },
  history: readonly number[] = [],
) =>
  qualityScores(
    [{ name: 'x', of: { parameter: 'QC X' }, statistic: 'median', limit }],
    measured,
    new Map([['x', history]]),
  )[0]?.limit ?? ''

test('the numbers that are drawn are those of the text that a score keeps', () => {
  expect(limitsOf(limitText({ minimum: 1 }))).toEqual([1])
  expect(limitsOf(limitText({ maximum: 0.005 }))).toEqual([0.005])
  expect(limitsOf(limitText({ minimum: -2, maximum: 9 }))).toEqual([-2, 9])
  const history = Array.from({ length: 40 }, (_, i) => 10 + (i % 5))
  expect(limitsOf(limitText({ deviations: 10 }, history))).toEqual([2, 22])
})

test('no limit, no line', () => {
  expect(limitsOf(limitText({ deviations: 10 }))).toEqual([])
  expect(limitsOf(null)).toEqual([])
  expect(limitsOf('at most 3 days; none in the block')).toEqual([3])
})
