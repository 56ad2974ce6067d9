import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Card, double, integer, string } from '../../../fits/card.ts'
import { formatFits, readFits, readHeaders, verifyChecksums, writeFits } from '../../../fits/file.ts'
import { formatHeader } from '../../../fits/header.ts'
import { imageHdu, readImage } from '../../../fits/image.ts'
import { fitsverify } from './judge.ts'

const run = promisify(execFile)
const COLUMNS = 1074
const ROWS = 1500
const BIAS_LEVEL = 150

/** The cards that uves_cal_mbias reads, and a few that it copies into its product. */
const biasCards = (exposure: number): Card[] => [
  string('ORIGIN', 'ESO'),
  string('INSTRUME', 'UVES'),
  string('OBJECT', 'BIAS'),
  double('EXPTIME', 0),
  double('MJD-OBS', 60000.5 + exposure / 1000),
  string('DATE-OBS', `2023-02-25T12:0${exposure}:00.000`),
  string('ARCFILE', `UVES.2023-02-25T12:0${exposure}:00.000.fits`),
  ...['1', '2'].flatMap((axis) => [
    string(`CTYPE${axis}`, 'PIXEL'),
    double(`CRVAL${axis}`, 1),
    double(`CRPIX${axis}`, 1),
    double(`CDELT${axis}`, 2),
  ]),
  string('ESO DPR CATG', 'CALIB'),
  string('ESO DPR TYPE', 'BIAS'),
  integer('ESO OBS ID', 200123456),
  integer('ESO DET CHIPS', 1),
  string('ESO DET CHIP1 ID', 'CCD-44b'),
  integer('ESO DET WIN1 BINX', 2),
  integer('ESO DET WIN1 BINY', 2),
  string('ESO DET READ SPEED', '50kHz,2x2,high'),
  integer('ESO DET OUTPUTS', 1),
  integer('ESO DET OUT1 NX', 1024),
  integer('ESO DET OUT1 NY', 1500),
  integer('ESO DET OUT1 PRSCX', 25),
  integer('ESO DET OUT1 OVSCX', 25),
  double('ESO DET OUT1 RON', 3.8),
  double('ESO DET OUT1 GAIN', 0.55),
]

/** Uniform noise of +-4 ADU from a small generator: the recipe needs a spread, not a law. */
function biasPixels(seed: number): Uint16Array {
  let state = seed
  return Uint16Array.from({ length: COLUMNS * ROWS }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return BIAS_LEVEL - 4 + Math.floor((state / 2 ** 32) * 9)
  })
}

describe('uves_cal_mbias on frames that we wrote', () => {
  let folder = ''
  let products: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fits-pipeline-'))
    await mkdir(join(folder, 'products'))
    const raws: string[] = []
    for (const exposure of [1, 2, 3]) {
      const path = join(folder, `bias${exposure}.fits`)
      await writeFits(path, [
        imageHdu({ header: biasCards(exposure), data: biasPixels(exposure), shape: [COLUMNS, ROWS] }),
      ])
      raws.push(path)
    }
    await writeFile(join(folder, 'in.sof'), raws.map((path) => `${path} BIAS_BLUE\n`).join(''))
    // biome-ignore format: the options in pairs
    await run('esorex', ['--output-dir=products', '--log-dir=.', '--log-file=esorex.log', '--suppress-prefix=TRUE',
      '--suppress-link=TRUE', '--msg-level=warning', 'uves_cal_mbias', 'in.sof'], { cwd: folder, env: { ...process.env, HOME: folder } })
    products = (await readdir(join(folder, 'products'))).map((name) => join(folder, 'products', name))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('gives the level that we put in', async () => {
    expect(products.map((path) => path.split('/').at(-1))).toContain('masterbias_blue.fits')
    const [master] = await readFits(join(folder, 'products', 'masterbias_blue.fits'))
    if (master === undefined) throw new Error('the product has no HDU')
    const { shape, data } = readImage(master)
    expect(shape).toEqual([1500, 1024])
    expect(data).toBeInstanceOf(Float32Array)
    const mean = [...data].map(Number).reduce((sum, value) => sum + value, 0) / data.length
    expect(Math.abs(mean - BIAS_LEVEL)).toBeLessThan(0.05)
  })

  test('keeps our values in the header of its product', async () => {
    const [primary] = await readHeaders(join(folder, 'products', 'masterbias_blue.fits'))
    expect(primary?.header.string('ESO PRO CATG')).toBe('MASTER_BIAS_BLUE')
    expect(primary?.header.integer('ESO DET WIN1 BINX')).toBe(2)
    expect(primary?.header.integer('ESO OBS ID')).toBe(200123456)
    expect(primary?.header.number('ESO DET OUT1 GAIN')).toBe(0.55)
    expect(primary?.header.number('MJD-OBS')).toBe(60000.501)
  })

  test('products are read without loss: every card and the whole file, byte by byte', async () => {
    for (const path of products) {
      const original = await readFile(path)
      for (const { header, headerOffset, dataOffset } of await readHeaders(path))
        expect(Buffer.from(formatHeader(header)).toString('latin1')).toBe(
          original.toString('latin1', headerOffset, dataOffset),
        )
      expect(Buffer.compare(formatFits(await readFits(path)), original)).toBe(0)
    }
  })

  test('a product written again by us, with checksums, is right for fitsverify', async () => {
    const path = join(folder, 'again.fits')
    await writeFits(path, await readFits(join(folder, 'products', 'masterbias_blue.fits')))
    expect(await fitsverify(path)).toMatchObject({ errors: 0 })
    expect(await verifyChecksums(path)).toMatchObject([{ datasum: 'right', checksum: 'right' }])
  })
})
