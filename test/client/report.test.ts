import { expect, test } from 'vitest'
import { splitPlace } from '../../client/report.ts'

test('a date is named by instrument and night, or as its workflow is', () => {
  expect(splitPlace('UVES', '2026-03-01')).toEqual(['UVES', '2026-03-01'])
  expect(splitPlace('date/UVES/2026-03-01', undefined)).toEqual(['UVES', '2026-03-01'])
  expect(splitPlace('test-date/UVES/2026-03-01', undefined)).toEqual(['UVES', '2026-03-01'])
  expect(splitPlace('UVES/2026-03-01', undefined)).toEqual(['UVES', '2026-03-01'])
  expect(() => splitPlace('UVES', undefined)).toThrow(/a date is missing/)
})
