import { mainFlux, type Idp, type IdpColumn } from './idp.ts'
import { wavelengthScale } from './data-rules.ts'
import { onPrimary } from './on-header.ts'
import { type Answer, type Rule, SKIPPED } from './rule.ts'
import type { IdpExpectations } from './expectations.ts'
import { namePattern } from './original-name.ts'

/** What a published file may be called once the archive has named it. */
const ARCHIVE_FILE = /^ADP\.\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\.fits$/
const PHYSICAL = /\berg\b/
const PER_AREA_TIME_WAVELENGTH = /\berg\.cm\*\*\(-2\)\.s\*\*\(-1\)\.angstrom\*\*\(-1\)$/

/** Rules of this project on one instrument's files, by its expectations. Those that need raws or products: `raw-rules.ts`, `product-rules.ts`. */
export const INSTRUMENT_RULES: readonly Rule<Idp>[] = [
  onExpectations({
    id: 'U01',
    severity: 'error',
    title:
      'ORIGFILE (else the file name) is made as the instrument prescribes, or is an ADP name; its code agrees with FLUXCAL',
    keyword: 'ORIGFILE',
    check: ({ originalName }, { primary, name }) => {
      const file = primary.text('ORIGFILE') ?? name
      if (ARCHIVE_FILE.test(file)) return null
      const groups = namePattern(originalName.pattern).exec(file)?.groups
      if (groups === undefined) return `${file} is not made as the instrument prescribes`
      const isFluxed = primary.text('FLUXCAL') === 'ABSOLUTE'
      const code = isFluxed ? originalName.fluxedCode : originalName.unfluxedCode
      return groups['code'] === code ? null : `${file} has the code ${groups['code'] ?? ''}, FLUXCAL asks for ${code}`
    },
  }),
  valueIs('U02', 'INSTRUME', 'the instrument', ({ instrument }) => instrument),
  valueIs('U03', 'SPECSYS', 'the frame of the instrument', ({ specsys }) => specsys),
  onExpectations({
    id: 'U04',
    severity: 'error',
    title: 'TTYPE1 = WAVE, and TUCD1 says air or vacuum as the instrument prescribes',
    keyword: 'TUCD1',
    check: ({ waveUcd }, { columns: [first] }) => {
      if (first === undefined) return SKIPPED
      return first.name === 'WAVE' && first.ucd === waveUcd
        ? null
        : `column 1 is ${first.name ?? ''} with TUCD1 = '${first.ucd ?? ''}', expected WAVE with '${waveUcd}'`
    },
  }),
  onExpectations({
    id: 'U05',
    severity: 'error',
    title: 'WAVE is of double precision',
    keyword: 'TFORM1',
    check: (_, { columns: [first] }) => {
      if (first === undefined) return SKIPPED
      return first.letter === 'D' ? null : `TFORM1 is '${first.format ?? ''}', expected type D`
    },
  }),
  onExpectations({
    id: 'U06',
    severity: 'error',
    title: 'WAVE lies within the range of the instrument',
    check: ({ wavelengthRangeNm: [least, most] }, idp) => {
      const [values, nanometres] = [idp.spectrum?.wave?.values, wavelengthScale(idp)]
      if (values === undefined || nanometres === undefined) return SKIPPED
      const [first, last] = [(values[0] ?? Number.NaN) * nanometres, (values.at(-1) ?? Number.NaN) * nanometres]
      return first >= least && last <= most
        ? null
        : `WAVE covers ${first} to ${last} nm, the instrument ${least} to ${most} nm`
    },
  }),
  onExpectations({
    id: 'U07',
    severity: 'error',
    title:
      'UNCALIBRATED: main flux in the unit of counts, no column in erg; ABSOLUTE: main flux in erg per cm2, s, angstrom',
    check: ({ unfluxedUnit }, { primary, columns }) => {
      const calibration = primary.text('FLUXCAL')
      const flux = mainFlux({ columns })
      if (flux?.unit === undefined) return SKIPPED
      const keyword = `TUNIT${flux.number}`
      if (calibration === 'ABSOLUTE')
        return PER_AREA_TIME_WAVELENGTH.test(flux.unit)
          ? null
          : {
              keyword,
              message: `the calibrated flux is in '${flux.unit}', expected erg.cm**(-2).s**(-1).angstrom**(-1) with or without a power of ten`,
            }
      return calibration === 'UNCALIBRATED' ? unfluxedProblems(flux, columns, unfluxedUnit) : SKIPPED
    },
  }),
  onExpectations({
    id: 'U08',
    severity: 'error',
    title: 'where the flux is never calibrated: FLUXCAL = UNCALIBRATED',
    keyword: 'FLUXCAL',
    check: ({ neverFluxCalibrated }, { primary }) =>
      neverFluxCalibrated && primary.text('FLUXCAL') !== 'UNCALIBRATED'
        ? `FLUXCAL is '${primary.text('FLUXCAL') ?? ''}', but the stream is never flux-calibrated`
        : null,
  }),
  onExpectations({
    id: 'U09',
    severity: 'error',
    title: 'PROCSOFT contains pipeline and version',
    keyword: 'PROCSOFT',
    check: ({ software }, { primary }) => {
      const value = primary.text('PROCSOFT')
      if (value === undefined) return SKIPPED
      return new RegExp(software).test(value) ? null : `PROCSOFT = '${value}' does not contain ${software}`
    },
  }),
  onExpectations({
    id: 'U10',
    severity: 'error',
    title: 'the main flux has finite samples that are not zero; its error is finite and above 0 wherever QUAL = 0',
    check: (_, { spectrum }) => {
      const main = spectrum?.main
      if (main === undefined || main === null) return SKIPPED
      return [
        ...(main.signal === null ? ['the main flux is zero or NaN everywhere'] : []),
        ...(main.badErrors > 0 ? [`${main.badErrors} samples with QUAL = 0 have no error above 0`] : []),
      ]
    },
  }),
  onExpectations({
    id: 'U11',
    severity: 'warning',
    title: 'QUAL is present, and not 0 where the flux is zero or NaN',
    check: (_, { spectrum }) => {
      if (spectrum === null || spectrum.main === null) return SKIPPED
      if (spectrum.quality === null) return 'there is no column QUAL'
      const { unflaggedFill } = spectrum.main
      return unflaggedFill === 0 ? null : `${unflaggedFill} samples without flux have QUAL = 0`
    },
  }),
]

