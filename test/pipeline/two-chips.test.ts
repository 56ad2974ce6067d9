import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OutcomeError } from '../../domain/failure.ts'
import { isOfFrame, qualityScores } from '../../domain/scores.ts'
import { type Card, double, history, integer, string } from '../../fits/card.ts'
import { formatFits, readHeaders } from '../../fits/file.ts'
import type { Hdu } from '../../fits/hdu.ts'
import { emptyPrimaryHdu, imageHdu } from '../../fits/image.ts'
import { tableHdu } from '../../fits/table.ts'
import { checkCalibrations } from '../../pipeline/check-calibrations.ts'
import { checkRawFrame } from '../../pipeline/check-raw-frame.ts'
import { chipFrames, isOfChip } from '../../pipeline/chip-header.ts'
import { saturatedPixels } from '../../pipeline/saturation.ts'
import { instrumentWith } from './modes.ts'

const coverage = (chip: string, at: string) => ({
  chip,
  orders: { category: `ORDERS_${chip}`, hdu: 1, column: 'Order', foundKeyword: 'ESO QC EX NORD' },
  lines: { category: `LINES_${chip}`, hdu: 1, column: 'Ident', orderHistory: ['FABSORD', 'LABSORD'] },
  endTolerance: 0.03,
  centre: { keyword: 'ESO INS GRAT2 WLEN', angstromPerUnit: 10, at, tolerance: 0.02 },
})
const { modes, calibrations: rules } = instrumentWith({
  mode: {
    raw: {
      chips: [
        { name: 'REDL', hdu: 2, keywords: [{ type: 'string', names: ['ESO DET CHIP2 ID'] }] },
        { name: 'REDU', hdu: 1, keywords: [{ type: 'string', names: ['ESO DET CHIP1 ID'] }] },
      ],
      keywords: [{ type: 'double', names: ['ESO INS GRAT2 WLEN', 'ESO DET OUT1 GAIN'] }],
      axes: [['ESO DET OUT1 NX'], ['ESO DET OUT1 NY']],
    },
    coverage: [coverage('REDL', 'last'), coverage('REDU', 'first')],
  },
  calibrations: {
    FLAT_REDL: { match: ['ESO DET CHIP2 ID', [{ keyword: 'ESO DET OUT1 GAIN', tolerance: 0.1 }]] },
    FLAT_REDU: { match: ['ESO DET CHIP1 ID', [{ keyword: 'ESO DET OUT1 GAIN', tolerance: 0.1 }]] },
  },
})
const mode = modes[0] ?? fail()
function fail(): never {
  throw new Error('no mode')
}

const shared = [double('ESO INS GRAT2 WLEN', 580), double('ESO DET OUT1 GAIN', 9)]
const ofChip = (number: 1 | 2, gain: number): Card[] => [
  string(`ESO DET CHIP${number} ID`, `CCD-${number}`),
  double('ESO DET OUT1 GAIN', gain),
  integer('ESO DET OUT1 NX', 2),
  integer('ESO DET OUT1 NY', 3),
]
const image = (cards: readonly Card[], value = 1) =>
  imageHdu({ primary: false, header: cards, data: new Uint16Array(6).fill(value), shape: [2, 3] })
const upper = image(ofChip(1, 0.6), 65535)
const lower = image(ofChip(2, 0.52))
const whole = [emptyPrimaryHdu(shared), upper, lower]

let folder = ''
let count = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-two-chips-'))
})
afterAll(() => rmSync(folder, { recursive: true }))
function put(hdus: readonly Hdu[]): string {
  count += 1
  const path = join(folder, `${count}.fits`)
  writeFileSync(path, formatFits(hdus))
  return path
}

/** Cause of a refused input. */
async function problemOf(check: () => Promise<void>): Promise<string> {
  try {
    await check()
    return 'accepted'
  } catch (error) {
    if (error instanceof OutcomeError && error.kind === 'input') return error.message
    throw error
  }
}

describe('a raw with two chips', () => {
  test('is told apart chip by chip, their own cards first', async () => {
    const frames = chipFrames(await readHeaders(put(whole)), mode.raw.chips)
    expect(frames.map(({ chip, header }) => [chip?.name, header.number('ESO DET OUT1 GAIN')])).toEqual([
      ['REDL', 0.52],
      ['REDU', 0.6],
    ])
    expect(frames.map(({ header }) => header.number('ESO INS GRAT2 WLEN'))).toEqual([580, 580])
    expect(isOfChip('MASTER_FLAT_REDL', 'REDL')).toBe(true)
    expect(isOfChip('MASTER_FLAT_REDL', 'REDU')).toBe(false)
    expect(isOfChip('EXTCOEFF_TABLE', null)).toBe(true)
  })

  test.each<[string, readonly Hdu[], string]>([
    ['whole', whole, 'accepted'],
    ['with a third extension', [...whole, image([])], 'accepted'],
    ['chips in the wrong order', [emptyPrimaryHdu(shared), lower, upper], 'REDL: ESO DET CHIP2 ID is missing'],
    ['one chip only', whole.slice(0, 2), 'REDL: the file has no HDU 2 with its pixels'],
    ['none', whole.slice(0, 1), 'REDL: the file has no HDU 2 with its pixels'],
    [
      'a chip of another size',
      [emptyPrimaryHdu(shared), image([...ofChip(1, 0.6).slice(0, 2), integer('ESO DET OUT1 NX', 4)]), lower],
      "REDU: the image has 2 x 3 pixels, the raw's detector keywords give 4",
    ],
  ])('%s', async (_what, hdus, cause) => {
    const headers = await readHeaders(put(hdus))
    const problem = await problemOf(async () => checkRawFrame(headers, mode.raw, new Set()))
    expect(problem).toContain(cause)
  })

  test('saturated pixels are counted on one chip', async () => {
    const path = put(whole)
    expect([await saturatedPixels(path, 65535, 1), await saturatedPixels(path, 65535, 2)]).toEqual([6, 0])
  })
})

