import { notConvertible } from './failure.ts'
import type { ChipProducts, ConversionInput, Spectrum } from './input.ts'

/** The samples of an IDP: all chips one after the other, wavelengths ascending. */
export interface SampledSpectrum {
  /** Angstrom in air, topocentric. */
  readonly wave: Float64Array
  readonly reduced: Float32Array
  readonly reducedError: Float32Array
  /** 0 good, 1 no data or not usable. */
  readonly quality: Int32Array
  /** Null when a chip has none. */
  readonly sky: Float32Array | null
  /** Flux-calibrated; null in a product that is not. */
  readonly flux: Float32Array | null
  readonly fluxError: Float32Array | null
}

/**
 * The arrays of the product, from those of the pipeline. Where two chips overlap the bluer one counts up to the middle.
 * @throws OutcomeError (`idp`) when the products of a chip do not belong together, or nothing of them is usable
 */
export function sampledSpectrum({ chips, section, fluxCalibrated }: ConversionInput): SampledSpectrum {
  const sampled = chips.map((chip) => samplesOf(chip, fluxCalibrated)).toSorted((a, b) => at(a.wave, 0) - at(b.wave, 0))
  const joined = join(withoutOverlap(sampled))
  const [first, last] = usableRange(joined.quality)
  return section.padding === 'keep' ? joined : slice(joined, first, last + 1)
}

/** First and last sample with QUAL = 0. Throws OutcomeError when there is none. */
export function usableRange(quality: Int32Array): [first: number, last: number] {
  const first = quality.indexOf(0)
  if (first < 0) throw notConvertible('no sample of the spectrum is usable')
  return [first, quality.lastIndexOf(0)]
}

function samplesOf(chip: ChipProducts, fluxCalibrated: boolean): SampledSpectrum {
  const wave = wavelengths(chip)
  const onGrid = (spectrum: Spectrum): Float32Array => {
    if (spectrum.values.length === wave.length) return spectrum.values
    throw notConvertible(`${chip.chip}: products of ${spectrum.values.length} and ${wave.length} samples`)
  }
  const reduced = onGrid(chip.spectrum)
  const reducedError = onGrid(chip.error)
  const flux = fluxCalibrated && chip.flux !== null ? onGrid(chip.flux) : null
  const fluxError = flux === null ? null : scaledError(reduced, reducedError, flux)
  const quality = Int32Array.from(reduced, (value, i) =>
    isGood(value, at(reducedError, i)) && (flux === null || isGood(at(flux, i), at(fluxError ?? flux, i))) ? 0 : 1,
  )
  return {
    wave,
    reduced: withoutInfinity(reduced),
    reducedError: withoutInfinity(reducedError),
    quality,
    sky: chip.sky === null ? null : withoutInfinity(onGrid(chip.sky)),
    flux: flux === null ? null : withoutInfinity(flux),
    fluxError: fluxError === null ? null : withoutInfinity(fluxError),
  }
}

/** The pipeline fills samples without data with flux 0 (and error 1): a measured value is never exactly 0. */
function isGood(flux: number, error: number): boolean {
  return Number.isFinite(flux) && flux !== 0 && Number.isFinite(error) && error > 0
}

/** CRVAL1 + (k - CRPIX1) CDELT1 in Angstrom, as the pipeline means it (CTYPE1 = AWAV: in air). */
function wavelengths({ chip, spectrum: { header, values } }: ChipProducts): Float64Array {
  const [unit, type] = [header.string('CUNIT1'), header.string('CTYPE1')]
  if (unit !== 'Angstrom' || type !== 'AWAV')
    throw notConvertible(`${chip}: axis ${type ?? '(none)'} in ${unit ?? '(none)'}, expected AWAV in Angstrom`)
  const [start, pixel, step] = ['CRVAL1', 'CRPIX1', 'CDELT1'].map((keyword) => header.number(keyword))
  if (start === undefined || pixel === undefined || step === undefined || !(step > 0))
    throw notConvertible(`${chip}: CRVAL1, CRPIX1, CDELT1 do not give ascending wavelengths`)
  return Float64Array.from(values, (_, i) => start + (i + 1 - pixel) * step)
}

