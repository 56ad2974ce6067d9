import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../simulator/random.ts'

describe('random numbers', () => {
  it('repeat for the same seed and differ for another', () => {
    const sequence = (seed: string) => Array.from({ length: 20 }, randomFrom(seed).uniform)
    fc.assert(
      fc.property(fc.string(), (seed) => {
        expect(sequence(seed)).toEqual(sequence(seed))
        expect(sequence(`${seed}x`)).not.toEqual(sequence(seed))
      }),
    )
  })

  it('stay in their range', () => {
    const random = randomFrom('range')
    const whole = Array.from({ length: 2000 }, () => random.integer(-2, 2))
    expect(new Set(whole)).toEqual(new Set([-2, -1, 0, 1, 2]))
    const uniform = Array.from({ length: 2000 }, random.uniform)
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...uniform)).toBeLessThan(1)
    expect(new Set(Array.from({ length: 50 }, () => random.pick(['a', 'b'])))).toEqual(new Set(['a', 'b']))
  })

  it.each([0.3, 5, 40, 60, 900])('Poisson of mean %d has that mean and variance', (expected) => {
    const random = randomFrom(`poisson ${expected}`)
    const counts = Array.from({ length: 40000 }, () => random.poisson(expected))
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length
    expect(counts.every((count) => Number.isInteger(count) && count >= 0)).toBe(true)
    expect(Math.abs(mean - expected)).toBeLessThan(5 * Math.sqrt(expected / counts.length))
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.06)
  })

  it('no light gives no electrons', () => {
    expect(randomFrom('dark').poisson(0)).toBe(0)
  })

  it('normal has mean 0, variance 1 and the right share beyond 2 sigma', () => {
    const random = randomFrom('normal')
    const values = Array.from({ length: 100_000 }, random.normal)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.016)
    expect(Math.abs(variance - 1)).toBeLessThan(0.025)
    expect(values.filter((value) => Math.abs(value) > 2).length / values.length).toBeCloseTo(0.0455, 2)
  })
})
