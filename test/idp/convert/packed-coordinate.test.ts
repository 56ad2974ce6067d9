import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { degreesOfPackedDegrees, degreesOfPackedHours } from '../../../idp/convert/packed-coordinate.ts'

describe('packed coordinates', () => {
  it.each([
    [100029.63, 150.1234583],
    [0, 0],
    [235959.999, 359.9999958],
    [1.5, 0.00625],
  ])('right ascension %d is %d degrees', (packed, degrees) => {
    expect(degreesOfPackedHours(packed)).toBeCloseTo(degrees, 6)
  })

  it.each([
    [-300724.4416, -30.123456],
    [-724.4, -0.1234444],
    [-0.4, -0.0001111],
    [900000, 90],
  ])('declination %d is %d degrees', (packed, degrees) => {
    expect(degreesOfPackedDegrees(packed)).toBeCloseTo(degrees, 6)
  })

  it.each([240000, -1, 6000, 60, Number.NaN, Number.POSITIVE_INFINITY])('%d is no right ascension', (packed) => {
    expect(degreesOfPackedHours(packed)).toBeNull()
  })

  it.each([900000.1, -910000, 306000, 60])('%d is no declination', (packed) => {
    expect(degreesOfPackedDegrees(packed)).toBeNull()
  })

  it('unpacks what was packed, to a tenth of a milliarcsecond', () => {
    const sexagesimal = (most: number) =>
      fc.tuple(
        fc.integer({ min: 0, max: most - 1 }),
        fc.integer({ min: 0, max: 59 }),
        fc.integer({ min: 0, max: 59_999 }),
      )
    fc.assert(
      fc.property(sexagesimal(24), ([hours, minutes, milliseconds]) => {
        const packed = hours * 10_000 + minutes * 100 + milliseconds / 1000
        const expected = 15 * (hours + minutes / 60 + milliseconds / 3_600_000)
        expect(degreesOfPackedHours(packed)).toBeCloseTo(expected, 7)
      }),
    )
    fc.assert(
      fc.property(sexagesimal(90), fc.constantFrom(-1, 1), ([degrees, minutes, milliseconds], sign) => {
        const packed = sign * (degrees * 10_000 + minutes * 100 + milliseconds / 1000)
        const expected = sign * (degrees + minutes / 60 + milliseconds / 3_600_000)
        expect(degreesOfPackedDegrees(packed)).toBeCloseTo(expected, 7)
      }),
    )
  })
})
