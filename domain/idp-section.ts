import { z } from 'zod'
import { idpChecks } from './idp-checks.ts'

/** A value that an operator or the record may give to a keyword. */
const scalar = z.union([z.string(), z.number(), z.boolean()])
export type Scalar = z.infer<typeof scalar>

const keyword = z.strictObject({
  /** `#` stands for 1, 2, 3 ... when the value is a list: `PROV#`. */
  keyword: z.string().min(1),
  hdu: z.enum(['primary', 'spectrum', 'both']).default('primary'),
  source: z.enum(['raw', 'product', 'lineTable', 'configuration', 'database', 'computed', 'constant']),
  /** Header keyword, name of a value or of a function; of several the first that has a value. Constants have `value` instead. */
  from: z
    .union([z.string(), z.array(z.string()).min(1)])
    .transform((names) => (typeof names === 'string' ? [names] : names))
    .default([]),
  value: scalar.optional(),
  /** Numbers are written as doubles unless told otherwise. */
  type: z.enum(['integer']).optional(),
  /** Digits behind the decimal point, always written. */
  decimals: z.number().int().min(0).max(15).optional(),
  /** Significant digits, rounded. */
  digits: z.number().int().min(1).max(17).optional(),
  comment: z.string().default(''),
  required: z.boolean().default(true),
})

const arm = z.strictObject({
  /** Product sets of one spectrum, bluest first: names at the end of the categories of products and calibrations. */
  chips: z.array(z.string()).min(1),
  slitWidthKeyword: z.string(),
  wavelengthKeyword: z.string(),
  /** Resolving power times slit width in arcsec: used when the line table does not tell the resolving power. */
  resolvingPowerTimesSlit: z.number().positive(),
})

/** Whether spectra are delivered flux-calibrated, and when a master response serves an exposure. */
const fluxCalibration = z.strictObject({
  case: z
    .union([z.literal(1), z.literal(2)])
    .describe('1: flux-calibrated whenever the block lists a valid master response. 2: never, wavelengths only.'),
  responseValidityDays: z.number().positive().describe('Largest distance in time of a response from the exposure.'),
  breakpoints: z
    .record(z.string(), z.array(z.iso.date()))
    .default({})
    .describe(
      'By arm: days at whose beginning (0h UT) the throughput changed, as with a new detector. No response serves across one.',
    ),
})

/** How products of the recipe become internal data products (the `idp` part of an instrument file). */
const fields = z.strictObject({
  fluxCalibration,
  /** Uncertainty of the flux scale in percent by central wavelength in nm; -2 (cannot be determined) for those not listed. */
  fluxErrorPercent: z.record(z.string(), z.number().min(0).max(100)).default({}),
  /** Samples without data at the ends: kept and flagged, or cut off. */
  padding: z.enum(['keep', 'cut']).default('keep'),
  /** By the end of the raw's tag: SCI_POINT_BLUE belongs to BLUE. */
  arms: z.record(z.string(), arm),
  /** Categories without the chip at their end; `{type}` is the raw's tag without its arm. */
  products: z.strictObject({ spectrum: z.string(), error: z.string(), sky: z.string(), flux: z.string() }),
  calibrations: z.strictObject({ lineTable: z.string(), response: z.string(), extinction: z.string() }),
  /** Name given by the producer, and title. Fields in braces are filled in; `shortTitle` serves where `title` is too long. */
  originalName: z.string(),
  title: z.string(),
  shortTitle: z.string(),
  /** What keywords of source `configuration` take. */
  values: z.record(z.string(), scalar).default({}),
  /** In the order of the header. A keyword declared again is the fallback of the one before. */
  keywords: z.array(keyword),
  checks: idpChecks.optional(),
})

export const idpSection = fields.refine(
  ({ arms, fluxCalibration: { breakpoints } }) => Object.keys(breakpoints).every((arm) => arm in arms),
  { path: ['fluxCalibration', 'breakpoints'], message: 'breakpoints are of an arm that is not in `arms`' },
)

export type IdpSection = z.infer<typeof idpSection>
export type Arm = IdpSection['arms'][string]
export type KeywordRule = IdpSection['keywords'][number]
