import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isGencalib } from '../../domain/file-name.ts'
import { writeAssociationBlock } from '../../domain/write-association-block.ts'
import { readHdu } from '../../fits/file.ts'
import type { Hdu } from '../../fits/hdu.ts'
import { imageHdu } from '../../fits/image.ts'
import { numbersOf, readTable } from '../../fits/table.ts'
import { compareWithTruth } from '../../simulator/compare-with-truth.ts'
import { type Binning, type SettingName, settingNames, setUpOf } from '../../simulator/set-up.ts'
import { truthHdus } from '../../simulator/truth.ts'
import { readArchivedSpectra } from '../end-to-end/archived-spectrum.ts'
import { install, type Installation, type Verdict } from '../integration/checks/installation.ts'
import { bytesOf, DATE, type Exposure, exposure, forgetFrames } from '../integration/checks/night.ts'

/** Electrons per Angstrom: S/N 0.3, the reference, and a star that saturates the detector. */
const brightness = { faint: 130, reference: 60_000, saturated: 4e7 } as const
const lights = Object.keys(brightness) as (keyof typeof brightness)[]

const setUps: readonly { readonly setting: SettingName; readonly binning: Binning }[] = settingNames.flatMap(
  (setting) =>
    setUpOf(setting).arm === 'BLUE'
      ? [{ setting, binning: 2 as const }]
      : ([2, 1] as const).map((binning) => ({ setting, binning })),
)

describe.each(setUps)('$setting nm, binning $binning', ({ setting, binning }) => {
  const exposures = new Map<string, Exposure>()
  let installation: Installation
  let verdicts: ReadonlyMap<string, Verdict>

  beforeAll(async () => {
    installation = await install()
    for (const [later, light] of lights.entries()) {
      const made = exposure(setting, { later, binning, light: { fluxElectronsPerAngstrom: brightness[light] } })
      exposures.set(light, made)
    }
    exposures.set('absorption cell', exposure(setting, { later: 10, binning, technique: 'ECHELLE,ABSORPTION-CELL' }))
    verdicts = await processed(installation, [...exposures.values()])
    forgetFrames()
  }, 900_000)
  afterAll(() => installation.close())

  test('good frames of any brightness raise no false alarm', () => {
    for (const verdict of verdicts.values()) {
      expect(verdict).toMatchObject({ state: 'processed', kind: null, cause: '' })
    }
    const reference = verdicts.get(exposures.get('reference')?.block.name ?? '')
    expect(reference?.scores.filter(({ score }) => score === 1)).toEqual([])
    expect(reference?.warnings).toBe(0)
  })

  test('the archived spectrum is the injected one, chip by chip', async () => {
    await installation.end(DATE)
    for (const light of ['reference', 'absorption cell']) {
      const { block, observation } = exposures.get(light) ?? fail()
      const spectra = await readArchivedSpectra(await archivedFile(installation, block.name), setting)
      expect(spectra).toHaveLength(setUpOf(setting, binning).chips.length)
      const [, table] = truthHdus(observation)
      const truth = readTable(table ?? fail())
      const column = (name: string) => Array.from(numbersOf(truth, name), Number)
      for (const spectrum of spectra) {
        const injected = { wavelengthAngstrom: column('WAVE'), flux: column('FLUX'), lamp: column('LAMP') }
        const { pullMadRms, wavelengthShiftAngstrom } = compareWithTruth(spectrum, injected)
        expect(pullMadRms).toBeGreaterThan(0.9)
        expect(pullMadRms).toBeLessThan(1.1)
        expect(Math.abs(wavelengthShiftAngstrom)).toBeLessThan(0.012)
      }
    }
  })
})

describe('two chips that differ', () => {
  let installation: Installation
  beforeAll(async () => {
    installation = await install()
  })
  afterAll(() => installation.close())

  test('a response of one chip only: not flux-calibrated, and no failure; a third extension harms nothing', async () => {
    const made = exposure(760)
    const oneResponse = {
      ...made,
      block: {
        ...made.block,
        calibrations: made.block.calibrations.filter(({ category }) => category !== 'MASTER_RESPONSE_REDU'),
      },
    }
    const other = exposure(760, { later: 5 })
    const third: Hdu = imageHdu({ primary: false, header: [], data: new Uint16Array(16), shape: [4, 4] })
    const withThird = { ...other, raw: { ...other.raw, hdus: [...other.raw.hdus, third] } }
    const verdicts = await processed(installation, [oneResponse, withThird])
    for (const verdict of verdicts.values()) expect(verdict).toMatchObject({ state: 'processed', cause: '' })
    const idps = await installation.database
      .selectFrom('idp')
      .select(['flux_calibrated', 'flux_reason'])
      .orderBy('ab_name')
      .execute()
    expect(idps).toEqual([
      { flux_calibrated: false, flux_reason: 'the block lists no master response' },
      { flux_calibrated: true, flux_reason: null },
    ])
    await installation.end(DATE)
    const table = readTable(await readHdu(await archivedFile(installation, other.block.name), 1))
    expect(table.columns.map(({ name }) => name)).toEqual(expect.arrayContaining(['FLUX', 'ERR']))
  }, 600_000)
})

/** Puts what the exposures need into the archive and runs them. */
async function processed(
  installation: Installation,
  exposures: readonly Exposure[],
): Promise<ReadonlyMap<string, Verdict>> {
  const blocks = new Map<string, string>()
  const there = new Set<string>()
  for (const { block, raw, calibrations } of exposures) {
    installation.put('raw', raw.fileName, bytesOf(raw.hdus))
    for (const { fileName, hdus } of calibrations.values()) {
      if (!there.has(fileName)) {
        installation.put(isGencalib(fileName, 'UVES') ? 'gencalib' : 'mcalib', fileName, bytesOf(hdus))
      }
      there.add(fileName)
    }
    blocks.set(block.name, writeAssociationBlock(block))
  }
  return installation.process(DATE, blocks)
}

async function archivedFile({ database, archive }: Installation, abName: string): Promise<string> {
  const { archive_name: name } = await database
    .selectFrom('idp')
    .select('archive_name')
    .where('ab_name', '=', abName)
    .executeTakeFirstOrThrow()
  return join(archive, 'idp', name)
}

function fail(): never {
  throw new Error('no such exposure')
}
