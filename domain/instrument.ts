import { z } from 'zod'
import { idpSection } from './idp-section.ts'

/**
 * What an instrument file (`instruments/<instrument>.yaml`) says. The schema is the only parser of it:
 * everything behind the edge receives the typed `Instrument`.
 */
const typedKeywords = z.strictObject({
  type: z
    .enum(['string', 'integer', 'double'])
    .describe('Recipes refuse a double without a decimal point and an integer with one; some crash.'),
  names: z.array(z.string()).min(1),
  with: z
    .array(z.string())
    .default([])
    .describe('The keywords are read only when files of all these categories are given to the recipe.'),
  optional: z.boolean().default(false).describe('Its absence does no harm, a wrong type does.'),
})

/** Lengths of NAXIS1, NAXIS2: each is the sum of these keywords of the raw. */
const axes = z.array(z.array(z.string()).min(1)).default([])

/** A keyword that raw and calibration must have in common. */
const match = z
  .union([
    z.string(),
    z.strictObject({
      keyword: z.string(),
      tolerance: z.number().positive().optional().describe('Largest relative difference of two numbers.'),
      sinceMjd: z.number().optional().describe('Not compared for raws taken earlier.'),
      orRawAtLeast: z
        .number()
        .optional()
        .describe("Also accepted: the raw's value is at least the one, the calibration's at most the other."),
      withCalibrationAtMost: z.number().optional(),
    }),
  ])
  .transform((entry) => (typeof entry === 'string' ? { keyword: entry } : entry))

const frameCount = z.number().int().positive()

/** A detector of a frame that has several, each with calibrations and products of its own. */
const chip = z.strictObject({
  name: z.string().min(1).describe('End of the categories that are its own: `REDL` of `MASTER_BIAS_REDL`.'),
  hdu: z
    .number()
    .int()
    .nonnegative()
    .describe('HDU of the raw with its pixels and its cards; they count more than those of the primary header.'),
  keywords: z.array(typedKeywords).default([]).describe('What is read of this chip beyond the keywords of all.'),
})

const raw = z.strictObject({
  frames: z
    .union([frameCount, z.strictObject({ minimum: frameCount, maximum: frameCount })])
    .default(1)
    .transform((count) => (typeof count === 'number' ? { minimum: count, maximum: count } : count))
    .describe(
      'Frames that the recipe takes, or the fewest and most: of a second one some recipes say nothing and ignore it.',
    ),
  keywords: z.array(typedKeywords).default([]),
  chips: z
    .array(chip)
    .default([])
    .describe('In the order of wavelength; none where the whole file is one. All else here holds for each of them.'),
  ranges: z
    .record(z.string(), z.tuple([z.number(), z.number()]))
    .default({})
    .describe('Smallest and largest plausible value.'),
  /** Pairs of keywords whose product is 1, such as gain and its inverse. */
  inverses: z
    .array(z.strictObject({ keywords: z.tuple([z.string(), z.string()]), tolerance: z.number().positive() }))
    .default([]),
  axes,
  saturationAdu: z.number().positive().optional().describe('Pixels at or above this value count as saturated.'),
  setting: z
    .array(z.string())
    .default([])
    .describe('Keywords whose values together name the setting: measured values are compared within one setting.'),
})

/** Where the product must lie in wavelength, and how many orders it must hold, according to the calibrations that were used. */
const coverage = z.strictObject({
  chip: z.string().optional().describe('Of one chip; of the whole product without.'),
  orders: z.strictObject({ category: z.string(), hdu: z.number().int(), column: z.string(), foundKeyword: z.string() }),
  lines: z.strictObject({
    category: z.string(),
    hdu: z.number().int(),
    column: z.string(),
    orderHistory: z
      .tuple([z.string(), z.string()])
      .optional()
      .describe(
        'First words of its HISTORY cards with the first and last order: as many as the order table must have.',
      ),
  }),
  endTolerance: z
    .number()
    .positive()
    .describe('Share of the span by which the product may end earlier or later than the lines.'),
  centre: z.strictObject({
    keyword: z.string(),
    angstromPerUnit: z.number().positive(),
    at: z
      .enum(['first', 'middle', 'last'])
      .default('middle')
      .describe('Where it lies in the coverage: of two chips at the end of the bluer, at the beginning of the redder.'),
    tolerance: z.number().positive().describe('Relative distance allowed from it.'),
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
  statistic: z
    .union([z.literal('median'), z.strictObject({ countBelow: z.number() })])
    .default('median')
    .describe('What is made of the values of all orders; `countBelow`: how many lie below that value.'),
  notMeasured: z.number().optional().describe('A value that means "not measured".'),
  limit: z.union([
    z.strictObject({ minimum: z.number().optional(), maximum: z.number().optional() }),
    /** Median of the recorded values of the same setting, plus and minus so many median absolute deviations. */
    z.strictObject({ deviations: z.number().positive() }),
  ]),
})

/** As `RECIPE_PARAM` of a block: what a shell or esorex could take for anything else has no place in it. */
const parameterValue = z.union([z.string().regex(/^[A-Za-z0-9_.,:+-]+$/), z.number(), z.boolean()])

const modeFields = z.strictObject({
  rawType: z.string().describe('RAW_TYPE of the blocks, e.g. `SCI_POINT_BLUE`.'),
  certified: z.boolean().describe('Blocks of other modes are left out.'),
  reason: z.string().min(1).optional().describe('Why the mode is not certified.'),
  recipe: z.string(),
  memoryBytes: z
    .number()
    .positive()
    .optional()
    .describe('Memory that the recipe takes at its peak: no more recipes are started than fit the host.'),
  parameters: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]*$/), parameterValue)
    .default({})
    .describe("Parameters of the recipe, without `--`; those of a block (RECIPE_PARAM) take the place of the file's."),
  header: z
    .record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]))
    .default({})
    .describe(
      'Keywords of the raw that tell this mode from others of the same raw type; a list holds values of which any will do.',
    ),
  raw: raw.prefault({}),
  required: z.array(z.string()).describe('Categories of calibrations without which a block is left out.'),
  optional: z.array(z.string()).default([]).describe('Categories that the recipe also takes.'),
  products: z.array(
    z.strictObject({
      category: z.string(),
      role: z.string(),
      primary: z.boolean().default(false).describe('Goes into an IDP.'),
      with: z
        .array(z.string())
        .default([])
        .describe('Made only when files of all these categories are given to the recipe.'),
      errorOf: z.string().optional().describe('Category of the spectrum whose errors it holds.'),
    }),
  ),
  coverage: z
    .union([coverage, z.array(coverage)])
    .transform((one) => [one].flat())
    .default([]),
  fatalWarnings: z
    .array(z.string())
    .default([])
    .describe(
      'Warnings of the pipeline (regular expressions) that tell of a product which is wrong although the recipe succeeded.',
    ),
  scores: z.array(score).default([]),
})

