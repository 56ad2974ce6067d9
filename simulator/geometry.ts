import type { Chip, ChipGeometry } from './set-up.ts'

/** One echelle order along the dispersion axis; element i belongs to pixel x' = i + 1. */
export interface OrderTrace {
  readonly order: number
  /** Centre y' across dispersion, pixels, the first row being 1. */
  readonly centrePixels: Float64Array
  /** Angstrom in air. */
  readonly wavelengthAngstrom: Float64Array
  readonly angstromPerPixel: Float64Array
  /** Relative efficiency of the grating, 0.001 to 1. */
  readonly blaze: Float64Array
}

const orderScale = 16
/** So far from its edge, in unbinned pixels, must the middle of an order lie to be calibrated. */
const unbinnedEdgePixels = 20

/** Trace of absolute order m over the whole chip. */
export function traceOrder(chip: Chip, order: number): OrderTrace {
  const length = chip.dispersionPixels
  const centre = length / 2
  const trace = {
    order,
    centrePixels: new Float64Array(length),
    wavelengthAngstrom: new Float64Array(length),
    angstromPerPixel: new Float64Array(length),
    blaze: new Float64Array(length),
  }
  const position = coefficientsAt(chip.position, chip, order)
  const wavelength = coefficientsAt(chip.wavelength, chip, order).map((value) => value / order)
  for (let i = 0; i < length; i++) {
    const xn = (i + 1 - centre) / centre
    const angstrom = polynomial(wavelength, xn)
    trace.centrePixels[i] = polynomial(position, xn)
    trace.wavelengthAngstrom[i] = angstrom
    trace.angstromPerPixel[i] = derivative(wavelength, xn) / centre
    trace.blaze[i] = blaze(chip.blazeAngstrom, order, angstrom)
  }
  return trace
}

/** Orders, low to high, of which some light falls on the chip. */
export function ordersOnChip(chip: Chip): number[] {
  const [lowest, highest] = chip.ordersOnChip
  return Array.from({ length: highest - lowest + 1 }, (_, i) => lowest + i)
}

/** Orders, low to high, that lie well enough on the chip for the pipeline to find and calibrate them. */
export function calibratedOrders(chip: Chip): number[] {
  const edge = unbinnedEdgePixels / chip.binning
  return ordersOnChip(chip).filter((order) => {
    const middle = orderCentre(chip, order, chip.dispersionPixels / 2)
    return middle > edge && middle < chip.crossPixels - edge
  })
}

/** y' in pixels of order m at x' (which may lie between pixels). */
export function orderCentre(chip: Chip, order: number, x: number): number {
  const centre = chip.dispersionPixels / 2
  return polynomial(coefficientsAt(chip.position, chip, order), (x - centre) / centre)
}

/** Number that the pipeline gives to order m: 1 for the lowest one on the chip. */
export function relativeOrder(chip: Chip, order: number): number {
  return Math.max(...calibratedOrders(chip)) + 1 - order
}

function coefficientsAt(table: ChipGeometry['position'], chip: Chip, order: number): number[] {
  const mn = (order - chip.middleOrder) / orderScale
  return table.map((row) => polynomial(row, mn))
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0)
}

function derivative(coefficients: readonly number[], x: number): number {
  return polynomial(
    coefficients.slice(1).map((coefficient, i) => coefficient * (i + 1)),
    x,
  )
}

function blaze(peakAngstrom: number, order: number, angstrom: number): number {
  const t = Math.PI * order * (1 - peakAngstrom / order / angstrom)
  const sinc = t === 0 ? 1 : Math.sin(t) / t
  return Math.max(0.001, sinc * sinc)
}
