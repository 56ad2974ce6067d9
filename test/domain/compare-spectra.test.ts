import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ComparedSpectrum, compareSpectra } from '../../domain/compare-spectra.ts'

const STEP = 0.03

/** Lines of two hundred samples' width on a slope, sampled from `start` on, features moved by `shift`. */
function spectrum({ start = 4000, samples = 1000, shift = 0, scale = 1, error = 1 } = {}): ComparedSpectrum {
  const wavelengths = Array.from({ length: samples }, (_, i) => start + STEP * i)
  const flux = wavelengths.map((wavelength) => {
    const at = wavelength - shift - 4000
    return scale * (1000 + at + 200 * Math.sin(at * 2) + 50 * Math.cos(at * 5))
  })
  return { wavelengths, flux, error: flux.map(() => error * scale), quality: flux.map(() => 0) }
}

describe('a spectrum beside another', () => {
  it('is the same as itself', () => {
    const { samples, fluxRatio, fluxRatioSpread, shift, startDifference, endDifference } = compareSpectra(
      spectrum(),
      spectrum(),
    )
    expect([samples, fluxRatio, fluxRatioSpread, startDifference, endDifference]).toEqual([1000, 1, 0, 0, 0])
    expect(shift).toBeCloseTo(0, 12)
  })

  it('tells a scale and a shift apart, also from another grid', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        fc.double({ min: -0.01, max: 0.01, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (scale, shift, offset) => {
          const found = compareSpectra(spectrum({ scale, shift, start: 4000 + offset }), spectrum())
          expect((found.fluxRatio ?? Number.NaN) / scale).toBeCloseTo(1, 2)
          expect(Math.abs((found.shift ?? Number.NaN) - shift)).toBeLessThan(2e-3)
          expect(found.startDifference).toBeCloseTo(offset, 6)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('compares S/N over the same samples', () => {
    const { signalToNoise } = compareSpectra(spectrum({ error: 2 }), spectrum())
    expect((signalToNoise?.trial ?? 0) / (signalToNoise?.live ?? 1)).toBeCloseTo(0.5, 9)
  })

  it('leaves out what is not good in either, and what is no number', () => {
    const trial = spectrum({ samples: 100 })
    const marked = { ...trial, quality: Array.from(trial.quality, (_, i) => (i < 10 ? 1 : 0)) }
    const flux = Array.from(spectrum({ samples: 100 }).flux, (value, i) => (i === 50 ? Number.NaN : value))
    const live = { ...spectrum({ samples: 100 }), flux }
    const found = compareSpectra(marked, live)
    expect(found).toMatchObject({ samples: 89, fluxRatio: 1 })
    expect(found.startDifference).toBeCloseTo(10 * STEP, 6)
  })

  it('says nothing of spectra that have no sample in common, or no structure', () => {
    const nothing = { samples: 0, fluxRatio: null, signalToNoise: null, shift: null, shiftError: null }
    expect(compareSpectra(spectrum({ start: 9000 }), spectrum())).toMatchObject(nothing)
    const flat = { ...spectrum(), flux: Array.from(spectrum().flux, () => 7) }
    expect(compareSpectra(flat, flat)).toMatchObject({ fluxRatio: 1, shift: null })
  })
})
