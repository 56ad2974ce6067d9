import { describe, expect, it } from 'vitest'
import type { Hdu } from '../../fits/hdu.ts'
import { readImage } from '../../fits/image.ts'
import { numbersOf, readTable } from '../../fits/table.ts'
import { calibrationHdus } from '../../simulator/calibration-frames.ts'
import { calibrationsFor } from '../../simulator/calibrations.ts'
import { calibratedOrders, relativeOrder, traceOrder } from '../../simulator/geometry.ts'
import type { Binning, SettingName } from '../../simulator/set-up.ts'
import { chipCases } from './chip-cases.ts'

function hdusOf(name: SettingName, category: string, seed = 1, binning: Binning = 2): Hdu[] {
  const file = calibrationsFor('2026-03-01', name, binning).find((each) => each.category === category)
  if (file === undefined) throw new Error(`no ${category} at ${name}`)
  return calibrationHdus(file, seed)
}

/** The value of a polynomial table as the pipeline reads it. */
function evaluate(hdu: Hdu | undefined, x1: number, x2: number): number {
  if (hdu === undefined) throw new Error('no table')
  const table = readTable(hdu)
  const [powers1, powers2, values] = ['Order1', 'Order2', 'Coeff'].map((name) =>
    Array.from(numbersOf(table, name), Number),
  )
  const coefficients = values ?? []
  const [shift = 0, shift1 = 0, shift2 = 0, scale = 0, scale1 = 0, scale2 = 0] = coefficients
  const terms = coefficients.map((value, row) => {
    const isScale = row < 6
    expect((powers1?.[row] ?? 0) < 0).toBe(isScale)
    const [i, j] = [powers1?.[row] ?? 0, powers2?.[row] ?? 0]
    return isScale ? 0 : value * ((x1 - shift1) / scale1) ** i * ((x2 - shift2) / scale2) ** j
  })
  return shift + scale * terms.reduce((sum, term) => sum + term, 0)
}

describe.each(chipCases)('calibration tables of $chip.name at $setting nm, binning $binning', (chipCase) => {
  const { setting, binning, chip } = chipCase
  const orders = calibratedOrders(chip)
  const orderTable = hdusOf(setting, `ORDER_TABLE_${chip.name}`, 1, binning)
  const lineTable = hdusOf(setting, `LINE_TABLE_${chip.name}`, 1, binning)
  const places = [orders.at(0), orders.at(orders.length >> 1), orders.at(-1)].flatMap((order = 0) =>
    [1, 700, chip.dispersionPixels].map((x) => ({ order, x })),
  )

  it.each(places)('lead to position, wavelength and number of order $order at x $x', ({ order, x }) => {
    const trace = traceOrder(chip, order)
    const [y = 0, wavelength = 0] = [trace.centrePixels[x - 1], trace.wavelengthAngstrom[x - 1]]
    expect(evaluate(orderTable[2], x, relativeOrder(chip, order))).toBeCloseTo(y, 8)
    for (const window of [0, 1, 2]) {
      expect(evaluate(lineTable[2 + 3 * window], x, order)).toBeCloseTo(order * wavelength, 5)
      expect(Math.round(evaluate(lineTable[3 + 3 * window], x, y))).toBe(order)
    }
  })

  it('have three windows that HISTORY tells apart', () => {
    const tables = lineTable.slice(1)
    expect(tables).toHaveLength(9)
    const third = { BLUE: '5.420054', REDL: '7.326007', REDU: '7.326007' }[chip.name]
    const offset = binning === 2 ? third : '14.652015'
    const offsets = [`-${offset}`, '0.000000', offset]
    tables.forEach(({ header }, i) => {
      expect(header.texts('HISTORY')).toEqual([
        'TRACEID 0',
        `OFFSET ${offsets[Math.floor(i / 3)]}`,
        `WINDOW ${1 + Math.floor(i / 3)}`,
        `FABSORD ${orders.at(-1)}`,
        `LABSORD ${orders.at(0)}`,
      ])
    })
  })
})

describe('master frames', () => {
  it('have the shape of the turned chip, the bias at its level', () => {
    const [bias] = hdusOf(437, 'MASTER_BIAS_BLUE')
    const [flat] = hdusOf(437, 'MASTER_FLAT_BLUE')
    for (const hdu of [bias, flat]) expect(hdu === undefined ? [] : readImage(hdu).shape).toEqual([1500, 1024])
    expect(bias?.header.get('ESO QC OUT1 RON MASTER')?.value).toMatchObject({ type: 'double', value: 1 })
  })

  it('carry of the red arm the cards of their own chip only', () => {
    for (const [chip, own, other] of [['REDL', 'CHIP2', 'CHIP1'] as const, ['REDU', 'CHIP1', 'CHIP2'] as const]) {
      for (const kind of ['MASTER_BIAS', 'MASTER_FLAT', 'ORDER_TABLE', 'LINE_TABLE']) {
        const header = hdusOf(580, `${kind}_${chip}`)[0]?.header
        expect([header?.string(`ESO DET ${own} ID`), header?.string(`ESO DET ${other} ID`)]).toEqual([
          chip === 'REDL' ? 'CCD-44' : 'CCID-20',
          undefined,
        ])
      }
    }
  })

  it('carry noise of their seed', () => {
    const data = (seed: number) => hdusOf(437, 'MASTER_FLAT_BLUE', seed)[0]?.data ?? new Uint8Array()
    expect(Buffer.compare(data(1), data(1))).toBe(0)
    expect(Buffer.compare(data(1), data(2))).not.toBe(0)
  })

  it('lack what only raws have, and say what made them', () => {
    for (const { category } of calibrationsFor('2026-03-01', 390).filter(({ start }) => start !== null)) {
      const header = hdusOf(390, category)[0]?.header
      const rawOnly = ['ARCFILE', 'ORIGFILE', 'BUNIT', 'ESO DPR CATG', 'ESO DET OUT1 PRSCX']
      expect(rawOnly.filter((keyword) => header?.get(keyword) !== undefined)).toEqual([])
      expect([header?.string('ESO PRO CATG'), header?.string('ESO PRO REC1 DRS ID')]).toEqual([category, 'cpl-7.2.3'])
    }
  })
})
