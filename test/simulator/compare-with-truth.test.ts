import { describe, expect, it } from 'vitest'
import { compareWithTruth, type ExtractedSpectrum, type TrueSpectrum } from '../../simulator/compare-with-truth.ts'
import { randomFrom } from '../../simulator/random.ts'
import { lampFactor, referenceStar, starFlux } from '../../simulator/spectra.ts'

const truth: TrueSpectrum = (() => {
  const wavelengthAngstrom = Array.from({ length: 60_000 }, (_, i) => 4000 + i * 0.01)
  return {
    wavelengthAngstrom,
    flux: wavelengthAngstrom.map((wavelength) => starFlux(referenceStar, wavelength)),
    lamp: wavelengthAngstrom.map(lampFactor),
  }
})()

/** A spectrum of 4010 to 4590 Angstrom with a smooth throughput, noise of the given size and its lines shifted. */
function spectrum(noise: number, shiftAngstrom: number, errorFactor = 1): ExtractedSpectrum {
  const random = randomFrom(`spectrum ${noise} ${shiftAngstrom}`)
  const wavelengthAngstrom = Array.from({ length: 19_000 }, (_, i) => 4010 + i * 0.0305)
  const level = wavelengthAngstrom.map((wavelength) => {
    const place = wavelength - shiftAngstrom
    return ((2 + Math.sin(wavelength / 300)) * starFlux(referenceStar, place)) / lampFactor(place)
  })
  return {
    wavelengthAngstrom,
    flux: level.map((value) => value * (1 + noise * random.normal())),
    error: level.map((value) => value * noise * errorFactor),
  }
}

describe('comparison with the injected spectrum', () => {
  it('finds noise, errors and wavelengths as they are', () => {
    const agreement = compareWithTruth(spectrum(0.02, 0), truth)
    expect(agreement.residualMadRms).toBeCloseTo(0.02, 3)
    expect(agreement.pullMadRms).toBeCloseTo(1, 1)
    expect(Math.abs(agreement.wavelengthShiftAngstrom)).toBeLessThan(0.004)
    expect(agreement.points).toBeGreaterThan(15_000)
    expect(agreement.points).toBeLessThan(19_000)
  })

  it.each([0.02, -0.05])('finds lines shifted by %d Angstrom', (shiftAngstrom) => {
    const { wavelengthShiftAngstrom } = compareWithTruth(spectrum(0.01, shiftAngstrom), truth)
    expect(Math.abs(wavelengthShiftAngstrom - shiftAngstrom)).toBeLessThan(0.004)
  })

  it('tells errors that are too small', () => {
    expect(compareWithTruth(spectrum(0.02, 0, 0.5), truth).pullMadRms).toBeGreaterThan(1.9)
  })

  it('is not moved by cosmics and skips points without error', () => {
    const struck = spectrum(0.02, 0)
    const flux = Array.from(struck.flux)
    const error = Array.from(struck.error)
    for (let i = 100; i < flux.length; i += 500) flux[i] = 30
    for (let i = 200; i < flux.length; i += 400) error[i] = 0
    const agreement = compareWithTruth({ ...struck, flux, error }, truth)
    expect(agreement.residualMadRms).toBeCloseTo(0.02, 3)
    expect(Math.abs(agreement.wavelengthShiftAngstrom)).toBeLessThan(0.005)
    expect(agreement.points).toBeLessThan(compareWithTruth(struck, truth).points)
  })

  it('is plainly off for the spectrum of another star', () => {
    const other = { ...truth, flux: Array.from(truth.flux, (flux, i) => flux * (1 + 0.3 * Math.sin(i / 700))) }
    expect(compareWithTruth(spectrum(0.02, 0), other).residualMadRms).toBeGreaterThan(0.1)
  })

  it('refuses what cannot be compared', () => {
    const tiny = { wavelengthAngstrom: [4000, 4300], flux: [1, 1], error: [1, 1] }
    expect(() => compareWithTruth(tiny, truth)).toThrow(RangeError)
    const elsewhere = {
      ...spectrum(0.02, 0),
      wavelengthAngstrom: Array.from({ length: 19_000 }, (_, i) => 7000 + i * 0.03),
    }
    expect(() => compareWithTruth(elsewhere, truth)).toThrow(/does not cover/)
  })
})
