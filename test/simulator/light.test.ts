import { describe, expect, it } from 'vitest'
import { rawShape, readOut, rotated } from '../../simulator/exposure.ts'
import { addCosmics, flatLight, type Light, scienceLight } from '../../simulator/light.ts'
import { referenceLight } from '../../simulator/observation.ts'
import { randomFrom } from '../../simulator/random.ts'
import { type Chip, setUpOf } from '../../simulator/set-up.ts'
import { blueSettings, chipCases } from './chip-cases.ts'
import { referenceValues } from './reference-values.ts'

const pixelCases = chipCases.filter(({ binning }) => binning === 2)

describe.each(pixelCases)('light before noise on $chip.name at $setting nm', ({ chip, reference }) => {
  const science = scienceLight(chip, referenceLight)
  const flat = flatLight(chip)

  it.each([...reference.pixels])(
    'agrees with the reference at x $xp, y $yp',
    ({ xp, yp, flat: expectedFlat, science: expected }) => {
      expect(relative(pixel(chip, science, xp, yp), expected)).toBeLessThan(1e-4)
      const scatteredAdu = 60 + 20 * Math.sin(xp / 500)
      expect(relative(pixel(chip, flat, xp, yp) + scatteredAdu, expectedFlat)).toBeLessThan(1e-4)
    },
  )
})

describe.each(blueSettings)('light before noise at %i nm', (setting) => {
  it('agrees with the reference over the whole frame', () => {
    const chip = onlyChip(setUpOf(setting).chips)
    const { totals } = referenceValues[setting]
    const [science, flat] = [scienceLight(chip, referenceLight), flatLight(chip)]
    expect(relative(total(science), totals.scienceWithoutCosmics)).toBeLessThan(1e-4)
    expect(relative(total(flat), totals.flatWithoutBackground)).toBeLessThan(1e-4)
  })
})

describe('read-out', () => {
  const dark: Light = new Float64Array(1024 * 1500)
  const blue = onlyChip(setUpOf(437).chips)
  const [rawColumns, rawRows] = rawShape(blue)

  it('turns the frame and leaves the pre- and overscan dark', () => {
    const light = dark.slice()
    light[(11 - 1) * 1024 + (7 - 1)] = 20000
    const adu = readOut(blue, light, randomFrom('turn'))
    expect(adu).toHaveLength(rawColumns * rawRows)
    const brightest = adu.reduce((best, value, i) => (value > (adu[best] ?? 0) ? i : best), 0)
    // raw x = 25 + y', raw y = 1501 - x', both from 1
    expect([(brightest % rawColumns) + 1, Math.floor(brightest / rawColumns) + 1]).toEqual([25 + 7, 1501 - 11])
    expect(rotated(blue, light)[(7 - 1) * 1500 + (11 - 1)]).toBe(20000)
  })

  it('flips the chips of the red arm and gives each its own bias', () => {
    for (const chip of setUpOf(580).chips) {
      const light = new Float64Array(1024 * 2048)
      light[(11 - 1) * 1024 + (7 - 1)] = 20000
      const adu = readOut(chip, light, randomFrom('flip'))
      const [columns, rows] = rawShape(chip)
      expect([columns, rows, adu.length]).toEqual([1074, 2048, 1074 * 2048])
      const brightest = adu.reduce((best, value, i) => (value > (adu[best] ?? 0) ? i : best), 0)
      expect([(brightest % columns) + 1, Math.floor(brightest / columns) + 1]).toEqual([25 + 1025 - 7, 2049 - 11])
      expect(mean(Array.from(adu.subarray(0, 25 * 40)))).toBeCloseTo({ BLUE: 150, REDL: 160, REDU: 180 }[chip.name], -1)
    }
  })

  it('adds bias, read noise and photon noise', () => {
    const light = dark.slice().fill(1000)
    const adu = readOut(blue, light, randomFrom('noise'))
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
    expect(
      readOut(blue, dark.slice().fill(1e6), randomFrom('bright')).slice(rawColumns / 2, rawColumns / 2 + 9),
    ).toEqual(new Uint16Array(9).fill(65535))
  })

  it('puts cosmics of 300 to 4000 ADU on the chip', () => {
    const light = dark.slice()
    addCosmics(blue, light, 150, randomFrom('cosmics'))
    const hit = light.filter((value) => value > 0)
    expect(hit.length).toBeGreaterThan(150)
    expect(hit.length).toBeLessThanOrEqual(750)
    expect(Math.min(...hit)).toBeGreaterThanOrEqual(300)
  })
})

function onlyChip([chip]: readonly Chip[]): Chip {
  if (chip === undefined) throw new Error('no chip')
  return chip
}

function pixel({ crossPixels }: Chip, light: Light, x: number, y: number): number {
  return light[(x - 1) * crossPixels + (y - 1)] ?? Number.NaN
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
