import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convert } from '../../../idp/convert.ts'
import { sampledSpectrum } from '../../../idp/convert/sampled-spectrum.ts'
import { exampleChip, exampleInput } from './example-input.ts'

const response = (wavelength: number) => wavelength / 1000
const small = { samples: 100, first: 5, last: 94, step: 0.1 }
const redl = { ...small, chip: 'REDL', start: 5000 }
const red = { armName: 'RED' }

describe('the samples of two chips', () => {
  it('follow each other by wavelength, whatever their order', () => {
    const chips = [exampleChip({ ...redl, chip: 'REDU', start: 5100, flux: 7 }), exampleChip(redl)] as const
    const { wave, reduced, sky } = sampledSpectrum(exampleInput({ ...red, chips }))
    expect(wave).toHaveLength(200)
    expect(wave[0]).toBe(5000)
    expect(wave[100]).toBe(5100)
    expect(reduced[150]).toBe(7)
    expect(sky).toHaveLength(200)
  })

  it('meet in the middle of their overlap', () => {
    // Usable: 5000.5 to 5009.4 and 5007.5 to 5016.4; the middle of the overlap is 5008.45.
    const chips = [exampleChip(redl), exampleChip({ ...redl, chip: 'REDU', start: 5007, flux: 7 })] as const
    const { wave, reduced } = sampledSpectrum(exampleInput({ ...red, chips }))
    const border = reduced.indexOf(7)
    expect(wave[border - 1]).toBeCloseTo(5008.4, 6)
    expect(wave[border]).toBeCloseTo(5008.5, 6)
  })

  it('always ascend, and lose nothing where the chips do not overlap', () => {
    fc.assert(
      fc.property(fc.double({ min: 4_985, max: 5_030, noNaN: true }), (start) => {
        const chips = [exampleChip(redl), exampleChip({ ...redl, chip: 'REDU', start })] as const
        const { wave } = sampledSpectrum(exampleInput({ ...red, chips }))
        expect(wave.every((value, i) => i === 0 || value > (wave[i - 1] ?? Number.NaN))).toBe(true)
        expect(wave.length === 200 || start <= 5010).toBe(true)
      }),
    )
  })

  it('have no background when one chip has none', () => {
    const chips = [exampleChip(redl), { ...exampleChip({ ...redl, chip: 'REDU', start: 5100 }), sky: null }] as const
    expect(sampledSpectrum(exampleInput({ ...red, chips })).sky).toBeNull()
  })

  it('make one product with values of both', () => {
    const chips = [
      exampleChip({ ...redl, resolvingPower: 40_000, step: 0.1 }),
      exampleChip({ ...redl, chip: 'REDU', start: 5100, step: 0.2, resolvingPower: 42_000 }),
    ] as const
    const [primary, spectrum] = convert(exampleInput({ ...red, chips }))
    expect(primary?.header.string('ORIGFILE')).toBe('UV_SRED_200123456_2023-02-25T03:36:00.000_RED580d2_2x2_08.fits')
    expect(primary?.header.integer('LAMNLIN')).toBe(2252)
    expect(primary?.header.number('LAMRMS')).toBe(2.54e-5)
    expect(primary?.header.number('SPEC_RES')).toBe(41_000)
    expect(primary?.header.number('SPEC_BIN')).toBe(0.015)
    expect(primary?.header.number('WAVELMIN')).toBe(500.05)
    expect(spectrum?.header.integer('NELEM')).toBe(200)
    expect(spectrum?.header.number('APERTURE')).toBe(0.00022222)
  })

  it('name a product of one of the two by its chip', () => {
    const [primary] = convert(exampleInput({ ...red, chips: [exampleChip(redl)] }))
    expect(primary?.header.string('ORIGFILE')).toContain('_REDL580d2_')
  })
})

describe('what is not usable', () => {
  const input = (change: (values: Float32Array) => void, fluxCalibrated = false) => {
    const chip = exampleChip({ ...small, response })
    change((fluxCalibrated ? chip.flux : chip.spectrum)?.values ?? new Float32Array())
    return sampledSpectrum(exampleInput({ chips: [chip], fluxCalibrated }))
  }

  it.each([0, Number.NaN, Number.POSITIVE_INFINITY])('a flux of %d is flagged, and no infinity is written', (value) => {
    const { quality, reduced } = input((values) => values.set([value], 50))
    expect(quality[50]).toBe(1)
    expect(quality[51]).toBe(0)
    expect(Number.isFinite(reduced[50] ?? 0) || Number.isNaN(reduced[50])).toBe(true)
  })

  it('a negative flux is a measurement', () => {
    const { quality, fluxError } = input((values) => values.set([-3], 50), false)
    expect(quality[50]).toBe(0)
    expect(fluxError).toBeNull()
  })

  it('a sample that the response does not reach is flagged, its error finite', () => {
    const { quality, fluxError } = input((values) => values.set([0], 50), true)
    expect(quality[50]).toBe(1)
    expect(fluxError?.[50]).toBeCloseTo(20 * 3.737, 0)
    expect(fluxError?.every((error) => error > 0 && Number.isFinite(error))).toBe(true)
  })

  it('the error of the flux is that of the pipeline scaled as the flux was, for any flux', () => {
    fc.assert(
      fc.property(
        fc.float({ min: 1, max: 1e5, noNaN: true }),
        fc.float({ min: 1, max: 1e4, noNaN: true }),
        (flux, error) => {
          const chip = exampleChip({ ...small, flux, error, response })
          const spectrum = sampledSpectrum(exampleInput({ chips: [chip], fluxCalibrated: true }))
          expect((spectrum.flux?.[50] ?? 0) / (spectrum.fluxError?.[50] ?? 0) / (flux / error)).toBeCloseTo(1, 5)
        },
      ),
    )
  })
})
