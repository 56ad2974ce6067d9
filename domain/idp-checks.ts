import { z } from 'zod'

/** A field of ORIGFILE, held against a keyword of the raw frame; by arm where the arms differ. */
const nameField = z.strictObject({
  keyword: z.union([z.string(), z.record(z.string(), z.string())]),
  form: z.discriminatedUnion('as', [
    /** The value as it is. */
    z.strictObject({ as: z.literal('text') }),
    /** The time in an archive name. */
    z.strictObject({ as: z.literal('stamp') }),
    /** The value times `factor`, rounded, with leading zeros to so many digits. */
    z.strictObject({ as: z.literal('number'), factor: z.number().default(1), digits: z.number().int().default(1) }),
    /** A text for some values; no text for all others. */
    z.strictObject({ as: z.literal('choice'), texts: z.record(z.string(), z.string()) }),
  ]),
})

const regularExpression = z.string().refine(isRegularExpression, 'no regular expression')

/**
 * What the validator asks of an instrument's internal data products beyond the standard (`checks` in the `idp` part of an instrument
 * file). It says again, in its own words, what the converter should have done, so that a mistake there does not go unseen.
 */
export const idpChecks = z.strictObject({
  /** Archive collection; some are excused from EXT_OBJ. */
  collection: z.string().optional(),
  specsys: z.string(),
  /** Value of TUCD1: `em.wl;obs.atmos` for wavelengths in air. */
  waveUcd: z.string(),
  wavelengthRangeNm: z.tuple([z.number().positive(), z.number().positive()]),
  /** TUNIT of a flux that is not calibrated. */
  unfluxedUnit: z.string(),
  /** PROCSOFT contains a match of it. */
  software: regularExpression,
  /** Keyword of the raw frame that tells the arm; its values are the keys of `slitWidth` and of fields by arm. */
  armKeyword: z.string(),
  /** Keyword of the slit width in arcsec, by arm. */
  slitWidth: z.record(z.string(), z.string()),
  positionToleranceDegrees: z.number().positive(),
  originalName: z.strictObject({
    /** Has a group `code` and one for each of `fields`. */
    pattern: regularExpression,
    fluxedCode: z.string(),
    unfluxedCode: z.string(),
    fields: z.record(z.string(), nameField),
  }),
})

export type IdpChecks = z.infer<typeof idpChecks>
export type NameField = z.infer<typeof nameField>

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text).source !== ''
  } catch {
    return false
  }
}
