import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Card, double, integer } from '../../fits/card.ts'
import { formatFits } from '../../fits/file.ts'
import { Header } from '../../fits/header.ts'
import type { Hdu } from '../../fits/hdu.ts'
import { emptyPrimaryHdu, imageHdu } from '../../fits/image.ts'
import { tableHdu } from '../../fits/table.ts'
import { checkProducts } from '../../pipeline/check-products.ts'
import { saturatedPixels } from '../../pipeline/saturation.ts'
import { modeWith } from './modes.ts'

const mode = modeWith({
  products: [
    { category: 'RED', role: 'spectrum', primary: true },
    { category: 'ERRORBAR', role: 'error', errorOf: 'RED' },
    { category: 'FLUXCAL', role: 'flux', with: ['RESPONSE'] },
  ],
  coverage: {
    orders: { category: 'ORDERS', hdu: 1, column: 'Order', foundKeyword: 'ESO QC EX NORD' },
    lines: { category: 'LINES', hdu: 1, column: 'Ident' },
    endTolerance: 0.03,
    centre: { keyword: 'ESO INS GRAT1 WLEN', angstromPerUnit: 10, tolerance: 0.04 },
  },
  fatalWarnings: ['^Provided line and order tables are incompatible'],
})
const raw = new Header([double('ESO INS GRAT1 WLEN', 437)])
const samples = 1001

/** 3732 to 5000 Angstrom in 1001 samples. */
const axis: Card[] = [
  double('CRVAL1', 3732),
  double('CRPIX1', 1),
  double('CDELT1', 1.268),
  integer('ESO QC EX NORD', 31),
]
const spectrum = (valueAt: (index: number) => number, cards = axis, length = samples): Hdu[] => [
  imageHdu({ header: cards, data: Float32Array.from({ length }, (_, i) => valueAt(i)), shape: [length] }),
]
const table = (name: string, values: readonly number[]): Hdu[] => [
  emptyPrimaryHdu([]),
  tableHdu({ columns: [{ name, format: '1D', values: Float64Array.from(values) }] }),
]
const good = { RED: spectrum((i) => i - 50), ERRORBAR: spectrum(() => 2) }

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-check-products-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

let count = 0
function put(category: string, hdus: readonly Hdu[]) {
  count += 1
  const path = join(folder, `${count}.fits`)
  const bytes = formatFits(hdus)
  writeFileSync(path, bytes)
  return { category, fileName: `${category}.fits`, path, bytes: bytes.length }
}

function check(changes: Record<string, Hdu[] | null> = {}, warnings: string[] = [], response: Hdu[] | null = null) {
  const products = Object.entries({ ...good, ...changes }).flatMap(([category, hdus]) =>
    hdus === null ? [] : [put(category, hdus)],
  )
  const given = [
    put('ORDERS', table('Order', [3, 1, 31])),
    put('LINES', table('Ident', [4990, 3740, 4400])),
    ...(response === null ? [] : [put('RESPONSE', response)]),
  ]
  return checkProducts({ products, mode, raw, given, warnings })
}
const moved = (start: number, step = 1.268, orders = 31) => [
  double('CRVAL1', start),
  double('CRPIX1', 1),
  double('CDELT1', step),
  integer('ESO QC EX NORD', orders),
]

