import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimated } from '../../../idp/preview/decimated.ts'
import { plotFrame, xOf, yOf } from '../../../idp/preview/frame.ts'
import { escaped } from '../../../idp/preview/markup.ts'
import { label, ticks } from '../../../idp/preview/ticks.ts'

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true })

describe('decimated', () => {
  it('keeps the extremes of every pixel column and every good sample between them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(finite, fc.double({ min: 0, max: 10, noNaN: true })), { minLength: 2, maxLength: 3000 }),
        (pairs) => {
          const samples = {
            wave: pairs.map((_, i) => 4000 + i * 0.5),
            flux: pairs.map(([flux]) => flux),
            error: pairs.map(([, error]) => error),
            quality: pairs.map((_, i) => (i % 7 === 3 ? 1 : 0)),
          }
          const frame = plotFrame(samples, true)
          const columns = decimated(samples, frame)
          expect(columns.every(({ x }, i) => i === 0 || x > (columns[i - 1]?.x ?? 0))).toBe(true)
          const good = pairs.flatMap(([flux, error], i) =>
            samples.quality[i] === 0 ? [{ flux, error, wave: 4000 + i * 0.5 }] : [],
          )
          for (const column of columns) {
            const inside = good.filter(({ wave }) => Math.floor(xOf(frame, wave)) === column.x)
            expect(column.lowest).toBe(Math.min(...inside.map(({ flux }) => flux)))
            expect(column.highest).toBe(Math.max(...inside.map(({ flux }) => flux)))
            expect(column.lowestWithError).toBe(Math.min(...inside.map(({ flux, error }) => flux - error)))
            expect(column.highestWithError).toBe(Math.max(...inside.map(({ flux, error }) => flux + error)))
            expect(inside.map(({ flux }) => flux)).toContain(column.middle)
          }
        },
      ),
      { numRuns: 20 },
    )
  })
})

describe('plotFrame', () => {
  const samples = (flux: readonly number[]) => ({ wave: flux.map((_, i) => i), flux, quality: flux.map(() => 0) })
  const flat = Array.from({ length: 2000 }, () => 10)

  it('is not moved by a spike, and always shows zero', () => {
    const spiked = flat.map((value, i) => (i === 700 ? 1e9 : value))
    expect(plotFrame(samples(spiked), true)).toEqual(plotFrame(samples(flat), true))
    expect(plotFrame(samples(flat), true)).toMatchObject({ lowestFlux: 0, highestFlux: 10.8 })
    expect(plotFrame(samples(flat.map((value) => -value)), true)).toMatchObject({ lowestFlux: -10.8, highestFlux: 0.8 })
  })

  it('maps its corners to the corners of the plot', () => {
    const frame = plotFrame(samples(flat), true)
    expect(xOf(frame, frame.firstWave)).toBe(frame.left)
    expect(xOf(frame, frame.lastWave)).toBe(frame.left + frame.width)
    expect(yOf(frame, frame.lowestFlux)).toBe(frame.top + frame.height)
    expect(yOf(frame, frame.highestFlux)).toBe(frame.top)
  })
})

describe('ticks', () => {
  it.each([
    [0, 6000, 5, [0, 2000, 4000, 6000]],
    [-0.3, 0.35, 5, [-0.2, 0, 0.2]],
    [3282, 4512, 9, [3400, 3600, 3800, 4000, 4200, 4400]],
    [5, 5, 5, []],
    [0, Number.NaN, 5, []],
  ])('%d to %d, about %d', (low, high, about, expected) => {
    expect(ticks(low, high, about)).toEqual(expected)
  })

  it('lie inside, ascend, and are few', () => {
    fc.assert(
      fc.property(finite, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (low, span) => {
        const found = ticks(low, low + span, 6)
        expect(found.length).toBeGreaterThan(1)
        expect(found.length).toBeLessThanOrEqual(7)
        const tolerance = 1e-6 * span + 1e-11 * Math.abs(low)
        for (const [i, tick] of found.entries()) {
          expect(tick).toBeGreaterThanOrEqual(low - tolerance)
          expect(tick).toBeLessThanOrEqual(low + span + tolerance)
          expect(tick).toBeGreaterThan(found[i - 1] ?? Number.NEGATIVE_INFINITY)
        }
      }),
    )
  })

  it('have short labels', () => {
    expect([0, 0.5, 12_000, 2e6, 3e-7].map(label)).toEqual(['0', '0.5', '12000', '2e6', '3e-7'])
  })
})

describe('escaped', () => {
  it('leaves no markup in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escaped(text)).not.toMatch(/[<>"]|&(?!amp;|lt;|gt;|quot;)|\p{Cc}/u)
      }),
    )
  })
})
