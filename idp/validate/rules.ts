import { BATCH_RULES } from './batch-rules.ts'
import { BETWEEN_RULES } from './between-rules.ts'
import { COLUMN_RULES } from './column-rules.ts'
import { DATA_RULES } from './data-rules.ts'
import { EXTENSION_RULES } from './extension-rules.ts'
import { FILE_RULES } from './file-rules.ts'
import type { Idp } from './idp.ts'
import { INSTRUMENT_RULES } from './instrument-rules.ts'
import { NUMBERING_RULES } from './numbering-rules.ts'
import { PRIMARY_RULES } from './primary-rules.ts'
import { PRODUCT_RULES } from './product-rules.ts'
import { PROVENANCE_RULES } from './provenance-rules.ts'
import { RAW_RULES } from './raw-rules.ts'
import type { Rule } from './rule.ts'

/** Rules that can be held against anything. */
export const FORM_RULES: readonly Rule<Idp>[] = FILE_RULES

/** Rules that need a FITS file. */
export const CONTENT_RULES: readonly Rule<Idp>[] = [
  ...PRIMARY_RULES,
  ...NUMBERING_RULES,
  ...EXTENSION_RULES,
  ...COLUMN_RULES,
  ...BETWEEN_RULES,
  ...DATA_RULES,
  ...PROVENANCE_RULES,
  ...INSTRUMENT_RULES,
  ...RAW_RULES,
  ...PRODUCT_RULES,
]

/** What can be told of every rule, in the order of the ids within each family of the standard. */
export const ALL_RULES: readonly Omit<Rule<never>, 'check'>[] = [
  ...FORM_RULES,
  ...CONTENT_RULES,
  ...BATCH_RULES,
].toSorted((left, right) => orderOf(left.id) - orderOf(right.id))

function orderOf(id: string): number {
  return 'FPEXDBU'.indexOf(id.charAt(0)) * 100 + Number(id.slice(1))
}