describe('calibrations of two chips', () => {
  const lines = (from: number, to: number, orders: number): Hdu[] => [
    emptyPrimaryHdu([]),
    tableHdu({
      columns: [{ name: 'Ident', format: '1D', values: Float64Array.from([from, to]) }],
      header: [history(`FABSORD ${100 + orders - 1}`), history('LABSORD 100')],
    }),
  ]
  const orders = (number: number): Hdu[] => [
    emptyPrimaryHdu([]),
    tableHdu({ columns: [{ name: 'Order', format: '1J', values: [1, number] }] }),
  ]
  const good: Readonly<Record<string, readonly Hdu[]>> = {
    FLAT_REDL: [emptyPrimaryHdu(ofChip(2, 0.52))],
    FLAT_REDU: [emptyPrimaryHdu(ofChip(1, 0.6))],
    ORDERS_REDL: orders(22),
    ORDERS_REDU: orders(15),
    LINES_REDL: lines(4764, 5803, 22),
    LINES_REDU: lines(5818, 6835, 15),
  }
  const of = (category: string) => good[category] ?? fail()
  const both = (gain: number) => [emptyPrimaryHdu([...ofChip(1, gain), ...ofChip(2, gain)])]

  test.each<[string, Readonly<Record<string, readonly Hdu[]>>, string]>([
    ['of their chips', {}, 'accepted'],
    ['flats swapped', { FLAT_REDL: of('FLAT_REDU') }, "its ESO DET CHIP2 ID is absent, the raw's is CCD-2"],
    ['flats swapped, both chips named', { FLAT_REDL: both(0.6) }, "its ESO DET OUT1 GAIN is 0.6, the raw's is 0.52"],
    [
      'line tables swapped',
      { LINES_REDL: of('LINES_REDU') },
      'LINES_REDL: its lines cover 5818 to 6835 Angstrom, which does not end at',
    ],
    [
      'line tables swapped, the other',
      { LINES_REDU: of('LINES_REDL') },
      'LINES_REDU: its lines cover 4764 to 5803 Angstrom, which does not begin at',
    ],
    ['order tables swapped', { ORDERS_REDL: of('ORDERS_REDU') }, 'ORDERS_REDL has 15 orders, LINES_REDL 22'],
  ])('%s', async (_what, changes, cause) => {
    const calibrations = Object.entries({ ...good, ...changes }).map(([category, hdus]) => {
      return { category, fileName: `UV_${category}.fits`, path: put(hdus) }
    })
    const raw = await readHeaders(put(whole))
    const problem = await problemOf(() => checkCalibrations({ raw, mode, calibrations, rules }))
    expect(problem).toContain(cause)
  })
})

test('scores bear the chip in their name, those of the whole frame do not', () => {
  const { modes: scored } = instrumentWith({
    mode: {
      scores: [
        { name: 'orders', of: { parameter: 'QC EX NORD' }, limit: { minimum: 20 } },
        { name: 'warnings', of: { measure: 'pipeline warnings' }, limit: { maximum: 0 } },
      ],
    },
  })
  const all = scored[0]?.scores ?? []
  const measured = {
    parameters: new Map([['QC EX NORD', 15]]),
    keyword: () => null,
    measures: { 'negative flux': null, 'saturated pixels': null, 'pipeline warnings': 0 },
  }
  const ofFrame = all.filter(isOfFrame)
  expect(ofFrame.map(({ name }) => name)).toEqual(['warnings'])
  const scores = qualityScores(
    all.filter((rule) => !isOfFrame(rule)),
    measured,
    new Map(),
    'REDU',
  )
  expect(scores).toMatchObject([{ name: 'orders REDU', score: 1, value: 15 }])
})

test('two primary products of one role need an `idp` section', () => {
  const products = ['RED_REDL', 'RED_REDU'].map((category) => ({ category, role: 'spectrum', primary: true }))
  expect(() => instrumentWith({ mode: { products } })).toThrow('two primary products of one role need an `idp` section')
})
