import { type Frame, xOf } from './frame.ts'

/** What the good samples of one pixel column say. */
export interface PixelColumn {
  readonly x: number
  readonly lowest: number
  readonly highest: number
  readonly lowestWithError: number
  readonly highestWithError: number
  readonly mean: number
}

interface Samples {
  readonly wave: ArrayLike<number>
  readonly flux: ArrayLike<number>
  readonly error: ArrayLike<number>
  readonly quality: ArrayLike<number>
}

/** Extremes of every pixel column, so that no line and no spike gets lost; columns without good samples are left out. */
export function decimated({ wave, flux, error, quality }: Samples, frame: Frame): PixelColumn[] {
  const columns = new Map<number, { column: Omit<PixelColumn, 'mean'>; sum: number; count: number }>()
  for (let i = 0; i < wave.length; i++) {
    const [value, uncertainty] = [flux[i] ?? Number.NaN, error[i] ?? Number.NaN]
    if (quality[i] !== 0 || !Number.isFinite(value) || !Number.isFinite(uncertainty)) continue
    const x = Math.floor(xOf(frame, wave[i] ?? Number.NaN))
    const before = columns.get(x)
    const { lowest = value, highest = value } = before?.column ?? {}
    const { lowestWithError = value, highestWithError = value } = before?.column ?? {}
    columns.set(x, {
      column: {
        x,
        lowest: Math.min(lowest, value),
        highest: Math.max(highest, value),
        lowestWithError: Math.min(lowestWithError, value - uncertainty),
        highestWithError: Math.max(highestWithError, value + uncertainty),
      },
      sum: (before?.sum ?? 0) + value,
      count: (before?.count ?? 0) + 1,
    })
  }
  return [...columns.values()].map(({ column, sum, count }) => ({ ...column, mean: sum / count }))
}
