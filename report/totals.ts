import type { AbReport } from '../database/report.ts'
import { commonCause } from '../domain/systematic-failure.ts'

export interface Totals {
  readonly states: Readonly<Partial<Record<AbReport['state'], number>>>
  readonly idps: Readonly<Record<string, number>>
  readonly qc1Values: number
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly peakRssBytes: number
}

/** Sums over the blocks of a date; the memory is the highest of any recipe. */
export function totalsOf(abs: readonly AbReport[]): Totals {
  const states: Partial<Record<AbReport['state'], number>> = {}
  const idps: Record<string, number> = {}
  for (const ab of abs) {
    states[ab.state] = (states[ab.state] ?? 0) + 1
    for (const { state } of ab.idps) idps[state] = (idps[state] ?? 0) + 1
  }
  const sum = (of: (ab: AbReport) => number | null) => abs.reduce((total, ab) => total + (of(ab) ?? 0), 0)
  return {
    states,
    idps,
    qc1Values: sum(({ qc1Count }) => qc1Count),
    wallSeconds: sum(({ wallSeconds }) => wallSeconds),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    peakRssBytes: Math.max(0, ...abs.map(({ peakRssBytes }) => peakRssBytes ?? 0)),
  }
}

export interface FailureGroup {
  readonly kind: string
  /** Of the first block that failed so. */
  readonly cause: string
  readonly abNames: readonly string[]
}

/** Blocks that failed or were interrupted, by cause, biggest first; causes that differ in numbers, names and paths only are one. */
export function failuresByCause(abs: readonly AbReport[]): readonly FailureGroup[] {
  const groups = new Map<string, { kind: string; cause: string; abNames: string[] }>()
  for (const { state, failureKind, cause, abName } of abs) {
    if (state !== 'failed' && state !== 'interrupted') continue
    const key = commonCause(failureKind ?? 'interrupted', cause ?? '')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { kind: failureKind ?? state, cause: cause ?? '', abNames: [abName] })
    else group.abNames.push(abName)
  }
  return [...groups.values()].toSorted((a, b) => b.abNames.length - a.abNames.length)
}
