import type { Idp } from './idp.ts'
import { applyRules, type Judgement } from './rule.ts'
import { CONTENT_RULES, FORM_RULES } from './rules.ts'

/** Holds one file against all rules; of what is no FITS file only its form is judged. */
export function judge(idp: Idp): Judgement {
  const form = applyRules(FORM_RULES, idp)
  const isFits = idp.layout.hdus.length > 0
  const content: Judgement = isFits
    ? applyRules(CONTENT_RULES, idp)
    : { findings: [], skipped: CONTENT_RULES.map(({ id }) => id) }
  return { findings: [...form.findings, ...content.findings], skipped: [...form.skipped, ...content.skipped] }
}
