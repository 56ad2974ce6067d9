import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { attemptText } from '../../database/attempts.ts'
import { readHdu, readHeaders } from '../../fits/file.ts'
import { numbersOf, readTable } from '../../fits/table.ts'
import { qcParameters } from '../../pipeline/qc-parameters.ts'
import { type Agreement, compareWithTruth } from '../../simulator/compare-with-truth.ts'
import { readSpectrum, reduce, type Reduction } from '../integration/simulator/reduction.ts'
import { readArchivedSpectra, readTruth } from './archived-spectrum.ts'
import { Installation } from './installation.ts'
import { DATE, expectWholeNight, INSTRUMENT, recipeStarts, type SimulatedBlocks, simulatedBlocks } from './night.ts'

it('the demo night: everything as announced, on record, and the injected spectra are in the archive', async (test) => {
  const installation = new Installation(test)
  const first = await installation.fine('demo', '--exit')
  expect(installation.processes()).toEqual([])
  expect(first).toContain('12 processed, 2 failed, 5 left out')

  await installation.servicesUp()
  await expectWholeNight(installation)
  await expectTextsKept(installation)
  const blocks = simulatedBlocks(installation)
  await expectReport(installation, blocks)

  const before = await everythingDone(installation)
  const second = await installation.fine('demo', '--exit')
  expect(second).toContain('the night has been processed already: done')
  expect(installation.processes()).toEqual([])
  await installation.servicesUp()
  expect(await everythingDone(installation)).toEqual(before)

  const processed = blocks.filter((block) => block.expect === 'processed')
  expect(processed).toHaveLength(12)
  const agreements: Agreement[] = []
  for (const block of processed) agreements.push(...(await agreementsOfArchived(installation, block)))
  // Six spectra of the blue arm, six of the red one with two chips each.
  expect(agreements).toHaveLength(6 + 2 * 6)
  for (const { pullMadRms, wavelengthShiftAngstrom, points } of agreements) {
    expect(points).toBeGreaterThan(20_000)
    expect(pullMadRms).toBeGreaterThan(0.9)
    expect(pullMadRms).toBeLessThan(1.1)
    expect(Math.abs(wavelengthShiftAngstrom)).toBeLessThan(0.012)
  }
  const shifts = agreements.map(({ wavelengthShiftAngstrom }) => wavelengthShiftAngstrom).toSorted((a, b) => a - b)
  expect(Math.abs(((shifts[8] ?? Number.NaN) + (shifts[9] ?? Number.NaN)) / 2)).toBeLessThan(0.003)

  // Once more by hand: the same numbers. Both arms, with and without flux calibration.
  await inLanes(2, [346, 390, 580, 760], async (setting) => {
    const name = processed.find((block) => block.setting === setting)?.name ?? ''
    const reduction = await reduce(installation.home, name, join(installation.home, 'again', name))
    await expectQc1OnRecord(installation, reduction)
    await expectSameAsArchived(installation, reduction)
  })
  await expectAbsorptionCell(installation, processed)
})

/** Log, raw header and set of frames of every recipe that ran, also of the one that failed. */
async function expectTextsKept(installation: Installation): Promise<void> {
  const database = await installation.record()
  for (const { ab_name: abName } of await recipeStarts(installation)) {
    const key = { instrument: INSTRUMENT, abName, generation: 1 }
    const raw = abName.replace(/ab$/, 'fits')
    expect(await attemptText(database, key, 'raw header')).toContain(raw)
    expect(await attemptText(database, key, 'set of frames')).toMatch(new RegExp(`${raw} SCI_POINT_(BLUE|RED)\n`))
    expect(await attemptText(database, key, 'log')).toContain('uves_obs_scired')
  }
}

const report = z.object({
  runs: z.array(z.object({ state: z.string() })),
  abs: z.array(
    z.object({
      abName: z.string(),
      state: z.string(),
      failureKind: z.string().nullable(),
      leftOutCode: z.string().nullable(),
      cause: z.string().nullable(),
      qc1Count: z.number(),
      idps: z.array(z.object({ archiveName: z.string(), state: z.string() })),
    }),
  ),
})

/** What a script reads agrees with what the simulator announced. */
async function expectReport(installation: Installation, blocks: SimulatedBlocks): Promise<void> {
  const { runs, abs } = report.parse(JSON.parse(await installation.fine('report', INSTRUMENT, DATE, '--json')))
  expect(runs).toEqual([{ state: 'done' }])
  expect(abs).toMatchObject(
    blocks.map((block) => ({
      abName: block.name,
      state: block.expect === 'left-out' ? 'left out' : block.expect,
      failureKind: block.kind ?? null,
      leftOutCode: block.reason ?? null,
      cause: {
        processed: null,
        failed: expect.stringContaining(block.causeContains ?? ''),
        'left-out': expect.any(String),
      }[block.expect],
      idps: block.expect === 'processed' ? [{ state: 'live' }] : [],
    })),
  )
  const numbers = abs.map(({ state, qc1Count }) => state === 'processed' && qc1Count >= 131)
  expect(numbers).toEqual(abs.map(({ state }) => state === 'processed'))
}

