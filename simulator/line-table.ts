import { type Card, history } from '../fits/card.ts'
import type { Hdu } from '../fits/hdu.ts'
import { tableHdu } from '../fits/table.ts'
import { calibratedOrders, orderCentre, relativeOrder } from './geometry.ts'
import { type IdentifiedLine, identifiedLines } from './line-list.ts'
import { polynomialTable } from './polynomial-table.ts'
import type { Chip } from './set-up.ts'

/**
 * The nine tables of a line table: for each of the three windows of the slit (sky below, object, sky above) the lines,
 * the dispersion and the absolute order number. The pipeline finds its way by HISTORY cards, all five in each table.
 *
 * @param wavelengths of the arc lamp, Angstrom
 */
export function lineTables(chip: Chip, wavelengths: readonly number[]): Hdu[] {
  const orders = calibratedOrders(chip)
  const lines = identifiedLines(chip, wavelengths)
  const [middle, across] = [chip.dispersionPixels / 2, chip.crossPixels / 2]
  return [1, 2, 3].flatMap((window) => {
    const header = [
      history('TRACEID 0'),
      history(`OFFSET ${(((window - 2) * chip.slitLengthPixels) / 3).toFixed(6)}`),
      history(`WINDOW ${window}`),
      history(`FABSORD ${Math.max(...orders)}`),
      history(`LABSORD ${Math.min(...orders)}`),
    ]
    return [
      identified(chip, lines, header),
      polynomialTable(
        { shifts: [middle, chip.middleOrder], scales: [middle, 16], coefficients: chip.wavelength },
        header,
      ),
      polynomialTable({ shifts: [middle, across], scales: [middle, across], coefficients: chip.absoluteOrder }, header),
    ]
  })
}

function identified(chip: Chip, lines: readonly IdentifiedLine[], header: readonly Card[]): Hdu {
  const doubles = (of: (line: IdentifiedLine) => number) => Float64Array.from(lines, of)
  const integers = (of: (line: IdentifiedLine) => number) => Int32Array.from(lines, of)
  return tableHdu({
    columns: [
      { name: 'X', format: '1D', unit: 'pix', values: doubles(({ x }) => x) },
      { name: 'Ynew', format: '1D', unit: 'pix', values: doubles(({ order, x }) => orderCentre(chip, order, x)) },
      { name: 'Y', format: '1J', values: integers(({ order }) => relativeOrder(chip, order)) },
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
