import { z } from 'zod'
import { idpSection } from './idp-section.ts'

/**
 * What an instrument file (`instruments/<instrument>.yaml`) says. The schema is the only parser of it:
 * everything behind the edge receives the typed `Instrument`.
 */
const typedKeywords = z.strictObject({
  /** Recipes refuse a double without a decimal point and an integer with one; some crash. */
  type: z.enum(['string', 'integer', 'double']),
  names: z.array(z.string()).min(1),
  /** The keywords are read only when files of all these categories are given to the recipe. */
  with: z.array(z.string()).default([]),
  /** Its absence does no harm, a wrong type does. */
  optional: z.boolean().default(false),
})

/** Lengths of NAXIS1, NAXIS2: each is the sum of these keywords of the raw. */
const axes = z.array(z.array(z.string()).min(1)).default([])

/** A keyword that raw and calibration must have in common. */
const match = z
  .union([
    z.string(),
    z.strictObject({
      keyword: z.string(),
      /** Largest relative difference of two numbers. */
      tolerance: z.number().positive().optional(),
      /** Not compared for raws taken earlier. */
      sinceMjd: z.number().optional(),
      /** Also accepted: the raw's value is at least the one, the calibration's at most the other. */
      orRawAtLeast: z.number().optional(),
      withCalibrationAtMost: z.number().optional(),
    }),
  ])
  .transform((entry) => (typeof entry === 'string' ? { keyword: entry } : entry))

const raw = z.strictObject({
  /** Frames that the recipe takes: of a second one some recipes say nothing and ignore it. */
  frames: z.number().int().positive().default(1),
  keywords: z.array(typedKeywords).default([]),
  /** Smallest and largest plausible value. */
  ranges: z.record(z.string(), z.tuple([z.number(), z.number()])).default({}),
  /** Pairs of keywords whose product is 1, such as gain and its inverse. */
  inverses: z
    .array(z.strictObject({ keywords: z.tuple([z.string(), z.string()]), tolerance: z.number().positive() }))
    .default([]),
  axes,
  /** Pixels at or above this value count as saturated. */
  saturationAdu: z.number().positive().optional(),
  /** Keywords whose values together name the setting: measured values are compared within one setting. */
  setting: z.array(z.string()).default([]),
})

/** Where the product must lie in wavelength, and how many orders it must hold, according to the calibrations that were used. */
const coverage = z.strictObject({
  orders: z.strictObject({ category: z.string(), hdu: z.number().int(), column: z.string(), foundKeyword: z.string() }),
  lines: z.strictObject({ category: z.string(), hdu: z.number().int(), column: z.string() }),
  /** Share of the span by which the product may end earlier or later than the lines. */
  endTolerance: z.number().positive(),
  centre: z.strictObject({
    keyword: z.string(),
    angstromPerUnit: z.number().positive(),
    /** Relative distance allowed between that value and the middle of the coverage. */
    tolerance: z.number().positive(),
  }),
})

const score = z.strictObject({
  name: z.string(),
  of: z.union([
    /** QC1 parameter; `*` stands for the number of the order, and then all orders are meant. */
    z.strictObject({ parameter: z.string() }),
    /** Keyword of the primary product. */
    z.strictObject({ keyword: z.string() }),
    z.strictObject({ measure: z.enum(['negative flux', 'saturated pixels', 'pipeline warnings']) }),
  ]),
  /** What is made of the values of all orders; `countBelow`: how many lie below that value. */
  statistic: z.union([z.literal('median'), z.strictObject({ countBelow: z.number() })]).default('median'),
  /** A value that means "not measured". */
  notMeasured: z.number().optional(),
  limit: z.union([
    z.strictObject({ minimum: z.number().optional(), maximum: z.number().optional() }),
    /** Median of the recorded values of the same setting, plus and minus so many median absolute deviations. */
    z.strictObject({ deviations: z.number().positive() }),
  ]),
})

const mode = z.strictObject({
  rawType: z.string(),
  certified: z.boolean(),
  reason: z.string().optional(),
  recipe: z.string(),
  /**
   * Header keywords that tell this mode from others with the same raw type, e.g. `ESO INS SLIT1 NAME: FREE`; a list holds values
   * of which any will do.
   */
  header: z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)])).default({}),
  raw: raw.prefault({}),
  required: z.array(z.string()),
  optional: z.array(z.string()).default([]),
  products: z.array(
    z.strictObject({
      category: z.string(),
      role: z.string(),
      primary: z.boolean().default(false),
      /** Made only when files of all these categories are given to the recipe. */
      with: z.array(z.string()).default([]),
      /** Category of the spectrum whose errors it holds. */
      errorOf: z.string().optional(),
    }),
  ),
  coverage: coverage.optional(),
  /** Warnings of the pipeline (regular expressions) that tell of a product which is wrong although the recipe succeeded. */
  fatalWarnings: z.array(z.string()).default([]),
  scores: z.array(score).default([]),
})

const calibration = z.strictObject({
  /** OK up to this distance in days, NOK beyond it; not scored without. */
  validityDays: z.number().positive().optional(),
  /** Scored as MISS when a block lacks it, though it is not required. */
  expected: z.boolean().default(false),
  match: z.array(match).default([]),
  keywords: z.array(typedKeywords).default([]),
  /** Text that the value of a keyword must contain. */
  contains: z.record(z.string(), z.string()).default({}),
  axes,
  extensions: z.number().int().positive().optional(),
  /** First words of HISTORY cards that every extension must have. */
  history: z.array(z.string()).default([]),
})

export const instrumentSchema = z.strictObject({
  instrument: z.string().regex(/^[A-Z][A-Z0-9_-]*$/),
  nightBeginsUtHour: z.number().int().min(0).max(23),
  status: z.enum(['draft', 'certified']),
  certifiedBy: z.string().optional(),
  certifiedOn: z.string().optional(),
  pipeline: z.strictObject({
    /** Folder name prefix of the plug-in, e.g. `uves` for `uves-6.1.8`. */
    name: z.string(),
    certifiedVersions: z.array(z.string()).min(1),
    debianPackage: z.string(),
  }),
  limits: z.strictObject({
    wallSeconds: z.number().positive(),
    memoryBytes: z.number().positive(),
    outputBytes: z.number().positive(),
  }),
  modes: z.array(mode).min(1),
  /** What is asked of a calibration, by category, before a recipe gets it. */
  calibrations: z.record(z.string(), calibration).default({}),
  gencalibs: z.array(z.strictObject({ category: z.string() })).default([]),
  /** Units of QC1 parameters by the end of their name, where the pipeline's own comment does not tell. */
  qc1Units: z.record(z.string(), z.string()).default({}),
  /** How products become IDPs; without it nothing is converted. */
  idp: idpSection.optional(),
})

export type Instrument = z.infer<typeof instrumentSchema>
export type Mode = Instrument['modes'][number]
export type RawRules = Mode['raw']
export type TypedKeywords = RawRules['keywords'][number]
export type CalibrationRules = Instrument['calibrations'][string]
export type Match = CalibrationRules['match'][number]
export type Coverage = NonNullable<Mode['coverage']>
export type ScoreRule = Mode['scores'][number]