/** Rows that any work would add to or change. */
async function everythingDone(installation: Installation) {
  const database = await installation.record()
  return {
    runs: await database.selectFrom('date_run').selectAll().orderBy('run_number').execute(),
    orders: await database.selectFrom('processing_order').selectAll().orderBy('order_id').execute(),
    abs: await database.selectFrom('sciproc_ab').selectAll().orderBy('ab_name').execute(),
    starts: await recipeStarts(installation),
    attempts: await database.selectFrom('attempt').selectAll().orderBy('ab_name').execute(),
    idps: await database.selectFrom('idp').selectAll().orderBy('archive_name').execute(),
  }
}

/** Every value that the recipe wrote into any of its products is on record, and nothing else. */
async function expectQc1OnRecord(installation: Installation, { block, products }: Reduction): Promise<void> {
  const headers = await Promise.all([...products.values()].map((path) => readHeaders(path)))
  const written = headers.flatMap((hdus) => qcParameters(hdus.flatMap(({ header }) => header.cards)))
  const database = await installation.record()
  const rows = await database
    .selectFrom('qc1')
    .select(['name', 'chip', 'value', 'text_value as text', 'order_number as orderNumber'])
    .where('ab_name', '=', block.name)
    .execute()
  const lines = (values: readonly Omit<(typeof rows)[number], 'chip'>[]) =>
    values.map(({ name, orderNumber, value, text }) => `${name} ${orderNumber} ${value} ${text}`).toSorted()
  // Of both chips some may be the same to the last digit.
  expect([...new Set(lines(rows))]).toEqual([...new Set(lines(written))])
  const chips = block.rawType.endsWith('_RED') ? ['REDL', 'REDU'] : ['BLUE']
  expect(new Set(rows.map(({ chip }) => chip))).toEqual(new Set(chips))
  expect(rows.filter(({ value }) => value !== null).length).toBeGreaterThan(100)
}

/** What is in the archive is what was injected, chip by chip. */
async function agreementsOfArchived(
  installation: Installation,
  { name, setting }: SimulatedBlocks[number],
): Promise<Agreement[]> {
  const spectra = await readArchivedSpectra(await archivedFile(installation, name), setting)
  const truth = await readTruth(installation.home, name)
  return spectra.map((spectrum) => compareWithTruth(spectrum, truth))
}

/** The archived file holds, sample by sample, what the same recipe gives again. */
async function expectSameAsArchived(installation: Installation, reduction: Reduction): Promise<void> {
  const table = readTable(await readHdu(await archivedFile(installation, reduction.block.name), 1))
  const again: number[] = []
  for (const chip of ['BLUE', 'REDL', 'REDU']) {
    const path = reduction.products.get(`RED_SCI_POINT_${chip}`)
    if (path !== undefined) again.push(...(await readSpectrum(path)).flux)
  }
  expect(again.length).toBeGreaterThan(20_000)
  expect(Array.from(numbersOf(table, 'FLUX_REDUCED'), Number)).toEqual(again)
}

/** The frame through the absorption cell is processed as any other, and its IDP says so. */
async function expectAbsorptionCell(installation: Installation, processed: SimulatedBlocks): Promise<void> {
  const techniques = await Promise.all(
    processed.map(async ({ name }) => {
      const [primary] = await readHeaders(await archivedFile(installation, name))
      return primary?.header.string('OBSTECH')
    }),
  )
  expect(techniques.filter((technique) => technique === 'ECHELLE')).toHaveLength(11)
  expect(techniques.filter((technique) => technique === 'ECHELLE,ABSORPTION-CELL')).toHaveLength(1)
}

async function archivedFile(installation: Installation, abName: string): Promise<string> {
  const database = await installation.record()
  const { archive_name: archiveName } = await database
    .selectFrom('idp')
    .select('archive_name')
    .where('ab_name', '=', abName)
    .executeTakeFirstOrThrow()
  return join(installation.settings.archive.dir, 'idp', archiveName)
}

/** Works on all items, so many at once. */
async function inLanes<T, Result>(
  lanes: number,
  items: readonly T[],
  work: (item: T) => Promise<Result>,
): Promise<Result[]> {
  const waiting = [...items.entries()]
  const results: Result[] = []
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results[next[0]] = await work(next[1])
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return results
}
