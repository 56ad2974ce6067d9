import { type Breadth, xOf } from './frame.ts'

/** What the good samples of one pixel column say. */
export interface PixelColumn {
  readonly x: number
  readonly lowest: number
  readonly highest: number
  readonly lowestWithError: number
  readonly highestWithError: number
  /** The median: a left-over cosmic does not lift it. */
  readonly middle: number
}

/** Wavelengths ascend. */
interface Samples {
  readonly wave: ArrayLike<number>
  readonly flux: ArrayLike<number>
  readonly error: ArrayLike<number>
  readonly quality: ArrayLike<number>
}

/** Extremes of every pixel column, so that no line and no spike gets lost; columns without good samples are left out. */
export function decimated({ wave, flux, error, quality }: Samples, frame: Breadth): PixelColumn[] {
  const columns: PixelColumn[] = []
  let samples: number[] = []
  let errors: number[] = []
  let place = Number.NaN
  const close = () => {
    if (samples.length > 0) columns.push(columnOf(place, samples, errors))
    samples = []
    errors = []
  }
  for (let i = 0; i < wave.length; i++) {
    const [value, uncertainty] = [flux[i] ?? Number.NaN, error[i] ?? Number.NaN]
    if (quality[i] !== 0 || !Number.isFinite(value) || !Number.isFinite(uncertainty)) continue
    const x = Math.floor(xOf(frame, wave[i] ?? Number.NaN))
    if (x !== place) close()
    place = x
    samples.push(value)
    errors.push(uncertainty)
  }
  close()
  return columns
}

function columnOf(x: number, samples: readonly number[], errors: readonly number[]): PixelColumn {
  return {
    x,
    lowest: Math.min(...samples),
    highest: Math.max(...samples),
    lowestWithError: Math.min(...samples.map((value, i) => value - (errors[i] ?? 0))),
    highestWithError: Math.max(...samples.map((value, i) => value + (errors[i] ?? 0))),
    middle: samples.toSorted((a, b) => a - b)[samples.length >> 1] ?? Number.NaN,
  }
}
