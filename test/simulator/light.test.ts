import { describe, expect, it } from 'vitest'
import { rawColumns, rawRows, readOut, rotated } from '../../simulator/exposure.ts'
import { addCosmics, flatLight, type Light, scienceLight } from '../../simulator/light.ts'
import { referenceLight } from '../../simulator/observation.ts'
import { randomFrom } from '../../simulator/random.ts'
import { type SettingName, settings } from '../../simulator/uves-blue.ts'
import { referenceValues } from './reference-values.ts'

const names: SettingName[] = [346, 390, 437]

describe.each(names)('light before noise at %i nm', (name) => {
  const { pixels, totals } = referenceValues[name]
  const science = scienceLight(settings[name], referenceLight)
  const flat = flatLight(settings[name])

  it.each([...pixels])(
    'agrees with the reference at x $xp, y $yp',
    ({ xp, yp, flat: expectedFlat, science: expected }) => {
      expect(relative(pixel(science, xp, yp), expected)).toBeLessThan(1e-4)
      const scatteredAdu = 60 + 20 * Math.sin(xp / 500)
      expect(relative(pixel(flat, xp, yp) + scatteredAdu, expectedFlat)).toBeLessThan(1e-4)
    },
  )

  it('agrees with the reference over the whole frame', () => {
    expect(relative(total(science), totals.scienceWithoutCosmics)).toBeLessThan(1e-4)
    expect(relative(total(flat), totals.flatWithoutBackground)).toBeLessThan(1e-4)
  })
})

describe('read-out', () => {
  const dark: Light = new Float64Array(1024 * 1500)

  it('turns the frame and leaves the pre- and overscan dark', () => {
    const light = dark.slice()
    light[(11 - 1) * 1024 + (7 - 1)] = 20000
    const adu = readOut(light, randomFrom('turn'))
    expect(adu).toHaveLength(rawColumns * rawRows)
    const brightest = adu.reduce((best, value, i) => (value > (adu[best] ?? 0) ? i : best), 0)
    // raw x = 25 + y', raw y = 1501 - x', both from 1
    expect([(brightest % rawColumns) + 1, Math.floor(brightest / rawColumns) + 1]).toEqual([25 + 7, 1501 - 11])
    expect(rotated(light)[(7 - 1) * 1500 + (11 - 1)]).toBe(20000)
  })

  it('adds bias, read noise and photon noise', () => {
    const light = dark.slice().fill(1000)
    const adu = readOut(light, randomFrom('noise'))
    const row = (first: number, last: number) =>
      Array.from({ length: rawRows }, (_, j) =>
        Array.from(adu.subarray(j * rawColumns + first, j * rawColumns + last)),
      ).flat()
    expect(mean(row(0, 25))).toBeCloseTo(150, 1)
    expect(deviation(row(0, 25))).toBeCloseTo(Math.hypot(2.09, Math.sqrt(1 / 12)), 1)
    expect(mean(row(25, 1049))).toBeCloseTo(150 + 1820 * 0.55, 0)
    expect(deviation(row(25, 1049))).toBeCloseTo(Math.hypot(2.09, Math.sqrt(1820) * 0.55), 0)
  })

  it('saturates instead of wrapping', () => {
    expect(readOut(dark.slice().fill(1e6), randomFrom('bright')).slice(rawColumns / 2, rawColumns / 2 + 9)).toEqual(
      new Uint16Array(9).fill(65535),
    )
  })

  it('puts cosmics of 300 to 4000 ADU on the chip', () => {
    const light = dark.slice()
    addCosmics(light, 150, randomFrom('cosmics'))
    const hit = light.filter((value) => value > 0)
    expect(hit.length).toBeGreaterThan(150)
    expect(hit.length).toBeLessThanOrEqual(750)
    expect(Math.min(...hit)).toBeGreaterThanOrEqual(300)
  })
})

function pixel(light: Light, x: number, y: number): number {
  return light[(x - 1) * 1024 + (y - 1)] ?? Number.NaN
}

function total(light: Light): number {
  return light.reduce((sum, value) => sum + value, 0)
}

function relative(value: number, expected: number): number {
  return Math.abs(value / expected - 1)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}