/** Skipped where nothing is known of the instrument. */
function onExpectations({
  check,
  ...rule
}: Omit<Rule<Idp>, 'check' | 'hdu'> & {
  readonly check: (expectations: IdpExpectations, idp: Idp) => Answer
}): Rule<Idp> {
  return {
    ...rule,
    check: (idp) => (idp.context.expectations === undefined ? SKIPPED : check(idp.context.expectations, idp)),
  }
}

function valueIs(
  id: string,
  keyword: string,
  words: string,
  expected: (expectations: IdpExpectations) => string,
): Rule<Idp> {
  return onPrimary({
    id,
    severity: 'error',
    title: `${keyword} is ${words}`,
    keyword,
    check: (primary, { context: { expectations } }) => {
      const value = primary.text(keyword)
      if (value === undefined || expectations === undefined) return SKIPPED
      return value === expected(expectations) ? null : `${keyword} is '${value}', expected '${expected(expectations)}'`
    },
  })
}

function unfluxedProblems(flux: IdpColumn, columns: readonly IdpColumn[], unit: string) {
  return [
    ...(flux.unit === unit
      ? []
      : [{ keyword: `TUNIT${flux.number}`, message: `the flux is in '${flux.unit ?? ''}', expected '${unit}'` }]),
    ...columns
      .filter((column) => PHYSICAL.test(column.unit ?? ''))
      .map(({ number, name = '' }) => ({
        keyword: `TUNIT${number}`,
        message: `the column ${name} is in erg, but FLUXCAL is UNCALIBRATED`,
      })),
  ]
}
