import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareWithTruth } from '../../../simulator/compare-with-truth.ts'
import { type SimulatedLogNight, simulateLogNight } from '../../../simulator/log-night.ts'
import { readArchivedSpectra, readTruth } from '../../end-to-end/archived-spectrum.ts'
import { install, type Installation, type Verdict } from './installation.ts'

/** Two exposures of 346 nm and two of 564 nm, not in step. */
const DATE = '2016-05-20'

let folder: string
let night: SimulatedLogNight
let installation: Installation
let verdicts: ReadonlyMap<string, Verdict>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-log-night-'))
  const logs = {
    scienceLog: 'simulator/logs/uves-science-log.csv',
    calibrationLog: 'simulator/logs/uves-calibration-log.csv',
  }
  night = await simulateLogNight({ date: DATE, seed: 1, folder, ...logs, exposures: 2 })
  installation = await install()
  for (const room of ['raw', 'mcalib', 'gencalib'] as const) {
    for (const name of readdirSync(join(folder, 'archive', room))) {
      installation.put(room, name, readFileSync(join(folder, 'archive', room, name)))
    }
  }
  const blocks = join(folder, 'ab', 'UVES', DATE)
  const texts = readdirSync(blocks).map((name) => [name, readFileSync(join(blocks, name), 'utf8')] as const)
  verdicts = await installation.process(DATE, new Map(texts))
  await installation.end(DATE)
}, 300_000)
afterAll(async () => {
  await installation.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a real night of both arms on the real pipeline: complete, no false alarm', () => {
  expect(night.blocks.map(({ setting }) => setting).toSorted((a, b) => a - b)).toEqual([346, 346, 564, 564])
  for (const { name } of night.blocks) {
    expect({ name, ...verdicts.get(name) }).toMatchObject({ name, state: 'processed', cause: '' })
    expect(verdicts.get(name)?.scores.find((score) => score.name === 'association')).toMatchObject({ value: 0 })
  }
})

test('what is in the archive is what was injected, chip by chip', async () => {
  const idps = await installation.database.selectFrom('idp').select(['ab_name', 'archive_name', 'state']).execute()
  expect(idps.map(({ ab_name: abName }) => abName).toSorted()).toEqual(night.blocks.map(({ name }) => name))
  const archiveName = new Map(idps.map((idp) => [idp.ab_name, idp.archive_name]))
  for (const { name, pixelsOf, setting } of night.blocks) {
    const path = join(installation.archive, 'idp', archiveName.get(name) ?? '')
    const spectra = await readArchivedSpectra(path, setting)
    expect(spectra).toHaveLength(setting === 564 ? 2 : 1)
    const truth = await readTruth(folder, `${pixelsOf}.ab`)
    for (const spectrum of spectra) {
      const { points, pullMadRms, wavelengthShiftAngstrom } = compareWithTruth(spectrum, truth)
      expect(points).toBeGreaterThan(20_000)
      expect(pullMadRms).toBeGreaterThan(0.85)
      expect(pullMadRms).toBeLessThan(1.1)
      expect(Math.abs(wavelengthShiftAngstrom)).toBeLessThan(0.012)
    }
  }
})
