import type { Hdu } from '../fits/hdu.ts'
import { tableHdu } from '../fits/table.ts'
import { calibratedOrders, relativeOrder, traceOrder } from './geometry.ts'
import { polynomialTable } from './polynomial-table.ts'
import type { Chip } from './set-up.ts'

const unbinnedStepPixels = 20

/** The three tables of an order table: sampled order positions, their polynomial, the one fibre trace of a slit. */
export function orderTables(chip: Chip): Hdu[] {
  const stepPixels = unbinnedStepPixels / chip.binning
  const middle = chip.dispersionPixels / 2
  const samples = calibratedOrders(chip).flatMap((order) => {
    const { centrePixels } = traceOrder(chip, order)
    return Array.from({ length: Math.ceil(chip.dispersionPixels / stepPixels) }, (_, i) => ({
      order: relativeOrder(chip, order),
      x: 1 + i * stepPixels,
      y: centrePixels[i * stepPixels] ?? 0,
    }))
  })
  const positions = Float64Array.from(samples, ({ y }) => y)
  return [
    tableHdu({
      columns: [
        { name: 'Order', format: '1J', values: Int32Array.from(samples, ({ order }) => order) },
        { name: 'X', format: '1J', unit: 'pix', values: Int32Array.from(samples, ({ x }) => x) },
        { name: 'Y', format: '1D', unit: 'pix', values: positions },
        { name: 'Yfit', format: '1D', unit: 'pix', values: positions },
      ],
    }),
    polynomialTable({
      shifts: [middle, relativeOrder(chip, chip.middleOrder)],
      scales: [middle, 16],
      // Relative orders grow where absolute ones fall, hence the sign of the odd powers.
      coefficients: chip.position.map((row) => row.map((value, j) => (j % 2 === 0 ? value : -value))),
    }),
    tableHdu({
      columns: [
        { name: 'TraceID', format: '1J', values: [0] },
        { name: 'Offset', format: '1D', values: [0] },
        { name: 'Tracemask', format: '1J', values: [1] },
      ],
    }),
  ]
}
