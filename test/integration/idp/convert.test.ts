import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RealProducts, realProducts } from '../../../bench/real-products.ts'
import type { IdpSection } from '../../../domain/idp-section.ts'
import type { Instrument } from '../../../domain/instrument.ts'
import { readHdu, readHeaders, verifyChecksums } from '../../../fits/file.ts'
import { numbersOf, readTable } from '../../../fits/table.ts'
import { type ConversionRequest, convertFiles } from '../../../idp/convert.ts'
import { makeIdp } from '../../../idp/make-idp.ts'
import { expectationsOf } from '../../../idp/validate.ts'
import { loadInstrument } from '../../../settings/instruments.ts'
import { fitsverify } from '../fits/judge.ts'
import { expectTrueToTheStar, scienceOf } from './science.ts'

let folder: string
let instrument: Instrument
const exposures = new Map<number, RealProducts>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phoenix-convert-'))
  instrument = await loadInstrument('instruments', 'UVES')
  for (const setting of [437, 390] as const) {
    exposures.set(setting, await realProducts(setting, join(folder, String(setting))))
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each([
  [437, 'UNCALIBRATED', 'SRED'],
  [390, 'ABSOLUTE', 'SFLX'],
] as const)('the IDP of a real product at %i nm (%s)', (setting, fluxCalibration, code) => {
  it('passes fitsverify, astropy and every rule of the standard', async () => {
    const conversion = request(setting)
    const made = await makeIdp({ conversion, expectations: expectationsOf(instrument) })
    const { path, originalName, bytes, sha256 } = made.conversion
    expect(originalName).toMatch(new RegExp(`^UV_${code}_\\d+_2026-03-0\\dT[\\d:.]+_BLUE${setting}d2_2x2_10\\.fits$`))
    expect(await fitsverify(path)).toMatchObject({ errors: 0, warnings: 0 })
    expect((await verifyChecksums(path)).map(({ checksum, datasum }) => [checksum, datasum])).toEqual([
      ['right', 'right'],
      ['right', 'right'],
    ])
    // The simulated line tables do not tell the accuracy of their wavelengths: SPEC_ERR and SPEC_SYE are only recommended.
    expect(made.findings.filter(({ rule }) => rule !== 'P46')).toEqual([])
    const written = await readFile(path)
    expect(bytes).toBe(written.byteLength)
    expect(sha256).toBe(createHash('sha256').update(written).digest('hex'))
  })

  it('holds the injected spectrum, with right errors and wavelengths', async () => {
    const { path } = await convertFiles(request(setting))
    const [science] = await scienceOf([{ idp: path, truth: exposures.get(setting)?.truth ?? '' }])
    expect(science?.FLUXCAL).toBe(fluxCalibration)
    expectTrueToTheStar(science)
  })

  it('may have a name on the disk that would be too long for an archive', async () => {
    const conversion = request(setting, {}, `${'UVES.2026-03-02T03:36:00.000_TAG.'.repeat(3)}fits`)
    const { findings } = await makeIdp({ conversion, expectations: expectationsOf(instrument) })
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('has the same bytes when converted again', async () => {
    const { sha256, path } = await convertFiles(request(setting))
    expect((await convertFiles(request(setting, {}, 'again.fits'))).sha256).toBe(sha256)
    const names = (await readHeaders(path)).flatMap(({ header }) => header.cards.map(({ keyword }) => keyword))
    expect(names).toContain('DATE')
    expect(names).not.toContain('ARCFILE')
  })
})

describe('flux calibration', () => {
  // The response of the simulated night was taken in the afternoon before.
  it.each<[string, Partial<IdpSection['fluxCalibration']>, RegExp]>([
    ['never, by the choice of the stream', { case: 2 }, /^this stream is never flux-calibrated$/],
    [
      'not with an expired response',
      { responseValidityDays: 0.1 },
      /is 0\.\d days away from the exposure, its validity is 0\.1 days$/,
    ],
    [
      'not across a breakpoint',
      { breakpoints: { BLUE: ['2026-03-02'] } },
      /^UV_MRSP_260301A_BLUE390d2_2x2\.fits lies on the other side of the change of 2026-03-02$/,
    ],
  ])('is made %s', async (_, changes, reason) => {
    const full = await convertFiles(request(390))
    const bare = await convertFiles(request(390, changes, 'bare.fits'))
    expect(full).toMatchObject({ fluxCalibrated: true, reason: null })
    expect(bare.fluxCalibrated).toBe(false)
    expect(bare.reason).toMatch(reason)
    expect(bare.originalName).toBe(full.originalName.replace('SFLX', 'SRED'))
    const [primary] = await readHeaders(bare.path)
    expect(primary?.header.string('FLUXCAL')).toBe('UNCALIBRATED')
    expect(primary?.header.number('FLUXERR')).toBe(-1)
    expect(primary?.header.texts('HISTORY').join('')).toBe(`Not flux-calibrated: ${bare.reason}`)
    for (const name of ['WAVE', 'FLUX_REDUCED', 'ERR_REDUCED', 'BGFLUX_REDUCED', 'QUAL'])
      expect(await column(bare.path, name)).toEqual(await column(full.path, name))
  })

  it('is not made, for a reason, when the recipe was given no response or made no such spectrum', async () => {
    const { calibrations, products } = request(390)
    const withoutResponse = calibrations.filter(({ category }) => category !== 'MASTER_RESPONSE_BLUE')
    expect((await convertFiles({ ...request(390), calibrations: withoutResponse })).reason).toBe(
      'the block lists no master response',
    )
    const withoutFlux = products.filter(({ category }) => category !== 'FLUXCAL_SCI_POINT_BLUE')
    expect((await convertFiles({ ...request(390), products: withoutFlux })).reason).toBe(
      'the recipe made no flux-calibrated spectrum of BLUE',
    )
  })
})

describe('products that do not make an IDP', () => {
  it.each([
    ['RED_SCI_POINT_BLUE', 'the recipe made no spectrum of BLUE'],
    ['ERRORBAR_SCI_POINT_BLUE', 'the recipe made no error spectrum of BLUE'],
  ])('are refused without %s', async (category, message) => {
    const products = request(437).products.filter((product) => product.category !== category)
    await expect(convertFiles({ ...request(437), products })).rejects.toMatchObject({ kind: 'idp', message })
  })

  it('are refused without a line table, or with an image for a spectrum', async () => {
    const { calibrations, products } = request(437)
    const withoutLines = calibrations.filter(({ category }) => category !== 'LINE_TABLE_BLUE')
    await expect(convertFiles({ ...request(437), calibrations: withoutLines })).rejects.toThrow(
      'the block lists no LINE_TABLE_BLUE',
    )
    const image = products.find(({ category }) => category === 'WAVE_MAP_BLUE')?.path ?? ''
    const wrong = products.map((product) =>
      product.category === 'RED_SCI_POINT_BLUE' ? { ...product, path: image } : product,
    )
    await expect(convertFiles({ ...request(437), products: wrong })).rejects.toThrow('is no one-dimensional spectrum')
  })
})

function request(
  setting: number,
  flux: Partial<IdpSection['fluxCalibration']> = {},
  name = `${setting}.fits`,
): ConversionRequest {
  const exposure = exposures.get(setting)
  if (exposure === undefined || instrument.idp === undefined) throw new Error(`no exposure at ${setting} nm`)
  const { raws, calibrations, products } = exposure
  return {
    section: { ...instrument.idp, fluxCalibration: { ...instrument.idp.fluxCalibration, ...flux } },
    raws,
    calibrations,
    products,
    database: {},
    archiveName: null,
    attemptEndedAt: new Date('2026-03-03T10:00:00.123Z'),
    path: join(folder, name),
  }
}

async function column(path: string, name: string): Promise<ArrayLike<number>> {
  return numbersOf(readTable(await readHdu(path, 'SPECTRUM'), [name]), name)
}
