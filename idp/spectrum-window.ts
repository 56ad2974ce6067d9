import { decimated } from './preview/decimated.ts'
import type { PreviewFacts, PreviewSpectrum } from './preview.ts'

/** A part of a spectrum in at most so many columns, as arrays of equal length; where nothing good was measured there is no column. */
export interface SpectrumWindow {
  /** Angstrom: what the whole spectrum spans, and this part of it. */
  readonly firstWave: number
  readonly lastWave: number
  readonly from: number
  readonly to: number
  readonly wave: readonly number[]
  /** Median of the samples of a column, their extremes, and the extremes with their errors. */
  readonly middle: readonly number[]
  readonly lowest: readonly number[]
  readonly highest: readonly number[]
  readonly lowestWithError: readonly number[]
  readonly highestWithError: readonly number[]
  readonly facts: PreviewFacts
}

/** The samples from one wavelength to another (Angstrom; null: the end of the spectrum), brought into `columns` columns. */
export function spectrumWindow(
  spectrum: PreviewSpectrum,
  { from, to, columns }: { readonly from: number | null; readonly to: number | null; readonly columns: number },
): SpectrumWindow {
  const wave = Float64Array.from(spectrum.wave)
  const firstWave = wave[0] ?? 0
  const lastWave = wave[wave.length - 1] ?? 1
  const begin = Math.max(from ?? firstWave, firstWave)
  const end = Math.max(begin, Math.min(to ?? lastWave, lastWave))
  const [first, after] = [placeOf(wave, begin), placeOf(wave, end + Number.EPSILON * end)]
  const part = (values: ArrayLike<number>) => Float64Array.from(values).subarray(first, after)
  const step = (end - begin) / columns
  const drawn = decimated(
    { wave: part(wave), flux: part(spectrum.flux), error: part(spectrum.error), quality: part(spectrum.quality) },
    { left: 0, width: columns, firstWave: begin, lastWave: end },
  )
  return {
    firstWave,
    lastWave,
    from: begin,
    to: end,
    wave: drawn.map(({ x }) => begin + (x + 0.5) * step),
    middle: drawn.map(({ middle }) => middle),
    lowest: drawn.map(({ lowest }) => lowest),
    highest: drawn.map(({ highest }) => highest),
    lowestWithError: drawn.map(({ lowestWithError }) => lowestWithError),
    highestWithError: drawn.map(({ highestWithError }) => highestWithError),
    facts: spectrum.facts,
  }
}

/** Index of the first wavelength that is at least so long. */
function placeOf(wave: Float64Array, wanted: number): number {
  let [low, high] = [0, wave.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((wave[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
