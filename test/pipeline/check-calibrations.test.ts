import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Card, double, history, integer, string } from '../../fits/card.ts'
import { formatFits } from '../../fits/file.ts'
import { Header } from '../../fits/header.ts'
import type { Hdu } from '../../fits/hdu.ts'
import { emptyPrimaryHdu, imageHdu } from '../../fits/image.ts'
import { tableHdu } from '../../fits/table.ts'
import { checkCalibrations } from '../../pipeline/check-calibrations.ts'
import { instrumentWith } from './modes.ts'

const { modes, calibrations: rules } = instrumentWith({
  mode: {
    coverage: {
      orders: { category: 'ORDERS', hdu: 1, column: 'Order', foundKeyword: 'ESO QC EX NORD' },
      lines: { category: 'LINES', hdu: 1, column: 'Ident' },
      endTolerance: 0.03,
      centre: { keyword: 'ESO INS GRAT1 WLEN', angstromPerUnit: 10, tolerance: 0.04 },
    },
  },
  calibrations: {
    FLAT: {
      match: [
        'ESO INS MODE',
        { keyword: 'ESO DET OUT1 GAIN', tolerance: 0.1 },
        { keyword: 'ESO INS SLIT2 WID', sinceMjd: 52275 },
      ],
      keywords: [{ type: 'double', names: ['ESO DET OUT1 RON'] }],
      axes: [['ESO DET OUT1 NY'], ['ESO DET OUT1 NX']],
    },
    ORDERS: { extensions: 1, contains: { 'ESO PRO REC1 DRS ID': 'cpl' } },
    LINES: {
      match: [{ keyword: 'ESO INS SLIT2 WID', orRawAtLeast: 2.1, withCalibrationAtMost: 1.5 }],
      extensions: 1,
      history: ['WINDOW', 'OFFSET'],
    },
  },
})
const mode = modes[0] ?? fail()
function fail(): never {
  throw new Error('no mode')
}

const rawCards: Card[] = [
  double('MJD-OBS', 61101),
  string('ESO INS MODE', 'DICHR#2'),
  double('ESO INS SLIT2 WID', 1),
  double('ESO INS GRAT1 WLEN', 437),
  double('ESO DET OUT1 GAIN', 0.55),
  integer('ESO DET OUT1 NX', 2),
  integer('ESO DET OUT1 NY', 3),
]
const flatCards: Card[] = [
  string('ESO INS MODE', 'DICHR#2 '),
  double('ESO INS SLIT2 WID', 1),
  double('ESO DET OUT1 GAIN', 0.57),
  double('ESO DET OUT1 RON', 3.8),
]
const flat = (cards: readonly Card[] = flatCards, shape: [number, number] = [3, 2]): Hdu[] => [
  imageHdu({ header: cards, data: new Float32Array(shape[0] * shape[1]), shape }),
]
const orders = (id = 'cpl-7.2.3'): Hdu[] => [
  emptyPrimaryHdu([string('ESO PRO REC1 DRS ID', id)]),
  tableHdu({ columns: [{ name: 'Order', format: '1J', values: [1, 2, 3] }] }),
]
const windowCards = [history('WINDOW 2'), history('OFFSET 0.0')]
const lines = (wavelengths = [3732, 4400, 5000], cards = windowCards, slit = 1): Hdu[] => [
  emptyPrimaryHdu([double('ESO INS SLIT2 WID', slit)]),
  tableHdu({ columns: [{ name: 'Ident', format: '1D', values: Float64Array.from(wavelengths) }], header: cards }),
]

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-match-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

let count = 0
function check(files: Record<string, Hdu[]>, ...raw: Card[]): Promise<void> {
  const calibrations = Object.entries({ FLAT: flat(), ORDERS: orders(), LINES: lines(), ...files }).map(
    ([category, hdus]) => {
      count += 1
      const path = join(folder, `${count}.fits`)
      writeFileSync(path, formatFits(hdus))
      return { category, fileName: `UV_${category}.fits`, path }
    },
  )
  const header = raw.reduce((changed, card) => changed.with(card), new Header(rawCards))
  return checkCalibrations({ raw: onDisk(header), mode, calibrations, rules })
}
/** As the file has it: one HDU. */
const onDisk = (header: Header) => [{ index: 0, header, headerOffset: 0, dataOffset: 2880, dataBytes: 0 }]
const changed = (...cards: Card[]) => flat(cards.reduce((all, card) => all.with(card), new Header(flatCards)).cards)

describe('calibrations against their raw', () => {
  test('those of the same setting pass; a category without rules is not asked', async () => {
    await expect(check({})).resolves.toBeUndefined()
    await expect(check({ EXTINCTION: flat([]) })).resolves.toBeUndefined()
  })

  test.each<[string, Record<string, Hdu[]>, string]>([
    [
      'mode',
      { FLAT: changed(string('ESO INS MODE', 'BLUE')) },
      "FLAT UV_FLAT.fits does not belong to this raw: its ESO INS MODE is BLUE, the raw's is DICHR#2",
    ],
    ['keyword absent', { FLAT: flat(flatCards.slice(1)) }, "its ESO INS MODE is absent, the raw's is DICHR#2"],
    ['gain', { FLAT: changed(double('ESO DET OUT1 GAIN', 0.62)) }, 'its ESO DET OUT1 GAIN is 0.62'],
    ['type', { FLAT: changed(integer('ESO DET OUT1 RON', 4)) }, 'ESO DET OUT1 RON is an integer'],
    ['size', { FLAT: flat(flatCards, [2, 3]) }, "the image has 2 x 3 pixels, the raw's detector keywords give 3 x 2"],
    ['text', { ORDERS: orders('MIDAS') }, 'ESO PRO REC1 DRS ID is MIDAS, expected something with cpl'],
    ['extensions', { ORDERS: orders().slice(0, 1) }, 'it has 0 extensions, expected 1'],
    ['history', { LINES: lines(undefined, windowCards.slice(0, 1)) }, 'extension 1 has no card HISTORY OFFSET'],
    ['slit', { LINES: lines(undefined, undefined, 0.8) }, "its ESO INS SLIT2 WID is 0.8, the raw's is 1"],
    [
      'content',
      { LINES: lines([3260, 4519]) },
      "LINES: its lines cover 3260 to 4519 Angstrom, which is not centred on the raw's ESO INS GRAT1 WLEN of 4370 Angstrom",
    ],
    [
      'columns',
      { ORDERS: [...orders().slice(0, 1), ...lines().slice(1)] },
      'UV_ORDERS.fits or UV_LINES.fits: the table has no column Order',
    ],
  ])('%s of another setting or form is refused', async (_what, files, cause) => {
    await expect(check(files)).rejects.toMatchObject({ kind: 'input', message: expect.stringContaining(cause) })
  })

  test('an exception by date and one for wide slits', async () => {
    const otherSlit = { FLAT: changed(double('ESO INS SLIT2 WID', 2)) }
    await expect(check(otherSlit)).rejects.toThrow('its ESO INS SLIT2 WID is 2')
    await expect(check(otherSlit, double('MJD-OBS', 52274))).resolves.toBeUndefined()
    const wide = double('ESO INS SLIT2 WID', 2.1)
    await expect(check({ FLAT: changed(wide), LINES: lines(undefined, undefined, 1.5) }, wide)).resolves.toBeUndefined()
    await expect(check({ FLAT: changed(wide), LINES: lines(undefined, undefined, 1.6) }, wide)).rejects.toThrow(
      'SLIT2 WID is 1.6',
    )
  })
})