const mode = modeFields.refine(({ certified, reason }) => certified || reason !== undefined, {
  path: ['reason'],
  message: 'a mode that is not certified needs a reason',
})

const calibration = z.strictObject({
  validityDays: z
    .number()
    .positive()
    .optional()
    .describe('For the score only: OK up to this distance in days, NOK beyond it; not scored without.'),
  expected: z.boolean().default(false).describe('Scored as MISS when a block lacks it, though it is not required.'),
  /** A list within the list counts as its entries: so rules can share some. */
  match: z
    .array(z.union([match, z.array(match)]))
    .transform((entries) => entries.flat())
    .default([]),
  keywords: z.array(typedKeywords).default([]),
  contains: z.record(z.string(), z.string()).default({}).describe('Text that the value of a keyword must contain.'),
  axes,
  extensions: z.number().int().positive().optional(),
  history: z.array(z.string()).default([]).describe('First words of HISTORY cards that every extension must have.'),
})

const fields = z.strictObject({
  instrument: z.string().regex(/^[A-Z][A-Z0-9_-]*$/),
  version: z.number().int().positive().describe('Of this file: one more with every change. Each run records it.'),
  nightBeginsUtHour: z.number().int().min(0).max(23),
  status: z.enum(['draft', 'certified']).describe('A draft runs as a trial only (`phoenix run --trial`).'),
  certifiedBy: z.string().min(1).optional(),
  certifiedOn: z.iso.date().optional(),
  pipeline: z.strictObject({
    name: z.string().describe('Folder name prefix of the plug-in, e.g. `uves` for `uves-6.1.8`.'),
    certifiedVersions: z.array(z.string()).min(1).describe('With any other version no recipe is started.'),
    debianPackage: z.string(),
  }),
  limits: z
    .strictObject({
      wallSeconds: z.number().positive(),
      memoryBytes: z.number().positive(),
      outputBytes: z.number().positive(),
    })
    .describe('Of one recipe: it is killed beyond them, and its block has failed.'),
  modes: z.array(mode).min(1),
  calibrations: z
    .record(z.string(), calibration)
    .default({})
    .describe('What is asked of a calibration, by category, before a recipe gets it.'),
  gencalibs: z.array(z.strictObject({ category: z.string() })).default([]),
  qc1Units: z
    .record(z.string(), z.string())
    .default({})
    .describe("Units of QC1 parameters by the end of their name, where the pipeline's own comment does not tell."),
  idp: idpSection.optional().describe('How products become IDPs; without it nothing is converted.'),
})

export const instrumentSchema = fields
  .refine(
    ({ status, certifiedBy, certifiedOn }) =>
      status === 'draft' || (certifiedBy !== undefined && certifiedOn !== undefined),
    { path: ['status'], message: 'certified by whom (certifiedBy) and on which day (certifiedOn)?' },
  )
  // Several spectra become one file only in the form of an IDP.
  .refine(
    ({ modes, idp }) =>
      idp !== undefined || modes.every(({ products }) => areDistinct(products.filter(({ primary }) => primary))),
    {
      path: ['modes'],
      message: 'two primary products of one role need an `idp` section, which makes one file of them',
    },
  )

function areDistinct(products: readonly { readonly role: string }[]): boolean {
  return new Set(products.map(({ role }) => role)).size === products.length
}

export type Instrument = z.infer<typeof instrumentSchema>
/** An instrument file as it was read: the record keeps its content with whatever was done by it. */
export interface CertifiedInstrument extends Instrument {
  readonly file: { readonly content: string; readonly sha256: string }
}
export type Mode = Instrument['modes'][number]
export type RawRules = Mode['raw']
export type TypedKeywords = RawRules['keywords'][number]
export type CalibrationRules = Instrument['calibrations'][string]
export type Match = CalibrationRules['match'][number]
export type Chip = RawRules['chips'][number]
export type Coverage = Mode['coverage'][number]
export type ScoreRule = Mode['scores'][number]
