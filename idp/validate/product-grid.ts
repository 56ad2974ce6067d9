/** A linear grid of the pipeline. */
export interface Grid {
  readonly start: number
  readonly step: number
  readonly values: ArrayLike<number>
}

/** For each sample the chip it comes from and its index there. */
export interface Match {
  readonly chips: Uint8Array
  readonly indices: Int32Array
  /** First sample that is not the next one of its grid. */
  readonly failedAt: number | null
}

/**
 * Finds the samples of a spectrum on the grids of its chips: each chip gives a run of neighbouring samples, the chips follow each
 * other (where they overlap, the change may be anywhere). `scale` brings `wave` into the unit of the grids; the tolerance is in steps.
 */
export function matchGrid(wave: ArrayLike<number>, scale: number, grids: readonly Grid[], tolerance: number): Match {
  const chips = new Uint8Array(wave.length)
  const indices = new Int32Array(wave.length)
  let [chip, index] = [-1, -1]
  for (let sample = 0; sample < wave.length; sample++) {
    const value = (wave[sample] ?? Number.NaN) * scale
    const current = grids[chip]
    if (current !== undefined && isAt(current, index + 1, value, tolerance)) index++
    else {
      chip = grids.findIndex((grid, number) => number > chip && isAt(grid, nearest(grid, value), value, tolerance))
      const next = grids[chip]
      if (next === undefined) return { chips, indices, failedAt: sample }
      index = nearest(next, value)
    }
    chips[sample] = chip
    indices[sample] = index
  }
  return { chips, indices, failedAt: null }
}

const nearest = ({ start, step }: Grid, value: number): number => Math.round((value - start) / step)

function isAt({ start, step, values }: Grid, index: number, value: number, tolerance: number): boolean {
  return index >= 0 && index < values.length && Math.abs(value - (start + index * step)) <= tolerance * step
}
