import { type BatchFinding, judgeBatch } from './validate/batch.ts'
import { type ContextFor, contextFor } from './validate/context.ts'
import { inContext, readIdp } from './validate/idp.ts'
import { judge } from './validate/judge.ts'
import type { Finding, Judgement } from './validate/rule.ts'

export { type BatchFinding, type BatchJudgement, judgeBatch } from './validate/batch.ts'
export type { ContextFor, IdpContext, PipelineProducts } from './validate/context.ts'
export { expectationsOf, type IdpExpectations } from './validate/expectations.ts'
export type { Finding, Judgement, Severity } from './validate/rule.ts'

/**
 * Holds one file against every rule of the Science Data Products standard (SCIENCE.SPECTRUM), of FITS and of the instrument that can
 * be applied with this context. A file that is no FITS file at all has the finding F03.
 *
 * @throws InfrastructureError if the file, or a pipeline product of the context, cannot be read
 * @throws FitsError if a pipeline product of the context is no spectrum
 */
export async function validateIdp(path: string, context: ContextFor = {}): Promise<Finding[]> {
  return [...(await judgeIdp(path, context)).findings]
}

/** As `validateIdp`, and which rules were skipped because the context, or a keyword that they need, is missing. */
export async function judgeIdp(path: string, context: ContextFor = {}): Promise<Judgement> {
  const file = await readIdp(path)
  return judge(await inContext(file, await contextFor(context, file.primary)))
}

/**
 * Holds every file of a delivery against its own rules, and the files against each other (names, titles, ancillary files).
 *
 * @throws as validateIdp
 */
export async function validateBatch(paths: readonly string[], context: ContextFor = {}): Promise<BatchFinding[]> {
  return [...(await judgeBatch(paths, context)).findings]
}
