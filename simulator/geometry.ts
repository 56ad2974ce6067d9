import { detector, type Setting } from './uves-blue.ts'

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

const centre = 750
const orderScale = 16

/** Trace of absolute order m over the whole chip. */
export function traceOrder(setting: Setting, order: number): OrderTrace {
  const length = detector.dispersionPixels
  const trace = {
    order,
    centrePixels: new Float64Array(length),
    wavelengthAngstrom: new Float64Array(length),
    angstromPerPixel: new Float64Array(length),
    blaze: new Float64Array(length),
  }
  const position = coefficientsAt(setting.position, setting, order)
  const wavelength = coefficientsAt(setting.wavelength, setting, order).map((value) => value / order)
  for (let i = 0; i < length; i++) {
    const xn = (i + 1 - centre) / centre
    const angstrom = polynomial(wavelength, xn)
    trace.centrePixels[i] = polynomial(position, xn)
    trace.wavelengthAngstrom[i] = angstrom
    trace.angstromPerPixel[i] = derivative(wavelength, xn) / centre
    trace.blaze[i] = blaze(order, angstrom)
  }
  return trace
}

/** Orders, low to high, of which some light falls on the chip. */
export function ordersOnChip(setting: Setting): number[] {
  const [lowest, highest] = setting.ordersOnChip
  return Array.from({ length: highest - lowest + 1 }, (_, i) => lowest + i)
}

/** Orders, low to high, that lie well enough on the chip for the pipeline to find and calibrate them. */
export function calibratedOrders(setting: Setting): number[] {
  return ordersOnChip(setting).filter((order) => {
    const middle = orderCentre(setting, order, centre)
    return middle > 10 && middle < detector.crossPixels - 10
  })
}

/** y' in pixels of order m at x' (which may lie between pixels). */
export function orderCentre(setting: Setting, order: number, x: number): number {
  return polynomial(coefficientsAt(setting.position, setting, order), (x - centre) / centre)
}

/** Number that the pipeline gives to order m: 1 for the lowest one on the chip. */
export function relativeOrder(setting: Setting, order: number): number {
  return Math.max(...calibratedOrders(setting)) + 1 - order
}

function coefficientsAt(table: Setting['position'], setting: Setting, order: number): number[] {
  const mn = (order - setting.middleOrder) / orderScale
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

function blaze(order: number, angstrom: number): number {
  const t = Math.PI * order * (1 - 466400 / order / angstrom)
  const sinc = t === 0 ? 1 : Math.sin(t) / t
  return Math.max(0.001, sinc * sinc)
}
