import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { compareWithTruth } from '../../simulator/compare-with-truth.ts'
import { readArchivedSpectra, readTruth } from '../end-to-end/archived-spectrum.ts'
import { Installation } from '../end-to-end/installation.ts'
import { newestRun, recipeStarts } from '../end-to-end/night.ts'

const LOG = 'simulator/logs/uves-science-log.csv'
const HOUR = 3_600_000

const night = z.object({
  blocks: z.array(
    z.object({ name: z.string(), setting: z.number(), binning: z.number(), pixelsOf: z.string(), expect: z.string() }),
  ),
})

/** 60 exposures of two stars through both dichroics, 2x2 and 1x1, with and without the absorption cell. */
test('a 60-AB night of the log with the real pipeline: complete, and the archived spectra are what was injected', {
  timeout: HOUR,
}, async (context) => {
  const DATE = '2016-05-09'
  const installation = new Installation(context)
  await installation.fine('up')
  await installation.fine('simulate', '--from-log', LOG, '--date', DATE, '--exposures', '12')
  await installation.fine('register', 'UVES', DATE)
  await installation.fine('run', 'UVES', DATE, '--wait')

  const { blocks } = night.parse(JSON.parse(readFileSync(join(installation.home, 'night.json'), 'utf8')))
  expect(blocks).toHaveLength(60)
  expect(new Set(blocks.map(({ setting, binning }) => `${setting} ${binning}`))).toEqual(
    new Set(['346 2', '437 2', '564 2', '860 1']),
  )
  expect((await newestRun(installation))?.state).toBe('done')
  const database = await installation.record()
  const abs = await database.selectFrom('sciproc_ab').select(['ab_name', 'state', 'cause']).orderBy('ab_name').execute()
  expect(abs).toEqual(blocks.map(({ name }) => ({ ab_name: name, state: 'processed', cause: null })))
  expect(await recipeStarts(installation)).toHaveLength(60)

  const idps = await database.selectFrom('idp').select(['ab_name', 'archive_name', 'state']).execute()
  expect(idps.map(({ state }) => state)).toEqual(blocks.map(() => 'live'))
  const shifts: number[] = []
  for (const { name, setting, pixelsOf } of blocks) {
    const archiveName = idps.find(({ ab_name: abName }) => abName === name)?.archive_name ?? ''
    const spectra = await readArchivedSpectra(join(installation.settings.archive.dir, 'idp', archiveName), setting)
    expect(spectra).toHaveLength(setting > 500 ? 2 : 1)
    const truth = await readTruth(installation.home, `${pixelsOf}.ab`)
    for (const spectrum of spectra) {
      const { points, pullMadRms, wavelengthShiftAngstrom } = compareWithTruth(spectrum, truth)
      expect(points).toBeGreaterThan(20_000)
      expect(pullMadRms).toBeGreaterThan(0.85)
      expect(pullMadRms).toBeLessThan(1.1)
      expect(Math.abs(wavelengthShiftAngstrom)).toBeLessThan(0.015)
      shifts.push(wavelengthShiftAngstrom)
    }
  }
  const sorted = shifts.toSorted((a, b) => a - b)
  expect(Math.abs(sorted[sorted.length >> 1] ?? Number.NaN)).toBeLessThan(0.003)
})
