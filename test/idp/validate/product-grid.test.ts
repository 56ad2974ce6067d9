import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Grid, matchGrid } from '../../../idp/validate/product-grid.ts'

const grid = (start: number, step: number, length: number): Grid => ({ start, step, values: new Float32Array(length) })

/** Samples `from` to `to` (not included) of a grid. */
const samples = ({ start, step }: Grid, from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => start + (from + index) * step)

describe('the grids of two chips', () => {
  const lower = grid(4780, 0.03, 1000)
  const upper = grid(4809, 0.031, 1000)

  test('joined anywhere in their overlap, padding cut or not', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.integer({ min: 970, max: 1000 }), (cutBefore, cutAfter, join) => {
        const left = samples(lower, cutBefore, join)
        const first = upper.values.length - cutAfter
        const from = Math.max(0, Math.ceil((lower.start + (join - 1) * lower.step - upper.start) / upper.step) + 1)
        const wave = [...left, ...samples(upper, from, first)]
        const { chips, indices, failedAt } = matchGrid(wave, 1, [lower, upper], 0.01)
        expect(failedAt).toBeNull()
        expect([...chips]).toEqual(wave.map((_, index) => (index < left.length ? 0 : 1)))
        expect(indices[0]).toBe(cutBefore)
        expect(indices.at(-1)).toBe(first - 1)
      }),
    )
  })

  test('in other units', () => {
    const wave = [...samples(lower, 0, 900), ...samples(upper, 100, 1000)].map((angstrom) => angstrom / 10)
    expect(matchGrid(wave, 10, [lower, upper], 0.01).failedAt).toBeNull()
  })

  test('the chips the wrong way round, or one of them missing', () => {
    const wave = [...samples(lower, 0, 900), ...samples(upper, 0, 1000)]
    expect(matchGrid(wave, 1, [upper, lower], 0.01).failedAt).toBe(900)
    expect(matchGrid(wave, 1, [lower], 0.01).failedAt).toBe(900)
  })
})

test('a sample left out, shifted or beyond the end', () => {
  const only = grid(3732, 0.03, 100)
  expect(matchGrid(samples(only, 0, 50).toSpliced(20, 1), 1, [only], 0.01).failedAt).toBe(20)
  expect(matchGrid(samples(only, 0, 101), 1, [only], 0.01).failedAt).toBe(100)
  expect(matchGrid([3732.002], 1, [only], 0.01).failedAt).toBe(0)
  expect(matchGrid([Number.NaN], 1, [only], 0.01).failedAt).toBe(0)
  expect(matchGrid([3732.0002], 1, [only], 0.01).failedAt).toBeNull()
})
