/** Where the plot lies in the picture (pixels) and what it spans: Angstrom, and the unit of the flux. */
export interface Frame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly firstWave: number
  readonly lastWave: number
  readonly lowestFlux: number
  readonly highestFlux: number
}

/** What turns a wavelength into a place from left to right. */
export type Breadth = Pick<Frame, 'left' | 'width' | 'firstWave' | 'lastWave'>

interface Samples {
  readonly wave: ArrayLike<number>
  readonly flux: ArrayLike<number>
  readonly quality: ArrayLike<number>
}

/** Spikes (left-over cosmics) reach beyond the frame instead of pressing the spectrum flat: so many of the samples may. */
const outsideShare = 0.002

/** The frame around the good samples; zero flux is always in sight, so that heights can be compared. */
export function plotFrame({ wave, flux, quality }: Samples, hasBars: boolean): Frame {
  const good = Array.from({ length: wave.length }, (_, i) => i).filter(
    (i) => quality[i] === 0 && Number.isFinite(flux[i]),
  )
  const sorted = Float64Array.from(good, (i) => flux[i] ?? 0).sort()
  const share = (part: number) => sorted[Math.round(part * (sorted.length - 1))] ?? 0
  const low = Math.min(0, share(outsideShare))
  const high = Math.max(0, share(1 - outsideShare))
  const margin = 0.08 * (high - low || 1)
  return {
    left: 72,
    top: 58,
    width: 808,
    height: hasBars ? 196 : 252,
    firstWave: wave[good[0] ?? 0] ?? 0,
    lastWave: wave[good.at(-1) ?? 0] ?? 1,
    lowestFlux: low < 0 ? low - margin : 0,
    highestFlux: high + margin,
  }
}

/** Pixel from the left of the picture. */
export function xOf(frame: Breadth, wave: number): number {
  return frame.left + ((wave - frame.firstWave) / (frame.lastWave - frame.firstWave || 1)) * frame.width
}

/** Pixel from the top of the picture. */
export function yOf(frame: Frame, flux: number): number {
  const part = (flux - frame.lowestFlux) / (frame.highestFlux - frame.lowestFlux || 1)
  return frame.top + (1 - part) * frame.height
}