/**
 * The error of the flux-calibrated spectrum. The pipeline's own lacks the extinction factor that its flux has, so the error of the
 * reduced spectrum is scaled as its flux was: error * flux / reduced. Samples without data take the scale of their neighbour.
 */
function scaledError(reduced: Float32Array, reducedError: Float32Array, flux: Float32Array): Float32Array {
  const scale = reduced.map((value, i) => {
    const factor = at(flux, i) / value
    return Number.isFinite(factor) && factor > 0 ? factor : Number.NaN
  })
  let nearest = scale.find((factor) => factor > 0) ?? Number.NaN
  return scale.map((factor, i) => {
    if (factor > 0) nearest = factor
    return at(reducedError, i) * nearest
  })
}

/** The standard allows NaN in fluxes, but no infinity; such samples have QUAL = 1. */
function withoutInfinity(values: Float32Array): Float32Array {
  return values.map((value) => (Math.abs(value) === Number.POSITIVE_INFINITY ? Number.NaN : value))
}

/** Where the grids of two chips overlap, each keeps its side of the middle between the usable samples of both. */
function withoutOverlap(chips: readonly SampledSpectrum[]): SampledSpectrum[] {
  const borders = chips.slice(1).map((redder, i) => {
    const bluer = chips[i] ?? redder
    if (at(bluer.wave, bluer.wave.length - 1) < at(redder.wave, 0)) return null
    const lastOfBluer = at(bluer.wave, usableRange(bluer.quality)[1])
    return (lastOfBluer + at(redder.wave, usableRange(redder.quality)[0])) / 2
  })
  return chips.map((chip, i) => {
    const from = borders[i - 1] ?? Number.NEGATIVE_INFINITY
    const to = borders[i] ?? Number.POSITIVE_INFINITY
    const first = chip.wave.findIndex((wave) => wave > from)
    return slice(chip, first, chip.wave.findLastIndex((wave) => wave <= to) + 1)
  })
}

function slice(samples: SampledSpectrum, first: number, end: number): SampledSpectrum {
  const cut = (values: Float32Array | null) => values?.slice(first, end) ?? null
  return {
    wave: samples.wave.slice(first, end),
    reduced: samples.reduced.slice(first, end),
    reducedError: samples.reducedError.slice(first, end),
    quality: samples.quality.slice(first, end),
    sky: cut(samples.sky),
    flux: cut(samples.flux),
    fluxError: cut(samples.fluxError),
  }
}

function join(chips: readonly SampledSpectrum[]): SampledSpectrum {
  const [only] = chips
  if (chips.length === 1 && only !== undefined) return only
  const optional = (of: (chip: SampledSpectrum) => Float32Array | null) => {
    const pieces = chips.flatMap((chip) => of(chip) ?? [])
    return pieces.length < chips.length ? null : filled(pieces, (length) => new Float32Array(length))
  }
  const floats = (of: (chip: SampledSpectrum) => Float32Array) =>
    filled(chips.map(of), (length) => new Float32Array(length))
  return {
    wave: filled(
      chips.map(({ wave }) => wave),
      (length) => new Float64Array(length),
    ),
    reduced: floats(({ reduced }) => reduced),
    reducedError: floats(({ reducedError }) => reducedError),
    quality: filled(
      chips.map(({ quality }) => quality),
      (length) => new Int32Array(length),
    ),
    sky: optional(({ sky }) => sky),
    flux: optional(({ flux }) => flux),
    fluxError: optional(({ fluxError }) => fluxError),
  }
}

/** One array after the other, in a new one. */
function filled<Values extends Float32Array | Float64Array | Int32Array>(
  pieces: readonly Values[],
  make: (length: number) => Values,
): Values {
  const whole = make(pieces.reduce((length, piece) => length + piece.length, 0))
  let start = 0
  for (const piece of pieces) {
    whole.set(piece, start)
    start += piece.length
  }
  return whole
}

function at(values: Float32Array | Float64Array, index: number): number {
  return values[index] ?? Number.NaN
}
