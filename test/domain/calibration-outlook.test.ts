import { expect, test } from 'vitest'
import { calibrationOutlook } from '../../domain/calibration-outlook.ts'
import { exampleBlock, exampleInstrument } from './example-block.ts'

const nothing = { match: [], keywords: [], contains: {}, axes: [], history: [], extensions: undefined, expected: false }
const instrument = exampleInstrument({
  calibrations: {
    MASTER_BIAS_BLUE: { ...nothing, validityDays: 3 },
    MASTER_FLAT_BLUE: { ...nothing, validityDays: 3 },
  },
})

test('a block with all its calibrations at their time has nothing to fear', () => {
  expect(calibrationOutlook(exampleBlock(), instrument)).toEqual({ calibrationsNok: 0, calibrationsMissing: 0 })
})

test('late and absent calibrations are counted apart', () => {
  const { calibrations } = exampleBlock()
  const late = calibrations.map((calibration) =>
    calibration.category === 'MASTER_FLAT_BLUE' ? { ...calibration, distanceDays: -30 } : calibration,
  )
  expect(calibrationOutlook(exampleBlock({ calibrations: late }), instrument)).toEqual({
    calibrationsNok: 1,
    calibrationsMissing: 0,
  })
  const without = late.filter(({ category }) => category !== 'MASTER_BIAS_BLUE')
  expect(calibrationOutlook(exampleBlock({ calibrations: without }), instrument)).toEqual({
    calibrationsNok: 1,
    calibrationsMissing: 1,
  })
})

test('of a mode that is not certified nothing is said', () => {
  expect(calibrationOutlook(exampleBlock({ rawType: 'SCI_SLICER_BLUE', calibrations: [] }), instrument)).toEqual({
    calibrationsNok: 0,
    calibrationsMissing: 0,
  })
})
