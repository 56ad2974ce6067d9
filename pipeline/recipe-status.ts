import { z } from 'zod'

/** How a recipe ended: what the launcher wrote to `status.json`. Facts only; which end is an outcome is decided elsewhere. */
export const recipeStatusSchema = z.strictObject({
  /** Exit code of esorex; null when a signal ended it or it never started. */
  exitCode: z.number().int().nullable(),
  /** Signal that ended it, `SIGSEGV`; null when it exited by itself. */
  signal: z.string().nullable(),
  /** Why we killed it; null when we did not (a SIGKILL with null here came from elsewhere, such as the kernel out of memory). */
  killedBy: z.enum(['cancel', 'wall', 'memory', 'output']).nullable(),
  /** Why esorex could not be started at all; null otherwise. */
  startError: z.string().nullable(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  wallSeconds: z.number().nonnegative(),
  // The four below are null when the launcher itself did not answer and had to be killed, so that nobody measured.
  /** User and system time of esorex and of those of its children that it waited for. */
  cpuSeconds: z.number().nonnegative().nullable(),
  /** Highest resident memory seen, polled: a short peak may be missed. */
  peakRssBytes: z.number().int().nonnegative().nullable(),
  /** Bytes through read and write calls, from the page cache too; memory-mapped files are not seen. */
  bytesRead: z.number().int().nonnegative().nullable(),
  bytesWritten: z.number().int().nonnegative().nullable(),
})

export type RecipeStatus = z.infer<typeof recipeStatusSchema>

export type KilledBy = NonNullable<RecipeStatus['killedBy']>
