import { z } from 'zod'

/**
 * What an instrument file (`instruments/<instrument>.yaml`) says. The schema is the only parser of it:
 * everything behind the edge receives the typed `Instrument`.
 */
const mode = z.strictObject({
  rawType: z.string(),
  certified: z.boolean(),
  reason: z.string().optional(),
  recipe: z.string(),
  /** Header keywords that tell this mode from others with the same raw type, e.g. `ESO INS SLIT1 NAME: FREE`. */
  header: z.record(z.string(), z.string()).default({}),
  required: z.array(z.string()),
  optional: z.array(z.string()).default([]),
  products: z.array(z.strictObject({ category: z.string(), role: z.string(), primary: z.boolean().default(false) })),
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
  gencalibs: z.array(z.strictObject({ category: z.string() })).default([]),
})

export type Instrument = z.infer<typeof instrumentSchema>
export type Mode = Instrument['modes'][number]
