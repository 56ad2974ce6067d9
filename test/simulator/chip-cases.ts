import { type BlueSettingName, type RedSettingName, setUpOf } from '../../simulator/set-up.ts'
import { redReferenceValues } from './red-reference-values.ts'
import { referenceValues } from './reference-values.ts'

export const blueSettings: readonly BlueSettingName[] = [346, 390, 437]
export const redSettings: readonly RedSettingName[] = [564, 580, 760, 860]

/** Every chip of every set-up with the values of an independent implementation. */
export const chipCases = [
  ...blueSettings.flatMap((setting) =>
    setUpOf(setting).chips.map((chip) => ({ setting, binning: 2 as const, chip, reference: referenceValues[setting] })),
  ),
  ...redSettings.flatMap((setting) =>
    ([2, 1] as const).flatMap((binning) =>
      setUpOf(setting, binning).chips.map((chip) => {
        const values = redReferenceValues[setting][binning === 2 ? '2x2' : '1x1']
        return { setting, binning, chip, reference: values[chip.name === 'REDL' ? 'REDL' : 'REDU'] }
      }),
    ),
  ),
]
