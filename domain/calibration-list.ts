import type { AssociationBlock } from './association-block.ts'
import { isGencalib } from './file-name.ts'
import type { Instrument } from './instrument.ts'

/** Every calibration that some blocks of a date need, each file once. MASSOC files are never part of it. */
export interface CalibrationList {
  readonly mcalibs: readonly NeededCalibration[]
  readonly gencalibs: readonly NeededCalibration[]
}

export interface NeededCalibration {
  readonly fileName: string
  /** As the blocks give it. Those that contradict the file fail for themselves; when none agrees, the file is not the one meant. */
  readonly categories: readonly string[]
  /** Names of the association blocks that need it. */
  readonly neededBy: readonly string[]
}

/** Gencalibs are those whose category the instrument file lists as such, or whose name says so. */
export function calibrationList(
  abs: readonly AssociationBlock[],
  { instrument, gencalibs }: Pick<Instrument, 'instrument' | 'gencalibs'>,
): CalibrationList {
  const isStatic = ({ fileName, categories }: NeededCalibration) =>
    gencalibs.some(({ category }) => categories.includes(category)) || isGencalib(fileName, instrument)
  const byFile = new Map<string, { categories: string[]; neededBy: string[] }>()
  for (const ab of abs) {
    for (const { fileName, category } of ab.calibrations) {
      const needed = byFile.get(fileName)
      if (needed === undefined) byFile.set(fileName, { categories: [category], neededBy: [ab.name] })
      else {
        needed.neededBy.push(ab.name)
        if (!needed.categories.includes(category)) needed.categories.push(category)
      }
    }
  }
  const all = [...byFile]
    .map(([fileName, needed]) => ({ fileName, ...needed }))
    .toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1))
  return {
    mcalibs: all.filter((needed) => !isStatic(needed)),
    gencalibs: all.filter(isStatic),
  }
}
