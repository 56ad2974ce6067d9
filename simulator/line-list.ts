import { calibratedOrders, type OrderTrace, ordersOnChip, traceOrder } from './geometry.ts'
import type { Chip, SetUp } from './set-up.ts'

/** An arc line as the line table of the pipeline lists it. */
export interface IdentifiedLine {
  readonly order: number
  readonly wavelengthAngstrom: number
  /** Position x' between pixel centres, the first pixel being 1. */
  readonly x: number
  readonly angstromPerPixel: number
}

const stepAngstrom = 1.6
const marginAngstrom = 20

/** Wavelengths of the arc lamp over all chips, Angstrom in air: evenly spread with a jitter, the same for every night. */
export function lineList({ chips }: Pick<SetUp, 'chips'>): number[] {
  const traces = chips.flatMap((chip) => ordersOnChip(chip).map((order) => traceOrder(chip, order)))
  const first = Math.floor(Math.min(...traces.map((trace) => at(trace.wavelengthAngstrom, 0)))) - marginAngstrom
  const end =
    Math.ceil(Math.max(...traces.map(({ wavelengthAngstrom: all }) => at(all, all.length - 1)))) + marginAngstrom
  return Array.from({ length: Math.floor((end - first) / stepAngstrom) }, (_, i) => {
    const jitter = 0.375 * ((0.6180339887498949 * i) % 1)
    return Math.round((first + (i + jitter) * stepAngstrom) * 1e5) / 1e5
  })
}

/** Every line of a list where it falls on a calibrated order of the chip, orders from low to high. */
export function identifiedLines(chip: Chip, lines: readonly number[]): IdentifiedLine[] {
  return calibratedOrders(chip).flatMap((order) => {
    const trace = traceOrder(chip, order)
    return lines.flatMap((wavelengthAngstrom) => {
      const x = pixelOf(trace, wavelengthAngstrom)
      return x === null
        ? []
        : [{ order, wavelengthAngstrom, x, angstromPerPixel: at(trace.angstromPerPixel, Math.round(x) - 1) }]
    })
  })
}

/** Where a wavelength falls, interpolated between pixel centres; null off the chip. */
function pixelOf(trace: OrderTrace, wavelengthAngstrom: number): number | null {
  const wavelengths = trace.wavelengthAngstrom
  let low = 0
  let high = wavelengths.length - 1
  if (wavelengthAngstrom <= at(wavelengths, low) || wavelengthAngstrom >= at(wavelengths, high)) return null
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (at(wavelengths, middle) <= wavelengthAngstrom) low = middle
    else high = middle
  }
  const below = at(wavelengths, low)
  return low + 1 + (wavelengthAngstrom - below) / (at(wavelengths, high) - below)
}

function at(values: Float64Array, index: number): number {
  return values[index] ?? Number.NaN
}
