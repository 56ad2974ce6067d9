import type { AbReport } from '../../database/report.ts'

export function exampleAb(more: Partial<AbReport>): AbReport {
  return {
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
  }
}
