import type { IdpContext } from './validate/context.ts'
import { readIdp } from './validate/idp.ts'
import { applyRules, type Finding, type Judgement } from './validate/rule.ts'
import { CONTENT_RULES, FORM_RULES } from './validate/rules.ts'

export type { IdpContext, PipelineProducts } from './validate/context.ts'
export type { IdpExpectations } from './validate/expectations.ts'
export type { Finding, Judgement, Severity } from './validate/rule.ts'

/**
 * Holds one file against every rule of the Science Data Products standard (SCIENCE.SPECTRUM), of FITS and of the instrument that can
 * be applied with this context. A file that is no FITS file at all has the finding F03.
 *
 * @throws InfrastructureError if the file, or a pipeline product of the context, cannot be read
 */
export async function validateIdp(path: string, context: IdpContext = {}): Promise<Finding[]> {
  return [...(await judgeIdp(path, context)).findings]
}

/** As `validateIdp`, and which rules were skipped because the context, or a keyword that they need, is missing. */
export async function judgeIdp(path: string, context: IdpContext = {}): Promise<Judgement> {
  const idp = await readIdp(path, context)
  const form = applyRules(FORM_RULES, idp)
  if (idp.layout.hdus.length === 0)
    return { findings: form.findings, skipped: [...form.skipped, ...CONTENT_RULES.map(({ id }) => id)] }
  const content = applyRules(CONTENT_RULES, idp)
  return { findings: [...form.findings, ...content.findings], skipped: [...form.skipped, ...content.skipped] }
}
