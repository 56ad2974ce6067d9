import { absentKeywords, emptyStrings, wrongTypes } from './keyword-table.ts'
import { equals, numberIn, onPrimary, textIn } from './on-header.ts'
import { COLLECTIONS_WITHOUT_EXT_OBJ, PRIMARY_KEYWORDS, SPECTRAL_FRAMES } from './primary-keywords.ts'
import type { Idp } from './idp.ts'
import { type Rule, SKIPPED } from './rule.ts'

const SECONDS_PER_DAY = 86400
const UNIX_EPOCH_MJD = 40587
const FORBIDDEN = /^(BUNIT|CD\d+_\d+|CDELT[123])$/
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?)?$/
const BIBCODE = /^\d{4}[A-Za-z0-9.&]{14}[A-Za-z.:]$/

/** Units or steps of an image axis; the archive refuses them in any HDU. */
export function forbiddenKeywords({ header }: { readonly header: Idp['primary']['header'] }) {
  return header.cards
    .filter(({ keyword, value }) => value !== null && FORBIDDEN.test(keyword))
    .map(({ keyword }) => ({ keyword, message: `${keyword} is not allowed` }))
}

/** Rules on the primary header of ESO-044286, version 8, and of ESO's validator; numbers and lists of keywords: `numbering-rules.ts`. */
export const PRIMARY_RULES: readonly Rule<Idp>[] = [
  onPrimary({
    id: 'P01',
    severity: 'error',
    title: 'all mandatory keywords are present, EXT_OBJ too (but for collections that are excused)',
    check: (primary, { context: { expectations } }) =>
      absentKeywords(primary, PRIMARY_KEYWORDS).filter(({ keyword }) => {
        if (keyword === 'RADESYS') return !primary.has('RADECSYS')
        return keyword !== 'EXT_OBJ' || !COLLECTIONS_WITHOUT_EXT_OBJ.includes(expectations?.collection ?? '')
      }),
  }),
  onPrimary({
    id: 'P02',
    severity: 'error',
    title: 'every keyword has the type of the standard',
    tolerance: 'integers count as reals',
    check: (primary) => wrongTypes(primary, PRIMARY_KEYWORDS),
  }),
  onPrimary({
    id: 'P03',
    severity: 'error',
    title: 'mandatory strings are not empty, REFERENC excepted',
    check: (primary) => emptyStrings(primary, PRIMARY_KEYWORDS),
  }),
  onPrimary({
    id: 'P04',
    severity: 'error',
    title: 'BUNIT, CDi_j and CDELT1 to CDELT3 are absent',
    check: forbiddenKeywords,
  }),
  onPrimary({
    id: 'P05',
    severity: 'warning',
    title: 'RADESYS is used, not only RADECSYS',
    keyword: 'RADECSYS',
    check: (primary) =>
      primary.has('RADECSYS') && !primary.has('RADESYS') ? 'RADECSYS is the old name of RADESYS' : null,
  }),
  onPrimary({
    id: 'P06',
    severity: 'error',
    title: "PRODCATG = 'SCIENCE.SPECTRUM'",
    ...equals('PRODCATG', 'SCIENCE.SPECTRUM'),
  }),
  onPrimary({ id: 'P07', severity: 'error', title: 'NAXIS = 0', ...equals('NAXIS', 0) }),
  onPrimary({
    id: 'P08',
    severity: 'error',
    title: 'DATE is yyyy-MM-dd, with or without time',
    ...textIn('DATE', (value) =>
      DATE.test(value) && !Number.isNaN(Date.parse(value.length > 10 ? `${value}Z` : value))
        ? null
        : `DATE = '${value}' is not yyyy-MM-dd or yyyy-MM-ddThh:mm:ss`,
    ),
  }),
  onPrimary({
    id: 'P09',
    severity: 'error',
    title: 'RADESYS is ICRS or FK5',
    keyword: 'RADESYS',
    check: (primary) => {
      const system = primary.text('RADESYS') ?? primary.text('RADECSYS')
      if (system === undefined) return SKIPPED
      return system === 'ICRS' || system === 'FK5' ? null : `RADESYS = '${system}' is neither ICRS nor FK5`
    },
  }),
  onPrimary({
    id: 'P10',
    severity: 'error',
    title: 'EQUINOX is 2000.0: mandatory with FK5, optional with ICRS',
    keyword: 'EQUINOX',
    check: (primary) => {
      const system = primary.text('RADESYS') ?? primary.text('RADECSYS')
      const equinox = primary.number('EQUINOX')
      if (system === 'FK5' && !primary.has('EQUINOX')) return 'EQUINOX is missing, it is mandatory with FK5'
      if (equinox === undefined || (system !== 'FK5' && system !== 'ICRS')) return SKIPPED
      return equinox === 2000 ? null : `EQUINOX is ${equinox}, expected 2000.0`
    },
  }),
  onPrimary({
    id: 'P11',
    severity: 'error',
    title: "REFERENC is empty, a bibcode of 19 characters or 'doi:10. ...'",
    ...textIn('REFERENC', (value) =>
      value === '' || BIBCODE.test(value) || /^doi:10\.\S+$/i.test(value)
        ? null
        : `REFERENC = '${value}' is no bibcode and no doi:10. ...`,
    ),
  }),
  onPrimary({
    id: 'P12',
    severity: 'error',
    title: '0 ≤ RA ≤ 360',
    ...numberIn('RA', (value) => (value >= 0 && value <= 360 ? null : `RA = ${value} is outside 0 to 360`)),
  }),
  onPrimary({
    id: 'P13',
    severity: 'error',
    title: '-90 ≤ DEC ≤ 90',
    ...numberIn('DEC', (value) => (Math.abs(value) <= 90 ? null : `DEC = ${value} is outside -90 to 90`)),
  }),
  onPrimary({
    id: 'P14',
    severity: 'error',
    title: 'MJD-OBS ≥ 40587 (1970-01-01)',
    ...numberIn('MJD-OBS', (value) => (value >= UNIX_EPOCH_MJD ? null : `MJD-OBS = ${value} is before 1970-01-01`)),
  }),
  onPrimary({
    id: 'P15',
    severity: 'error',
    title: 'MJD-END ≥ MJD-OBS',
    keyword: 'MJD-END',
    check: (primary) => {
      const [start, end] = [primary.number('MJD-OBS'), primary.number('MJD-END')]
      if (start === undefined || end === undefined) return SKIPPED
      return end >= start ? null : `MJD-END = ${end} is before MJD-OBS = ${start}`
    },
  }),
  onPrimary({
    id: 'P16',
    severity: 'error',
    title: 'MJD-END is not in the future',
    ...numberIn('MJD-END', (value, { context: { now = new Date() } }) =>
      value <= now.getTime() / 1000 / SECONDS_PER_DAY + UNIX_EPOCH_MJD ? null : `MJD-END = ${value} is in the future`,
    ),
  }),
  onPrimary({
    id: 'P17',
    severity: 'error',
    title: '1e-15 < EXPTIME < 1e15',
    ...numberIn('EXPTIME', (value) =>
      value > 1e-15 && value < 1e15 ? null : `EXPTIME = ${value} s is no exposure time`,
    ),
  }),
  onPrimary({
    id: 'P18',
    severity: 'error',
    title: 'EXPTIME ≤ TEXPTIME',
    tolerance: '0.01 s',
    keyword: 'TEXPTIME',
    check: (primary) => {
      const [exposure, total] = [primary.number('EXPTIME'), primary.number('TEXPTIME')]
      if (exposure === undefined || total === undefined) return SKIPPED
      return exposure < total + 0.01 ? null : `EXPTIME = ${exposure} s is more than TEXPTIME = ${total} s`
    },
  }),
  onPrimary({
    id: 'P19',
    severity: 'error',
    title: 'TEXPTIME ≤ (MJD-END - MJD-OBS) · 86400',
    tolerance: '0.01 s',
    keyword: 'TEXPTIME',
    check: (primary) => {
      const [total, start, end] = [primary.number('TEXPTIME'), primary.number('MJD-OBS'), primary.number('MJD-END')]
      if (total === undefined || start === undefined || end === undefined) return SKIPPED
      const elapsed = (end - start) * SECONDS_PER_DAY
      return total <= elapsed + 0.01
        ? null
        : `TEXPTIME = ${total} s is more than the ${elapsed} s from MJD-OBS to MJD-END`
    },
  }),
  onPrimary({
    id: 'P20',
    severity: 'error',
    title: 'NCOMBINE > 0',
    ...numberIn('NCOMBINE', (value) => (value > 0 ? null : `NCOMBINE is ${value}`)),
  }),
  onPrimary({
    id: 'P21',
    severity: 'error',
    title: 'FLUXCAL is ABSOLUTE or UNCALIBRATED',
    ...textIn('FLUXCAL', (value) =>
      value === 'ABSOLUTE' || value === 'UNCALIBRATED'
        ? null
        : `FLUXCAL = '${value}' is neither ABSOLUTE nor UNCALIBRATED`,
    ),
  }),
  onPrimary({
    id: 'P22',
    severity: 'error',
    title: 'FLUXCAL = ABSOLUTE: FLUXERR is -2 or in [0, 100]',
    ...numberIn('FLUXERR', (value, { primary }) =>
      primary.text('FLUXCAL') !== 'ABSOLUTE' || value === -2 || (value >= 0 && value <= 100)
        ? null
        : `FLUXERR = ${value} is neither -2 nor in [0, 100]`,
    ),
  }),
  onPrimary({
    id: 'P23',
    severity: 'error',
    title: 'FLUXCAL = UNCALIBRATED: FLUXERR = -1',
    ...numberIn('FLUXERR', (value, { primary }) =>
      primary.text('FLUXCAL') !== 'UNCALIBRATED' || value === -1 ? null : `FLUXERR is ${value}, expected -1`,
    ),
  }),
  onPrimary({
    id: 'P24',
    severity: 'error',
    title: 'TOT_FLUX = T only with FLUXCAL = ABSOLUTE',
    keyword: 'TOT_FLUX',
    check: (primary) =>
      primary.logical('TOT_FLUX') === true && primary.text('FLUXCAL') !== 'ABSOLUTE'
        ? 'TOT_FLUX is T, but the flux is not calibrated'
        : null,
  }),
  onPrimary({
    id: 'P25',
    severity: 'error',
    title: `SPECSYS is one of ${SPECTRAL_FRAMES.join(', ')}`,
    ...textIn('SPECSYS', (value) =>
      SPECTRAL_FRAMES.includes(value) ? null : `SPECSYS = '${value}' is no frame of the standard`,
    ),
  }),
  onPrimary({
    id: 'P26',
    severity: 'error',
    title: 'SPEC_RES > 0',
    ...numberIn('SPEC_RES', (value) => (value > 0 ? null : `SPEC_RES is ${value}`)),
  }),
  onPrimary({
    id: 'P27',
    severity: 'error',
    title: '0 < WAVELMIN < WAVELMAX',
    keyword: 'WAVELMIN',
    check: (primary) => {
      const [minimum, maximum] = [primary.number('WAVELMIN'), primary.number('WAVELMAX')]
      if (minimum === undefined || maximum === undefined) return SKIPPED
      return 0 < minimum && minimum < maximum ? null : `WAVELMIN = ${minimum}, WAVELMAX = ${maximum} are no range`
    },
  }),
  onPrimary({
    id: 'P28',
    severity: 'error',
    title: 'STREHL, if present, is in (0, 1]',
    ...numberIn('STREHL', (value) => (value > 0 && value <= 1 ? null : `STREHL = ${value} is outside (0, 1]`)),
  }),
  onPrimary({
    id: 'P29',
    severity: 'error',
    title: 'TIMESYS, if present, is UTC or TAI',
    ...textIn('TIMESYS', (value) =>
      value === 'UTC' || value === 'TAI' ? null : `TIMESYS = '${value}' is neither UTC nor TAI`,
    ),
  }),
  onPrimary({
    id: 'P30',
    severity: 'error',
    title: 'ORIGIN begins with ESO (or is APEX, ALMA), else NOESODAT = T',
    ...textIn('ORIGIN', (value, { primary }) =>
      /^(ESO|APEX$|ALMA$)/.test(value) || primary.logical('NOESODAT') === true
        ? null
        : `ORIGIN = '${value}' is not ESO, and NOESODAT is not T`,
    ),
  }),
]
