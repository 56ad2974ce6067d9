import { z } from 'zod'

/** What the launcher is told: the content of `job.json` in the private folder of the recipe. */
export const recipeJobSchema = z.strictObject({
  folder: z.string(),
  esorex: z.string(),
  arguments: z.array(z.string()),
  limits: z.strictObject({
    /** Counted from the start of the recipe. */
    wallSeconds: z.number().positive(),
    /** Resident memory of all processes of the recipe together. */
    memoryBytes: z.number().positive(),
    /** All that lies in the private folder. */
    outputBytes: z.number().positive(),
  }),
  /** From SIGTERM to SIGKILL when the recipe is cancelled. */
  graceSeconds: z.number().nonnegative(),
  /** 0 to 19: lower priority of the recipe on a machine that others use. */
  nice: z.number().int().min(0).max(19),
})

export type RecipeJob = z.infer<typeof recipeJobSchema>
export type RecipeLimits = RecipeJob['limits']
