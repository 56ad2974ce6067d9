import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { z } from 'zod'

const science = z.object({
  SNR: z.number(),
  FLUXCAL: z.enum(['ABSOLUTE', 'UNCALIBRATED']),
  points: z.number(),
  pullMadRms: z.number(),
  wavelengthShiftAngstrom: z.number(),
  trueSnr: z.number(),
  medianSnr: z.number(),
  largestSnrDifference: z.number(),
  flaggedWithData: z.number(),
  goodWithoutData: z.number(),
  errorsUsable: z.boolean(),
  ascending: z.boolean(),
})

/** What an IDP says, held against the spectrum that was injected into its raw. */
export type Science = z.infer<typeof science>

export interface IdpWithTruth {
  readonly idp: string
  readonly truth: string
}

/** An independent reader: astropy with checksums, where every warning is an error. */
export async function scienceOf(files: readonly IdpWithTruth[]): Promise<Science[]> {
  const python = process.env['PHOENIX_TEST_PYTHON'] ?? 'python3'
  const program = 'test/integration/idp/convert_science.py'
  const paths = files.flatMap(({ idp, truth }) => [idp, truth])
  const { stdout } = await promisify(execFile)(python, ['-W', 'error', program, ...paths])
  return z.array(science).parse(JSON.parse(stdout))
}

/** Errors, wavelengths and signal to noise are those of the injected spectrum; samples without data are marked, all others are not. */
export function expectTrueToTheStar(found: Science | undefined): void {
  if (found === undefined) throw new Error('the reader has read nothing')
  expect(found.points).toBeGreaterThan(30_000)
  expect(found.pullMadRms).toBeGreaterThan(0.9)
  expect(found.pullMadRms).toBeLessThan(1.1)
  expect(Math.abs(found.wavelengthShiftAngstrom)).toBeLessThan(0.006)
  expect(Math.abs(found.SNR / found.trueSnr - 1)).toBeLessThan(0.1)
  expect(Math.abs(found.SNR / found.medianSnr - 1)).toBeLessThan(0.001)
  // Flux-calibrated or not, a sample has one signal to noise.
  expect(found.largestSnrDifference).toBeLessThan(1e-6)
  expect(found).toMatchObject({ ascending: true, errorsUsable: true, goodWithoutData: 0, flaggedWithData: 0 })
}
