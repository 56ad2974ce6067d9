import type { Scalar } from '../../domain/idp-section.ts'
import { dpId } from '../../domain/file-name.ts'
import type { Header } from '../../fits/header.ts'
import type { Facts } from './facts.ts'
import { notConvertible } from './failure.ts'
import type { ConversionInput } from './input.ts'
import { originalName, title } from './original-name.ts'
import { degreesOfPackedDegrees, degreesOfPackedHours } from './packed-coordinate.ts'
import { rounded } from './number-format.ts'
import type { SampledSpectrum } from './sampled-spectrum.ts'

/** A product in the making, as functions of keywords see it. */
export interface Product {
  readonly input: ConversionInput
  readonly spectrum: SampledSpectrum
  readonly facts: Facts
}

/** A value, a list for a numbered keyword, or null where the product has none. */
export type Computed = Scalar | readonly Scalar[] | null

/** Degrees in which half a slit is 1/7200 of its width in arcsec. */
const halfArcsecPerDegree = 7200

/** `written` gives the string of a keyword that stands earlier in the list. */
type KeywordFunction = (product: Product, written: (keyword: string) => string) => Computed

/**
 * What keywords of source `computed` take, by name. Wavelengths in nm, times in MJD or seconds, angles in degrees.
 * Section numbers are those of ESO's Science Data Products Standard, issue 8, where a rule of it is meant.
 */
export const computed: Readonly<Record<string, KeywordFunction>> = {
  createdAt: ({ input }) => input.attemptEndedAt.toISOString().slice(0, 23),
  targetRa: ({ input }) => coordinate(input, 'ESO TEL TARG ALPHA', degreesOfPackedHours),
  targetDec: ({ input }) => coordinate(input, 'ESO TEL TARG DELTA', degreesOfPackedDegrees),
  // Half the slit width is acceptable as error of the target's position.
  halfSlitDegrees: ({ facts }) => facts.slitWidthArcsec / halfArcsecPerDegree,
  slitDegrees: ({ facts }) => facts.slitWidthArcsec / 3600,
  exposureSeconds: ({ facts }) => facts.exposureSeconds,
  mjdStart: ({ facts }) => facts.mjdStart,
  mjdEnd: ({ facts }) => facts.mjdEnd,
  mjdMiddle: ({ facts }) => (facts.mjdStart + facts.mjdEnd) / 2,
  elapsedSeconds: ({ facts }) => (facts.mjdEnd - facts.mjdStart) * 86_400,
  program: ({ input }) => only(programs(input)),
  programs: ({ input }) => (programs(input).length > 1 ? programs(input) : []),
  observations: ({ input }) =>
    ofRaws(input, 'ESO OBS ID', (header) => header.integer('ESO OBS ID')).toSorted((a, b) => a - b),
  rawCount: ({ input }) => input.raws.length,
  // Raw frames are named without suffix, other products would be named with it.
  raws: ({ input }) => input.raws.map(({ fileName }) => dpId(fileName)),
  isExtended: ({ input }) => (input.raws[0].header.string('ESO DPR TYPE') ?? '').includes('EXTENDED'),
  fluxCalibration: ({ input }) => (input.fluxCalibrated ? 'ABSOLUTE' : 'UNCALIBRATED'),
  // -1 without flux calibration, -2 where the uncertainty cannot be determined.
  fluxErrorPercent: ({ input, facts }) =>
    input.fluxCalibrated ? (input.section.fluxErrorPercent[String(facts.centralWavelengthNm)] ?? -2) : -1,
  wavelengthMinimum: ({ facts }) => facts.wavelengthMinimumNm,
  wavelengthMaximum: ({ facts }) => facts.wavelengthMaximumNm,
  wavelengthMiddle: ({ facts }) => (facts.wavelengthMinimumNm + facts.wavelengthMaximumNm) / 2,
  bandwidth: ({ facts }) => rounded(facts.wavelengthMaximumNm - facts.wavelengthMinimumNm, 6),
  samplingStep: ({ facts }) => facts.samplingStepNm,
  signalToNoise: ({ facts }) => facts.signalToNoise,
  resolvingPower: ({ facts }) => facts.resolvingPower,
  wavelengthRms: ({ facts }) => facts.wavelengthSolution?.rmsNm ?? null,
  wavelengthLines: ({ facts }) => facts.wavelengthSolution?.lines ?? null,
  wavelengthStatisticalError: ({ facts }) => facts.wavelengthSolution?.statisticalErrorNm ?? null,
  wavelengthSystematicError: ({ facts }) => facts.wavelengthSolution?.systematicErrorNm ?? null,
  title: ({ input, facts }, written) => title(input, facts, written('OBJECT')),
  originalName: ({ input, facts }) => originalName(input, facts),
  archiveName: ({ input }) => input.archiveName,
  sampleCount: ({ spectrum }) => spectrum.wave.length,
}

/** J2000 degrees of the target, to 1e-7 (0.4 milliarcseconds); null when the header does not tell them. */
function coordinate(input: ConversionInput, keyword: string, degrees: (packed: number) => number | null) {
  const packed = input.raws[0].header.number(keyword)
  return packed === undefined ? null : degrees(packed)
}

function programs(input: ConversionInput): string[] {
  return ofRaws(input, 'ESO OBS PROG ID', (header) => header.string('ESO OBS PROG ID') || undefined)
}

/** What the raws say, each value once. */
function ofRaws<Value>(input: ConversionInput, keyword: string, read: (header: Header) => Value | undefined): Value[] {
  const values = input.raws.map(({ header, fileName }) => {
    const value = read(header)
    if (value === undefined) throw notConvertible(`${fileName}: no ${keyword} in its header`)
    return value
  })
  return [...new Set(values)]
}

/** The one value, or MULTI: then the numbered keywords have them all. */
function only(values: readonly string[]): string | null {
  return values.length > 1 ? 'MULTI' : (values[0] ?? null)
}
