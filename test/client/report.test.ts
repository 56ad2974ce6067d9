import { expect, test } from 'vitest'
import { splitPlace, totalsOf } from '../../client/report.ts'
import type { AbReport } from '../../database/report.ts'

test('a date is named by instrument and night, or as its workflow is', () => {
  expect(splitPlace('UVES', '2026-03-01')).toEqual(['UVES', '2026-03-01'])
  expect(splitPlace('date/UVES/2026-03-01', undefined)).toEqual(['UVES', '2026-03-01'])
  expect(splitPlace('test-date/UVES/2026-03-01', undefined)).toEqual(['UVES', '2026-03-01'])
  expect(splitPlace('UVES/2026-03-01', undefined)).toEqual(['UVES', '2026-03-01'])
  expect(() => splitPlace('UVES', undefined)).toThrow(/a date is missing/)
})

test('totals: sums over the blocks, and the highest memory', () => {
  const ab = (more: Partial<AbReport>): AbReport => ({
    abName: 'x.ab',
    rawType: null,
    target: null,
    programId: null,
    observationId: null,
    setting: null,
    exposureSeconds: null,
    state: 'processed',
    generation: 1,
    leftOutCode: null,
    failureKind: null,
    cause: null,
    signalToNoise: null,
    warnings: null,
    host: null,
    startedAt: null,
    phase: null,
    wallSeconds: null,
    cpuSeconds: null,
    peakRssBytes: null,
    qc1Count: 0,
    scored: 0,
    notFine: 0,
    calibrationsNok: 0,
    calibrationsMissing: 0,
    endedAt: null,
    idps: [],
    ...more,
  })
  const idp = {
    archiveName: 'ADP',
    role: 'spectrum',
    kind: 'standard',
    state: 'live',
    bytes: 1,
    ingestedAt: null,
  } as const
  const abs = [
    ab({ wallSeconds: 3, cpuSeconds: 2, peakRssBytes: 5e8, qc1Count: 10, idps: [idp, { ...idp, state: 'pending' }] }),
    ab({ state: 'failed', wallSeconds: 1.5, peakRssBytes: 2e8, idps: [] }),
    ab({ state: 'left out' }),
  ]
  expect(totalsOf(abs)).toEqual({
    states: { processed: 1, failed: 1, 'left out': 1 },
    idps: { live: 1, pending: 1 },
    qc1Values: 10,
    wallSeconds: 4.5,
    cpuSeconds: 2,
    peakRssBytes: 5e8,
  })
  expect(totalsOf([]).peakRssBytes).toBe(0)
})
