import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHdu } from '../../../fits/file.ts'
import { readImage } from '../../../fits/image.ts'
import { numbersOf, readTable } from '../../../fits/table.ts'
import { nacoDetector } from '../../../simulator/naco-frames.ts'
import { type SimulatedNacoNight, simulateNacoNight } from '../../../simulator/naco-night.ts'
import { install, type Installation, type Verdict } from '../checks/installation.ts'

const DATE = '2026-03-01'

let folder: string
let night: SimulatedNacoNight
let installation: Installation
let verdicts: ReadonlyMap<string, Verdict>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-naco-'))
  night = await simulateNacoNight({ date: DATE, seed: 3, folder, executable: 2 })
  installation = await install(undefined, 'NACO')
  for (const room of ['raw', 'mcalib'] as const) {
    for (const name of readdirSync(join(folder, 'archive', room))) {
      installation.put(room, name, readFileSync(join(folder, 'archive', room, name)))
    }
  }
  const blocks = join(folder, 'ab', 'NACO', DATE)
  verdicts = await installation.process(
    DATE,
    new Map(readdirSync(blocks).map((name) => [name, readFileSync(join(blocks, name), 'utf8')])),
  )
  await installation.end(DATE)
}, 120_000)
afterAll(async () => {
  await installation.close()
  rmSync(folder, { recursive: true, force: true })
})

test('every block of another instrument ends as announced, by its instrument file alone', () => {
  expect([...verdicts.keys()].toSorted()).toEqual(night.blocks.map(({ name }) => name).toSorted())
  for (const block of night.blocks) {
    const verdict = verdicts.get(block.name)
    expect({ ...block, state: verdict?.state }).toMatchObject({
      state: block.expect === 'left-out' ? 'left out' : block.expect,
    })
    expect(verdict?.kind).toBe(block.expect === 'failed' ? block.kind : null)
    expect(verdict?.cause).toContain(block.expect === 'failed' ? block.causeContains : '')
  }
})

test('QC1 parameters with their units, scores, and one archived image per processed block are on record', async () => {
  const processed = night.blocks.filter(({ expect: end }) => end === 'processed').map(({ name }) => name)
  for (const name of processed) {
    const rows = await installation.database
      .selectFrom('qc1')
      .select(['name', 'value', 'unit'])
      .where('ab_name', '=', name)
      .execute()
    const quality = rows.find((row) => row.name === 'QC IQ')
    // 2 pixels of sigma are 4.7 of FWHM, 0.128 arcsec.
    expect(quality?.value).toBeGreaterThan(0.12)
    expect(quality?.value).toBeLessThan(0.14)
    expect(quality?.unit).toBe('arcsec')
    const scores = verdicts.get(name)?.scores ?? []
    expect(scores.find((score) => score.name === 'image quality (arcsec)')).toMatchObject({ score: 0 })
    expect(scores.find((score) => score.name === 'association')).toMatchObject({ score: 0 })
  }
  const idps = await installation.database.selectFrom('idp').selectAll().orderBy('ab_name').execute()
  expect(idps).toMatchObject(
    processed.toSorted().map((name) => ({ ab_name: name, state: 'live', kind: 'unconverted', role: 'image' })),
  )
  for (const { archive_name: name, sha256 } of idps) {
    expect(
      createHash('sha256')
        .update(readFileSync(join(installation.archive, 'idp', name)))
        .digest('hex'),
    ).toBe(sha256)
  }
})

test('the archived image shows the injected stars: where they are to each other, and how bright', async () => {
  const idps = await installation.database.selectFrom('idp').select(['ab_name', 'archive_name']).execute()
  expect(idps).toHaveLength(2)
  for (const { ab_name: abName, archive_name: archiveName } of idps) {
    const truth = readTable(await readHdu(join(folder, 'truth', abName.replace(/ab$/, 'fits')), 'TRUTH'))
    const column = (name: string) => Array.from(numbersOf(truth, name), Number)
    const [xs, ys, fluxes] = [column('X'), column('Y'), column('FLUX')]
    const image = readImage(await readHdu(join(installation.archive, 'idp', archiveName), 0))
    const [width = 0] = image.shape
    const pixel = (x: number, y: number) => Number(image.data[(y - 1) * width + x - 1] ?? Number.NaN)
    const shift = shiftOf(xs, ys, pixel)
    xs.forEach((x, i) => {
      const { centre, flux } = photometry(x + shift.x, (ys[i] ?? 0) + shift.y, pixel)
      expect(Math.hypot(centre.x - x - shift.x, centre.y - (ys[i] ?? 0) - shift.y)).toBeLessThan(0.3)
      expect(flux / (fluxes[i] ?? 0)).toBeGreaterThan(0.93)
      expect(flux / (fluxes[i] ?? 0)).toBeLessThan(1.07)
    })
  }
})

type PixelAt = (x: number, y: number) => number

/** The union of the frames is larger than one: by how much the first lies in it, from the brightest pixels of all stars together. */
function shiftOf(xs: readonly number[], ys: readonly number[], pixel: PixelAt): { x: number; y: number } {
  let best = { x: 0, y: 0, light: Number.NEGATIVE_INFINITY }
  for (let x = 0; x <= 45; x++) {
    for (let y = 0; y <= 45; y++) {
      const light = xs.reduce((sum, each, i) => sum + pixel(Math.round(each + x), Math.round((ys[i] ?? 0) + y)), 0)
      if (light > best.light) best = { x, y, light }
    }
  }
  return best
}

/** Light within five sigma, and its centre; the sky has been subtracted. */
function photometry(x: number, y: number, pixel: PixelAt): { centre: { x: number; y: number }; flux: number } {
  const radius = Math.ceil(5 * nacoDetector.starSigmaPixels)
  let [flux, sumX, sumY] = [0, 0, 0]
  for (let i = Math.round(x) - radius; i <= Math.round(x) + radius; i++) {
    for (let j = Math.round(y) - radius; j <= Math.round(y) + radius; j++) {
      const light = pixel(i, j)
      flux += light
      sumX += light * i
      sumY += light * j
    }
  }
  return { centre: { x: sumX / flux, y: sumY / flux }, flux }
}
