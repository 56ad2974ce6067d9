/** One spectrum on a grid that rises; samples with a quality other than 0 say nothing. */
export interface ComparedSpectrum {
  readonly wavelengths: ArrayLike<number>
  readonly flux: ArrayLike<number>
  readonly error: ArrayLike<number>
  readonly quality: ArrayLike<number>
}

/** The result of a trial beside what is live; all of the trial relative to the live one. */
export interface SpectrumComparison {
  /** Samples of the live spectrum for which both have a good value. */
  readonly samples: number
  /** Median of trial flux over live flux; null when there is none. */
  readonly fluxRatio: number | null
  /** Half the distance between the 16th and the 84th percentile of that ratio. */
  readonly fluxRatioSpread: number | null
  /** Median S/N per sample of trial and live over those samples. */
  readonly signalToNoise: { readonly trial: number; readonly live: number } | null
  /**
   * Shift of the trial in wavelength (unit of the grid) that explains the difference of the two best, to first order and by least squares;
   * null when the spectrum has no structure that could tell. Positive: features lie at longer wavelengths in the trial.
   */
  readonly shift: number | null
  readonly shiftError: number | null
  /** Differences of the ends of the usable ranges, trial minus live. */
  readonly startDifference: number | null
  readonly endDifference: number | null
}

/** Compares two spectra sample by sample on the grid of the live one; the trial is interpolated linearly. */
export function compareSpectra(trial: ComparedSpectrum, live: ComparedSpectrum): SpectrumComparison {
  const pairs = pairsOf(trial, live)
  const ratios = pairs.filter(({ live: flux }) => flux !== 0).map(({ trial: ours, live: flux }) => ours / flux)
  const fluxRatio = percentile(ratios, 0.5)
  const [low, high] = [percentile(ratios, 0.16), percentile(ratios, 0.84)]
  const own = percentile(
    ratiosOf(pairs, ({ trial: flux, trialError }) => flux / trialError),
    0.5,
  )
  const theirs = percentile(
    ratiosOf(pairs, ({ live: flux, liveError }) => flux / liveError),
    0.5,
  )
  return {
    samples: pairs.length,
    fluxRatio,
    fluxRatioSpread: low === null || high === null ? null : (high - low) / 2,
    signalToNoise: own === null || theirs === null ? null : { trial: own, live: theirs },
    ...shiftOf(pairs, fluxRatio ?? 1),
    ...endsOf(trial, live),
  }
}

interface Pair {
  /** Number of the sample in the live spectrum. */
  readonly index: number
  readonly wavelength: number
  readonly trial: number
  readonly trialError: number
  readonly live: number
  readonly liveError: number
}

function pairsOf(trial: ComparedSpectrum, live: ComparedSpectrum): Pair[] {
  const pairs: Pair[] = []
  let at = 0
  for (let index = 0; index < live.wavelengths.length; index += 1) {
    const wavelength = live.wavelengths[index] ?? Number.NaN
    while (at + 1 < trial.wavelengths.length - 1 && (trial.wavelengths[at + 1] ?? 0) <= wavelength) at += 1
    const [left, right] = [trial.wavelengths[at] ?? Number.NaN, trial.wavelengths[at + 1] ?? Number.NaN]
    const share = (wavelength - left) / (right - left)
    if (!(share >= 0 && share <= 1)) continue
    const isGood = live.quality[index] === 0 && trial.quality[at] === 0 && trial.quality[at + 1] === 0
    const between = (values: ArrayLike<number>) =>
      (1 - share) * (values[at] ?? Number.NaN) + share * (values[at + 1] ?? Number.NaN)
    const pair = {
      index,
      wavelength,
      trial: between(trial.flux),
      trialError: between(trial.error),
      live: live.flux[index] ?? Number.NaN,
      liveError: live.error[index] ?? Number.NaN,
    }
    if (isGood && Number.isFinite(pair.trial) && Number.isFinite(pair.live)) pairs.push(pair)
  }
  return pairs
}

/** trial(λ) ≈ ratio · (live(λ) − shift · live'(λ)): one unknown, weighted by the errors of both. */
function shiftOf(pairs: readonly Pair[], ratio: number): { shift: number | null; shiftError: number | null } {
  let [numerator, weightSum] = [0, 0]
  for (let i = 1; i < pairs.length - 1; i += 1) {
    const [before, pair, after] = [pairs[i - 1], pairs[i], pairs[i + 1]]
    if (before === undefined || pair === undefined || after === undefined) continue
    if (after.index - before.index !== 2) continue
    const slope = (ratio * (after.live - before.live)) / (after.wavelength - before.wavelength)
    const variance = pair.trialError ** 2 + (ratio * pair.liveError) ** 2
    const weight = 1 / variance
    if (!Number.isFinite(weight)) continue
    numerator += weight * slope * (ratio * pair.live - pair.trial)
    weightSum += weight * slope * slope
  }
  if (!(weightSum > 0)) return { shift: null, shiftError: null }
  return { shift: numerator / weightSum, shiftError: 1 / Math.sqrt(weightSum) }
}

function endsOf(trial: ComparedSpectrum, live: ComparedSpectrum) {
  const [ours, theirs] = [usableRange(trial), usableRange(live)]
  if (ours === null || theirs === null) return { startDifference: null, endDifference: null }
  return { startDifference: ours.start - theirs.start, endDifference: ours.end - theirs.end }
}

function usableRange({ wavelengths, quality }: ComparedSpectrum): { start: number; end: number } | null {
  let [start, end] = [Number.NaN, Number.NaN]
  for (let i = 0; i < wavelengths.length; i += 1) {
    if (quality[i] !== 0) continue
    end = wavelengths[i] ?? Number.NaN
    if (Number.isNaN(start)) start = end
  }
  return Number.isNaN(start) ? null : { start, end }
}

function ratiosOf(pairs: readonly Pair[], of: (pair: Pair) => number): number[] {
  return pairs.map(of).filter(Number.isFinite)
}

/** Linear between the nearest values; null of none. */
function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN]
  return below + (place - Math.floor(place)) * (above - below)
}
