import { type Card, history } from '../fits/card.ts'
import type { Hdu } from '../fits/hdu.ts'
import { tableHdu } from '../fits/table.ts'
import { calibratedOrders, orderCentre, relativeOrder } from './geometry.ts'
import { type IdentifiedLine, identifiedLines } from './line-list.ts'
import { polynomialTable } from './polynomial-table.ts'
import { type Setting, slitLengthPixels } from './uves-blue.ts'

/**
 * The nine tables of LINE_TABLE_BLUE: for each of the three windows of the slit (sky below, object, sky above) the lines,
 * the dispersion and the absolute order number. The pipeline finds its way by HISTORY cards, all five in each table.
 */
export function lineTables(setting: Setting): Hdu[] {
  const orders = calibratedOrders(setting)
  const lines = identifiedLines(setting)
  return [1, 2, 3].flatMap((window) => {
    const header = [
      history('TRACEID 0'),
      history(`OFFSET ${(((window - 2) * slitLengthPixels) / 3).toFixed(6)}`),
      history(`WINDOW ${window}`),
      history(`FABSORD ${Math.max(...orders)}`),
      history(`LABSORD ${Math.min(...orders)}`),
    ]
    return [
      identified(setting, lines, header),
      polynomialTable(
        { shifts: [750, setting.middleOrder], scales: [750, 16], coefficients: setting.wavelength },
        header,
      ),
      polynomialTable({ shifts: [750, 512], scales: [750, 512], coefficients: setting.absoluteOrder }, header),
    ]
  })
}

function identified(setting: Setting, lines: readonly IdentifiedLine[], header: readonly Card[]): Hdu {
  const doubles = (of: (line: IdentifiedLine) => number) => Float64Array.from(lines, of)
  const integers = (of: (line: IdentifiedLine) => number) => Int32Array.from(lines, of)
  return tableHdu({
    columns: [
      { name: 'X', format: '1D', unit: 'pix', values: doubles(({ x }) => x) },
      { name: 'Ynew', format: '1D', unit: 'pix', values: doubles(({ order, x }) => orderCentre(setting, order, x)) },
      { name: 'Y', format: '1J', values: integers(({ order }) => relativeOrder(setting, order)) },
      { name: 'Order', format: '1J', values: integers(({ order }) => order) },
      {
        name: 'Ident',
        format: '1D',
        unit: 'Angstrom',
        values: doubles(({ wavelengthAngstrom }) => wavelengthAngstrom),
      },
      { name: 'Pixel', format: '1D', unit: 'Angstrom', values: doubles(({ angstromPerPixel }) => angstromPerPixel) },
    ],
    header,
  })
}
