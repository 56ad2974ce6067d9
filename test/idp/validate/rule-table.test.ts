import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ruleTable } from '../../../idp/validate/rule-table.ts'

test('docs/idp-rules.md is what the rules say (vitest --update writes it anew)', async () => {
  await expect(ruleTable()).toMatchFileSnapshot(join(import.meta.dirname, '../../../docs/idp-rules.md'))
})
