import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyChecksums } from '../../../fits/file.ts'
import { type SimulatedNight, simulateNight } from '../../../simulator/night.ts'
import { zeroRawError } from '../../../simulator/night-plan.ts'
import type { BlueSettingName } from '../../../simulator/set-up.ts'
import { referenceValues } from '../../simulator/reference-values.ts'
import { agreementOf, productOf, readSpectrum, reduce } from './reduction.ts'

const qcNumbers: Readonly<Record<BlueSettingName, number>> = { 346: 139, 390: 163, 437: 131 }
/** A narrow line of the star, Angstrom. */
const narrowLine: Readonly<Record<BlueSettingName, number>> = { 346: 3581.19, 390: 4045.81, 437: 4383.54 }
const settings: BlueSettingName[] = [346, 390, 437]

let folder: string
let night: SimulatedNight

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phoenix-reduction-'))
  night = await simulateNight({
    instrument: 'UVES',
    date: '2026-03-01',
    seed: 3,
    folder,
    plan: { executable: 4, settings },
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(settings)('the real recipe on the reference exposure at %i nm', (setting) => {
  it('gives all products, the injected spectrum and right wavelengths', async () => {
    const name = night.blocks.find((block) => block.setting === setting && block.expect === 'processed')?.name ?? ''
    const reduction = await reduce(folder, name, join(folder, 'work', String(setting)))
    expect(reduction.exitCode).toBe(0)
    expect(reduction.products.size).toBe(setting === 390 ? 16 : 14)
    expect(warningsOf(reduction.log)).toEqual(setting === 390 ? ['Use master response'] : [])

    const { product, calibratedOrders } = referenceValues[setting]
    const { header, flux, wavelengthAngstrom } = await readSpectrum(productOf(reduction, 'RED_SCI_POINT_BLUE'))
    expect(Math.abs(flux.length / product.naxis1 - 1)).toBeLessThan(0.01)
    expect(wavelengthAngstrom.at(0)).toBeCloseTo(product.firstAngstrom, 0)
    expect(wavelengthAngstrom.at(-1)).toBeCloseTo(product.lastAngstrom, 0)
    expect(Math.abs((header.number('CDELT1') ?? 0) / product.stepAngstrom - 1)).toBeLessThan(0.01)

    const orders = calibratedOrders[1] - calibratedOrders[0] + 1
    const ofOrders = (what: string) =>
      Array.from({ length: orders }, (_, i) => header.number(`ESO QC ORD${i + 1} OBJ ${what}`) ?? Number.NaN)
    expect(header.integer('ESO QC EX NORD')).toBe(orders)
    expect(header.integer('ESO QC EX YSIZE')).toBe(14)
    expect(header.cards.filter(({ keyword }) => keyword.startsWith('ESO QC '))).toHaveLength(qcNumbers[setting])
    expect(median(ofOrders('SN'))).toBeGreaterThan(45)
    expect(median(ofOrders('SN'))).toBeLessThan(49)
    expect(median(ofOrders('POS'))).toBeCloseTo(7.93, 1)
    expect(median(ofOrders('FWHM'))).toBeCloseTo(3.77, 1)

    const agreement = await agreementOf(folder, reduction)
    expect(agreement.residualMadRms).toBeGreaterThan(0.021)
    expect(agreement.residualMadRms).toBeLessThan(0.024)
    expect(agreement.pullMadRms).toBeGreaterThan(0.9)
    expect(agreement.pullMadRms).toBeLessThan(1.1)
    expect(Math.abs(agreement.wavelengthShiftAngstrom)).toBeLessThan(0.006)
    expect(agreement.points).toBeGreaterThan(30_000)
    expect(Math.abs(lineCentre(wavelengthAngstrom, flux, narrowLine[setting]) - narrowLine[setting])).toBeLessThan(0.02)
  })
})

describe('the real recipe on what is not an ordinary exposure', () => {
  it('reproduces another star, brighter and moving, as well', async () => {
    const name = night.blocks.filter(({ expect: what }) => what === 'processed').at(-1)?.name ?? ''
    const reduction = await reduce(folder, name, join(folder, 'work', 'other'))
    const { pullMadRms, wavelengthShiftAngstrom } = await agreementOf(folder, reduction)
    expect(pullMadRms).toBeGreaterThan(0.9)
    expect(pullMadRms).toBeLessThan(1.1)
    expect(Math.abs(wavelengthShiftAngstrom)).toBeLessThan(0.006)
  })

  it('fails on a raw of zeros with the error that the night announces', async () => {
    const name = night.blocks.find(({ raw }) => raw === 'zero')?.name ?? ''
    const reduction = await reduce(folder, name, join(folder, 'work', 'zero'))
    expect(reduction.exitCode).toBe(10)
    const [first = ''] = reduction.log.split('\n').filter((line) => /dump_one_level.* \[1\/\d+\]/.test(line))
    expect(first).toContain(zeroRawError({ setting: 437, binning: 2, technique: 'ECHELLE' }))
  })

  it('ends with exit code 0 on damaged pixels: only the checksum tells', async () => {
    const name = night.blocks.find(({ raw }) => raw === 'damaged')?.name ?? ''
    const reduction = await reduce(folder, name, join(folder, 'work', 'damaged'))
    expect(reduction.exitCode).toBe(0)
    expect(reduction.products.size).toBeGreaterThanOrEqual(14)
    const raw = join(folder, 'archive', 'raw', name.replace(/ab$/, 'fits'))
    expect((await verifyChecksums(raw)).map(({ datasum }) => datasum)).toEqual(['wrong'])
  })
})

/** Recipe warnings without the two that every run has: keywords that occur twice, and their count. */
function warningsOf(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => line.includes('[WARNING]') && !/Non-unique FITS key|Recipe produced/.test(line))
    .map((line) => line.replace(/^.*\[tid=\d+\] */, '').trim())
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** Depth-weighted centre of an absorption line, Angstrom. */
function lineCentre(wavelength: readonly number[], flux: readonly number[], near: number): number {
  const inLine = wavelength
    .map((value, i) => ({ value, flux: flux[i] ?? 0 }))
    .filter(({ value }) => Math.abs(value - near) < 0.4)
  const level = median(
    wavelength.flatMap((value, i) =>
      Math.abs(value - near) > 0.6 && Math.abs(value - near) < 2 ? [flux[i] ?? 0] : [],
    ),
  )
  const depth = inLine.map((point) => level - point.flux)
  const total = depth.reduce((sum, value) => sum + value, 0)
  return inLine.reduce((sum, { value }, i) => sum + value * (depth[i] ?? 0), 0) / total
}
