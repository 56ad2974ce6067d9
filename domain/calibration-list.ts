import type { AssociationBlock } from './association-block.ts'
import { isGencalib } from './file-name.ts'

/** Every calibration that some blocks of a date need, each file once. MASSOC files are never part of it. */
export interface CalibrationList {
  readonly mcalibs: readonly NeededCalibration[]
  readonly gencalibs: readonly NeededCalibration[]
}

export interface NeededCalibration {
  readonly fileName: string
  readonly category: string
  /** Names of the association blocks that need it. */
  readonly neededBy: readonly string[]
}

export function calibrationList(abs: readonly AssociationBlock[]): CalibrationList {
  const byFile = new Map<string, { category: string; neededBy: string[] }>()
  for (const ab of abs) {
    for (const { fileName, category } of ab.calibrations) {
      const needed = byFile.get(fileName)
      if (needed === undefined) byFile.set(fileName, { category, neededBy: [ab.name] })
      else needed.neededBy.push(ab.name)
    }
  }
  const all = [...byFile]
    .map(([fileName, needed]) => ({ fileName, ...needed }))
    .toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1))
  return {
    mcalibs: all.filter(({ fileName }) => !isGencalib(fileName)),
    gencalibs: all.filter(({ fileName }) => isGencalib(fileName)),
  }
}
