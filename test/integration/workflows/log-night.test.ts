import { expect, test } from 'vitest'
import { expectNullNight } from './null-log-night.ts'

test('a real night of both dichroics, 8 exposures, with a recipe that does nothing: counts per setting are those of the log', async () => {
  expect(await expectNullNight('2018-09-06', 2)).toBe(8)
})
