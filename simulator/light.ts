import { type OrderTrace, ordersOnChip, traceOrder } from './geometry.ts'
import type { Random } from './random.ts'
import { lampFactor, type Star, starFlux } from './spectra.ts'
import type { Chip } from './set-up.ts'

/**
 * Light on a chip before noise, in ADU above bias. Column after column of the rotated frame:
 * pixel (x', y') is element (x' - 1) * crossPixels + (y' - 1), which is also the order in which the raw image is read out.
 */
export type Light = Float64Array

export interface ScienceLight {
  readonly star: Star
  /** Detected electrons per Angstrom at the peak of the blaze over the whole exposure, for a relative flux of 1. */
  readonly fluxElectronsPerAngstrom: number
  /** The same for the sky, per pixel row of a frame at 2x2 binning. */
  readonly skyElectronsPerAngstromPerPixel: number
}

/** Rows beyond the slit on each side that get light of an order; farther away nothing is left of it. */
const reachPixels = 7
const edgePixels = 0.6
/** In unbinned pixels. */
const starSigma = 3.2
const starOffset = 1.6
const scatteredAdu = 3

/** A star in the slit with the sky around it and a faint even glow; no cosmics, no noise. */
export function scienceLight(chip: Chip, source: ScienceLight): Light {
  const { crossPixels, dispersionPixels, binning, gainAduPerElectron } = chip
  const light: Light = new Float64Array(crossPixels * dispersionPixels).fill(scatteredAdu)
  const sigmaPixels = starSigma / binning
  const peak = 1 / (sigmaPixels * Math.sqrt(2 * Math.PI))
  addOrders(chip, light, (trace, i) => {
    const through = gainAduPerElectron * value(trace.blaze, i) * value(trace.angstromPerPixel, i)
    const flux = starFlux(source.star, value(trace.wavelengthAngstrom, i))
    const star = through * source.fluxElectronsPerAngstrom * flux * peak
    const sky = (through * source.skyElectronsPerAngstromPerPixel * binning) / 2
    return (offset) => {
      const t = (offset - starOffset / binning) / sigmaPixels
      return star * Math.exp(-0.5 * t * t) + sky * slit(chip, offset)
    }
  })
  return light
}

/** The flat-field lamp through the whole slit, without scattered light, for an exposure of 25 s. */
export function flatLight(chip: Chip): Light {
  const light: Light = new Float64Array(chip.crossPixels * chip.dispersionPixels)
  addOrders(chip, light, (trace, i) => {
    const through = value(trace.blaze, i) * value(trace.angstromPerPixel, i)
    const plateau = ((14000 * through) / 0.0455) * lampFactor(value(trace.wavelengthAngstrom, i))
    return (offset) => plateau * slit(chip, offset)
  })
  return light
}

/** Adds tracks of charged particles: 1 to 5 pixels of 300 to 4000 ADU each. */
export function addCosmics({ crossPixels, dispersionPixels }: Chip, light: Light, count: number, random: Random): void {
  for (let track = 0; track < count; track++) {
    const x = random.integer(2, dispersionPixels - 12)
    const y = random.integer(2, crossPixels - 12)
    const length = random.integer(1, 5)
    const [dx, dy] = [random.uniform(), random.uniform()]
    for (let step = 0; step < length; step++) {
      const index = (Math.round(x + step * dx) - 1) * crossPixels + Math.round(y + step * dy) - 1
      light[index] = value(light, index) + 300 + 3700 * random.uniform()
    }
  }
}

/** `profileAt` gives, for one order and column, the light as a function of the distance from the order's centre. */
function addOrders(
  chip: Chip,
  light: Light,
  profileAt: (trace: OrderTrace, column: number) => (offset: number) => number,
): void {
  const { crossPixels, dispersionPixels } = chip
  const reach = chip.slitLengthPixels / 2 + reachPixels
  for (const order of ordersOnChip(chip)) {
    const trace = traceOrder(chip, order)
    for (let column = 0; column < dispersionPixels; column++) {
      const centre = value(trace.centrePixels, column)
      const profile = profileAt(trace, column)
      const first = Math.max(1, Math.ceil(centre - reach))
      const last = Math.min(crossPixels, Math.floor(centre + reach))
      for (let row = first; row <= last; row++) {
        const index = column * crossPixels + row - 1
        light[index] = value(light, index) + profile(row - centre)
      }
    }
  }
}

/** Unit height with soft edges. */
function slit({ slitLengthPixels }: Chip, offset: number): number {
  const half = slitLengthPixels / 2
  return 0.5 * (Math.tanh((offset + half) / edgePixels) - Math.tanh((offset - half) / edgePixels))
}

function value(values: Float64Array, index: number): number {
  return values[index] ?? 0
}
