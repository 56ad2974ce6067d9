import type { Card } from '../fits/card.ts'
import type { Hdu } from '../fits/hdu.ts'
import { tableHdu } from '../fits/table.ts'

/**
 * A polynomial in two variables as the UVES pipeline stores it:
 * z(x1, x2) = sum c[i][j] ((x1 - shift1) / scale1)^i ((x2 - shift2) / scale2)^j.
 */
export interface Polynomial {
  readonly shifts: readonly [number, number]
  readonly scales: readonly [number, number]
  readonly coefficients: readonly (readonly number[])[]
}

/** First six rows with Order1 = Order2 = -1: shifts of z, x1, x2, then their scales; then one row per coefficient. */
export function polynomialTable({ shifts, scales, coefficients }: Polynomial, header: readonly Card[] = []): Hdu {
  const rows = [
    ...[0, ...shifts, 1, ...scales].map((value) => [-1, -1, value] as const),
    ...coefficients.flatMap((row, i) => row.map((value, j) => [i, j, value] as const)),
  ]
  return tableHdu({
    columns: [
      { name: 'Order1', format: '1J', values: Int32Array.from(rows, ([i]) => i) },
      { name: 'Order2', format: '1J', values: Int32Array.from(rows, ([, j]) => j) },
      { name: 'Coeff', format: '1D', values: Float64Array.from(rows, ([, , value]) => value) },
    ],
    header,
  })
}
