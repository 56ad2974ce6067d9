import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isTrial, sampleOf, trialGeneration } from '../../domain/trial.ts'

const candidates = fc.uniqueArray(
  fc.record({
    abName: fc.integer({ min: 0, max: 999 }).map((i) => `UVES.${String(i).padStart(3, '0')}.ab`),
    setting: fc.constantFrom('346', '390', '437', '580'),
  }),
  { selector: ({ abName }) => abName, maxLength: 60 },
)

test('a sample is as large as asked for, made of the blocks, the same in whatever order they come', () => {
  fc.assert(
    fc.property(candidates, fc.integer({ min: 0, max: 80 }), (blocks, size) => {
      const sample = sampleOf(blocks, size)
      expect(sample).toHaveLength(Math.min(size, blocks.length))
      expect(new Set(sample).size).toBe(sample.length)
      expect(blocks).toEqual(expect.arrayContaining([...sample]))
      expect(sampleOf(blocks.toReversed(), size)).toEqual(sample)
    }),
  )
})

test('it is spread over the settings: none has two more than another that has blocks left', () => {
  fc.assert(
    fc.property(candidates, fc.integer({ min: 1, max: 80 }), (blocks, size) => {
      const sample = sampleOf(blocks, size)
      const countIn = (all: typeof sample, setting: string) => all.filter((block) => block.setting === setting).length
      const settings = [...new Set(blocks.map(({ setting }) => setting))]
      const counts = settings.map((setting) => countIn(sample, setting))
      const notExhausted = settings.filter((setting) => countIn(sample, setting) < countIn(blocks, setting))
      const least = Math.min(...notExhausted.map((setting) => countIn(sample, setting)), Number.POSITIVE_INFINITY)
      expect(Math.max(...counts, 0)).toBeLessThanOrEqual(least + 1)
    }),
  )
})

test('within a setting it is spread over the night', () => {
  const night = Array.from({ length: 9 }, (_, i) => ({ abName: `${i}.ab`, setting: '390' }))
  expect(sampleOf(night, 3).map(({ abName }) => abName)).toEqual(['0.ab', '3.ab', '6.ab'])
  expect(sampleOf(night, 2).map(({ abName }) => abName)).toEqual(['0.ab', '4.ab'])
})

test('the generations of trials are below zero, those of answers above', () => {
  expect([isTrial(trialGeneration(7)), isTrial(1)]).toEqual([true, false])
})