describe('products of a recipe that ended well', () => {
  test('sound ones pass, and the share of negative flux is told', async () => {
    const [facts] = await check()
    expect(facts?.negativeFlux).toBeCloseTo(50 / samples)
    expect(facts?.header.integer('ESO QC EX NORD')).toBe(31)
  })

  test('faint, negative, with holes: never a failure', async () => {
    await expect(check({ RED: spectrum(() => -1e-9) })).resolves.toMatchObject([{ negativeFlux: 1 }])
    await expect(check({ RED: spectrum((i) => (i % 3 === 0 ? Number.NaN : 0.1)) })).resolves.toBeDefined()
    await expect(check({ RED: spectrum((i) => (i === 500 ? 1 : 0)) })).resolves.toBeDefined()
    await expect(
      check({ RED: spectrum(() => 65535) }, ['Too few points (4) to fit global polynomial']),
    ).resolves.toBeDefined()
    await expect(check({ ERRORBAR: spectrum((i) => (i < 20 ? 0 : 1)) })).resolves.toBeDefined()
  })

  test.each<[string, Record<string, Hdu[] | null>, string]>([
    ['missing', { ERRORBAR: null }, 'the recipe ended well but made no ERRORBAR'],
    ['zeros', { RED: spectrum(() => 0) }, 'RED holds nothing but zeros'],
    ['NaN', { RED: spectrum(() => Number.NaN) }, 'RED holds no number'],
    [
      'mostly NaN',
      { RED: spectrum((i) => (i % 3 === 0 ? 1 : Number.NaN)) },
      'RED: only 334 of 1001 samples are numbers',
    ],
    ['empty', { RED: spectrum(() => 0, axis, 0) }, 'RED is empty'],
    [
      'errors of another length',
      { ERRORBAR: spectrum(() => 2, moved(3732, 1.27), 1000) },
      'ERRORBAR has 1000 samples, RED 1001',
    ],
    ['errors not above zero', { ERRORBAR: spectrum(() => -1) }, 'ERRORBAR: only 0 of 1001 errors are above zero'],
    ['orders missing', { RED: spectrum(() => 1, moved(3732, 1.268, 30)) }, 'RED has 30 orders, the order table has 31'],
    [
      'orders untold',
      { RED: spectrum(() => 1, axis.slice(0, 3)) },
      'RED has no ESO QC EX NORD, the order table has 31',
    ],
    ['an earlier start', { RED: spectrum(() => 1, moved(3600, 1.4)) }, 'cover 3600 to 5000'],
    [
      'another start',
      { RED: spectrum(() => 1, moved(3378)) },
      'its samples cover 3378 to 4646 Angstrom, the arc lines cover 3740 to 4990',
    ],
    ['shorter', { RED: spectrum(() => 1, moved(3732, 1.2)) }, 'cover 3732 to 4932'],
    ['no wavelengths', { RED: spectrum(() => 1, axis.slice(1)) }, 'RED has no wavelengths'],
  ])('%s: a failure', async (_what, changes, cause) => {
    await expect(check(changes)).rejects.toMatchObject({ kind: 'product', message: expect.stringContaining(cause) })
  })

  test('a line table of another setting, with the product that it gives', async () => {
    const given = [put('ORDERS', table('Order', [1, 31])), put('LINES', table('Ident', [3260, 4519]))]
    const products = [
      put(
        'RED',
        spectrum(() => 1, moved(3260, 1.259)),
      ),
      put(
        'ERRORBAR',
        spectrum(() => 1, moved(3260, 1.259)),
      ),
    ]
    await expect(checkProducts({ products, mode, raw, given, warnings: [] })).rejects.toThrow('not centred on')
  })

  test('a warning that tells of wrong data is one', async () => {
    await expect(check({}, ['Provided line and order tables are incompatible. Orders 1 to 39'])).rejects.toThrow(
      'the pipeline warns: Provided line and order tables are incompatible. Orders 1 to 39',
    )
  })

  test('products of the flux calibration are expected when its files were given', async () => {
    await expect(
      check(
        {},
        [],
        spectrum(() => 1),
      ),
    ).rejects.toThrow('made no FLUXCAL')
    await expect(
      check(
        { FLUXCAL: spectrum(() => 1) },
        [],
        spectrum(() => 1),
      ),
    ).resolves.toBeDefined()
  })
})

test('saturated pixels are counted in all images of a raw', async () => {
  const image = (primary: boolean, data: number[]) =>
    imageHdu({ header: [], data: Uint16Array.from(data), shape: [data.length], primary })
  const { path } = put('RAW', [emptyPrimaryHdu([]), image(false, [65535, 65534, 65535]), image(false, [0, 65535])])
  expect(await saturatedPixels(path, 65535)).toBe(3)
  expect(await saturatedPixels(path, 65534)).toBe(4)
})
