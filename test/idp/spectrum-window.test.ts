import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PreviewSpectrum } from '../../idp/preview.ts'
import { spectrumWindow } from '../../idp/spectrum-window.ts'

const facts = {
  object: 'HD 49933',
  instrument: 'UVES',
  setting: 'BLUE437d2',
  exposureSeconds: 1200,
  signalToNoise: 30,
  startedAt: '2026-03-02T03:36:00',
  program: '60.A-9022(A)',
  isFluxCalibrated: false,
  fluxUnit: 'ADU',
}

function spectrum(samples: number, more: Partial<PreviewSpectrum> = {}): PreviewSpectrum {
  const index = Array.from({ length: samples }, (_, i) => i)
  return {
    wave: index.map((i) => 4000 + i * 0.1),
    flux: index.map((i) => i),
    error: index.map(() => 2),
    quality: index.map(() => 0),
    signalToNoisePerOrder: [],
    facts,
    ...more,
  }
}

const whole = { from: null, to: null, columns: 10 }

test('the whole spectrum in columns: middle, extremes, and extremes with their errors', () => {
  const window = spectrumWindow(spectrum(1000), whole)
  expect(window.wave).toHaveLength(11) // the last sample is the right edge
  expect([window.firstWave, window.lastWave]).toEqual([4000, expect.closeTo(4099.9)])
  expect(window.lowest[0]).toBe(0)
  expect(window.highest[0]).toBe(99)
  expect([window.lowestWithError[0], window.highestWithError[0]]).toEqual([-2, 101])
  expect(window.middle[0]).toBe(50)
})

test('a part of it: nothing from outside, and no further than the spectrum reaches', () => {
  const window = spectrumWindow(spectrum(1000), { from: 4010, to: 4020, columns: 100 })
  expect(Math.min(...window.lowest)).toBe(100)
  expect(Math.max(...window.highest)).toBe(200)
  expect(spectrumWindow(spectrum(10), { from: 1, to: 9999, columns: 5 })).toMatchObject({ from: 4000, to: 4000.9 })
  expect(spectrumWindow(spectrum(10), { from: 5000, to: 4000, columns: 5 }).wave).toEqual([])
})

test('samples that are marked bad are not drawn', () => {
  const window = spectrumWindow(spectrum(3, { quality: [0, 1, 0], flux: [1, 1e9, 1] }), whole)
  expect(Math.max(...window.highest)).toBe(1)
})

test('no sample of the part gets lost: the extremes over all columns are those of the samples', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 2, maxLength: 300 }),
      fc.integer({ min: 1, max: 50 }),
      (flux, columns) => {
        const window = spectrumWindow(spectrum(flux.length, { flux }), { from: null, to: null, columns })
        expect(Math.max(...window.highest)).toBe(Math.max(...flux))
        expect(Math.min(...window.lowest)).toBe(Math.min(...flux))
      },
    ),
  )
})
