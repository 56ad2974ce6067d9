import type { Header } from '../../fits/header.ts'
import { notConvertible } from './failure.ts'
import type { ChipProducts, ConversionInput } from './input.ts'
import { rounded } from './number-format.ts'
import { type SampledSpectrum, usableRange } from './sampled-spectrum.ts'

/** Numbers of the product that several keywords rest on, rounded as they are written: so keywords agree with each other. */
export interface Facts {
  /** Sum over the raws. */
  readonly exposureSeconds: number
  /** MJD of the start of the first and the end of the last exposure, 8 decimals (0.9 ms). */
  readonly mjdStart: number
  readonly mjdEnd: number
  /** First and last usable sample, nm, 6 decimals. */
  readonly wavelengthMinimumNm: number
  readonly wavelengthMaximumNm: number
  readonly slitWidthArcsec: number
  readonly centralWavelengthNm: number
  readonly signalToNoise: number
  /** Of the wavelength solutions of all chips; null when a line table does not tell. */
  readonly wavelengthSolution: WavelengthSolution | null
  readonly resolvingPower: number
  readonly samplingStepNm: number
}

export interface WavelengthSolution {
  readonly lines: number
  readonly rmsNm: number
  /** Rms over the root of the number of lines: the standard's formula for UVES, a lower limit. */
  readonly statisticalErrorNm: number
  readonly systematicErrorNm: number | null
}

const wavelengthDecimals = 6
const mjdDecimals = 8
const secondsPerDay = 86_400

/** Throws OutcomeError (`idp`) when a header lacks what the product cannot do without. */
export function factsOf(input: ConversionInput, spectrum: SampledSpectrum): Facts {
  const { raws, arm, chips } = input
  const [raw] = raws
  const exposures = raws.map(({ header, fileName }) => ({
    start: required(header, 'MJD-OBS', fileName),
    seconds: required(header, 'EXPTIME', fileName),
  }))
  const [first, last] = usableRange(spectrum.quality)
  const slitWidthArcsec = required(raw.header, arm.slitWidthKeyword, raw.fileName)
  return {
    exposureSeconds: exposures.reduce((sum, { seconds }) => sum + seconds, 0),
    mjdStart: rounded(Math.min(...exposures.map(({ start }) => start)), mjdDecimals),
    mjdEnd: rounded(Math.max(...exposures.map(({ start, seconds }) => start + seconds / secondsPerDay)), mjdDecimals),
    wavelengthMinimumNm: rounded((spectrum.wave[first] ?? Number.NaN) / 10, wavelengthDecimals),
    wavelengthMaximumNm: rounded((spectrum.wave[last] ?? Number.NaN) / 10, wavelengthDecimals),
    slitWidthArcsec,
    centralWavelengthNm: required(raw.header, arm.wavelengthKeyword, raw.fileName),
    signalToNoise: medianSignalToNoise(spectrum),
    wavelengthSolution: wavelengthSolution(chips),
    resolvingPower: resolvingPower(chips) ?? arm.resolvingPowerTimesSlit / slitWidthArcsec,
    samplingStepNm: mean(chips.map(({ spectrum: { header }, chip }) => required(header, 'CDELT1', chip) / 10)),
  }
}

/**
 * Median of flux over error of the good samples, always from the reduced spectrum: the pipeline's errors of the flux-calibrated one
 * are too small.
 */
function medianSignalToNoise({ reduced, reducedError, quality }: SampledSpectrum): number {
  const ratios = new Float64Array(quality.length)
  let count = 0
  for (let i = 0; i < quality.length; i++) {
    if (quality[i] === 0) ratios[count++] = (reduced[i] ?? Number.NaN) / (reducedError[i] ?? Number.NaN)
  }
  const sorted = ratios.subarray(0, count).sort()
  const half = count >> 1
  return count % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
}

/** The pipeline copies these from the line table in Angstrom; without them in the line table the products lack them too. */
function wavelengthSolution(chips: readonly ChipProducts[]): WavelengthSolution | null {
  const solutions = chips.map(({ spectrum: { header } }) => ({
    lines: header.number('LAMNLIN') ?? 0,
    rms: header.number('LAMRMS'),
    systematic: header.number('CSYER1'),
  }))
  const lines = solutions.reduce((sum, solution) => sum + solution.lines, 0)
  if (solutions.some((solution) => solution.rms === undefined || solution.lines <= 0)) return null
  const squares = solutions.reduce((sum, solution) => sum + solution.lines * (solution.rms ?? 0) ** 2, 0)
  const rmsNm = Number((Math.sqrt(squares / lines) / 10).toPrecision(6))
  const systematic = solutions.flatMap((solution) => solution.systematic ?? [])
  return {
    lines,
    rmsNm,
    statisticalErrorNm: rmsNm / Math.sqrt(lines),
    systematicErrorNm: systematic.length < chips.length ? null : Math.max(...systematic) / 10,
  }
}

/** Median resolving power of the arc lines, mean of the chips: the line table was taken through the same slit. */
function resolvingPower(chips: readonly ChipProducts[]): number | null {
  const powers = chips.flatMap(({ lineTable }) => lineTable.number('ESO QC RESOLMED') ?? [])
  return powers.length < chips.length || powers.some((power) => !(power > 0)) ? null : mean(powers)
}

function required(header: Header, keyword: string, where: string): number {
  const value = header.number(keyword)
  if (value === undefined) throw notConvertible(`${where}: no ${keyword} in its header`)
  return value
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
