import { expect, test } from 'vitest'
import { expectNullNight } from '../integration/workflows/null-log-night.ts'

test('the longest night of the log, 384 exposures, with a recipe that does nothing: counts per setting are those of the log', {
  timeout: 3_600_000,
}, async () => {
  expect(await expectNullNight('2014-09-15', 2)).toBe(384)
})
