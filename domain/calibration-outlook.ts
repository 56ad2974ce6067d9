import type { AssociationBlock } from './association-block.ts'
import { modesOf } from './certification.ts'
import type { Instrument } from './instrument.ts'
import { associationScores } from './scores.ts'

/** Calibrations of a block that are beyond their validity, and such as it should have and has not. */
export interface CalibrationOutlook {
  readonly calibrationsNok: number
  readonly calibrationsMissing: number
}

/** What the scores of its calibrations will say of a block that has not been attempted: the block itself tells. */
export function calibrationOutlook(ab: AssociationBlock, instrument: Instrument): CalibrationOutlook {
  const mode = modesOf(instrument, ab.rawType).find(({ certified }) => certified)
  if (mode === undefined) return { calibrationsNok: 0, calibrationsMissing: 0 }
  const wrong = associationScores(ab, mode, instrument.calibrations).filter(
    ({ name, score }) => score === 1 && name.startsWith('association '),
  )
  // A category without a file has no distance.
  const calibrationsMissing = wrong.filter(({ value }) => value === null).length
  return { calibrationsNok: wrong.length - calibrationsMissing, calibrationsMissing }
}
