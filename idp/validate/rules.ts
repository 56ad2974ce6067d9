import { FILE_RULES } from './file-rules.ts'
import type { Idp } from './idp.ts'
import { NUMBERING_RULES } from './numbering-rules.ts'
import { PRIMARY_RULES } from './primary-rules.ts'
import type { Rule } from './rule.ts'

/** Rules that can be held against anything. */
export const FORM_RULES: readonly Rule<Idp>[] = FILE_RULES

/** Rules that need a FITS file. */
export const CONTENT_RULES: readonly Rule<Idp>[] = [...PRIMARY_RULES, ...NUMBERING_RULES]
