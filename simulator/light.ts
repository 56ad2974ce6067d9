import { type OrderTrace, ordersOnChip, traceOrder } from './geometry.ts'
import type { Random } from './random.ts'
import { lampFactor, type Star, starFlux } from './spectra.ts'
import { detector, type Setting, slitLengthPixels } from './uves-blue.ts'

/**
 * Light on the chip before noise, in ADU above bias. Column after column of the rotated frame:
 * pixel (x', y') is element (x' - 1) * 1024 + (y' - 1), which is also the order in which the raw image is read out.
 */
export type Light = Float64Array

export interface ScienceLight {
  readonly star: Star
  /** Detected electrons per Angstrom at the peak of the blaze over the whole exposure, for a relative flux of 1. */
  readonly fluxElectronsPerAngstrom: number
  /** The same for the sky, per pixel row. */
  readonly skyElectronsPerAngstromPerPixel: number
}

const { crossPixels, dispersionPixels, gainAduPerElectron } = detector
/** Rows on each side of an order that get its light; beyond them nothing is left of slit and star. */
const reachPixels = 15
const edgePixels = 0.6
const starSigmaPixels = 1.6
const starOffsetPixels = 0.8
const scatteredAdu = 3

/** A star in the slit with the sky around it and a faint even glow; no cosmics, no noise. */
export function scienceLight(setting: Setting, source: ScienceLight): Light {
  const light: Light = new Float64Array(crossPixels * dispersionPixels).fill(scatteredAdu)
  const peak = 1 / (starSigmaPixels * Math.sqrt(2 * Math.PI))
  addOrders(setting, light, (trace, i) => {
    const through = gainAduPerElectron * value(trace.blaze, i) * value(trace.angstromPerPixel, i)
    const flux = starFlux(source.star, value(trace.wavelengthAngstrom, i))
    const star = through * source.fluxElectronsPerAngstrom * flux * peak
    const sky = through * source.skyElectronsPerAngstromPerPixel
    return (offset) => {
      const t = (offset - starOffsetPixels) / starSigmaPixels
      return star * Math.exp(-0.5 * t * t) + sky * slit(offset)
    }
  })
  return light
}

/** The flat-field lamp through the whole slit, without scattered light, for an exposure of 25 s. */
export function flatLight(setting: Setting): Light {
  const light: Light = new Float64Array(crossPixels * dispersionPixels)
  addOrders(setting, light, (trace, i) => {
    const through = value(trace.blaze, i) * value(trace.angstromPerPixel, i)
    const plateau = ((14000 * through) / 0.0455) * lampFactor(value(trace.wavelengthAngstrom, i))
    return (offset) => plateau * slit(offset)
  })
  return light
}

/** Adds tracks of charged particles: 1 to 5 pixels of 300 to 4000 ADU each. */
export function addCosmics(light: Light, count: number, random: Random): void {
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
  setting: Setting,
  light: Light,
  profileAt: (trace: OrderTrace, column: number) => (offset: number) => number,
): void {
  for (const order of ordersOnChip(setting)) {
    const trace = traceOrder(setting, order)
    for (let column = 0; column < dispersionPixels; column++) {
      const centre = value(trace.centrePixels, column)
      const profile = profileAt(trace, column)
      const first = Math.max(1, Math.ceil(centre - reachPixels))
      const last = Math.min(crossPixels, Math.floor(centre + reachPixels))
      for (let row = first; row <= last; row++) {
        const index = column * crossPixels + row - 1
        light[index] = value(light, index) + profile(row - centre)
      }
    }
  }
}

/** Unit height with soft edges. */
function slit(offset: number): number {
  const half = slitLengthPixels / 2
  return 0.5 * (Math.tanh((offset + half) / edgePixels) - Math.tanh((offset - half) / edgePixels))
}

function value(values: Float64Array, index: number): number {
  return values[index] ?? 0
}
