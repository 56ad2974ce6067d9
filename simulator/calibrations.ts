import { momentOf, secondsLater } from './instant.ts'
import { type Binning, type ChipName, type SettingName, settingNames, setUpOf } from './set-up.ts'

/** A calibration file of the night: plain data, from which its frame can be made anywhere. */
export interface CalibrationFile {
  readonly fileName: string
  readonly kind: CalibrationKind
  /** PRO CATG, the tag in the set of frames: its kind and, where it belongs to one, its chip. */
  readonly category: string
  /** Null for the table that serves all. */
  readonly chip: ChipName | null
  /** The setting it serves; a bias serves all, and its header names the one in which the instrument happened to stand. */
  readonly setting: SettingName
  readonly binning: Binning
  /** When the exposures behind it began; null for a static table. */
  readonly start: Date | null
}

export type CalibrationKind =
  | 'MASTER_BIAS'
  | 'MASTER_FLAT'
  | 'ORDER_TABLE'
  | 'LINE_TABLE'
  | 'MASTER_RESPONSE'
  | 'EXTCOEFF_TABLE'

/** The settings whose spectra are flux-calibrated as well: their blocks list a response of every chip and the extinction table. */
const fluxCalibrated: readonly SettingName[] = [390, 760]
/** In which the instrument stands while biases are taken. */
const biasSetting = { BLUE: 437, RED: 580 } as const
const hoursPerSetting = 0.25

/** `REDL580d1`: chip (or arm), wavelength and dichroic as the observatory's file names have them. */
export function armName(chipOrArm: string, setting: SettingName): string {
  return `${chipOrArm}${setting}d${setUpOf(setting).dichroic}`
}

/** When the calibrations of a set-up were taken. */
export interface CalibrationEpoch {
  readonly bias: Date
  /** The other frames follow within minutes. */
  readonly flat: Date
  /** Of the masters of one day the first gets A. */
  readonly letter: string
}

/**
 * What one science exposure of a set-up needs: taken in the afternoon before the night, the biases first, then the frames of each
 * set-up.
 */
export function calibrationsFor(date: string, setting: SettingName, binning: Binning = 2): CalibrationFile[] {
  const hour = 13.5 + hoursPerSetting * (settingNames.indexOf(setting) + (binning === 1 ? settingNames.length : 0))
  return calibrationsAt(setting, binning, { bias: momentOf(date, 13), flat: momentOf(date, hour), letter: 'A' })
}

/** The same taken at another time, in the order of a block: every kind once for each chip. */
export function calibrationsAt(
  setting: SettingName,
  binning: Binning,
  { bias, flat, letter }: CalibrationEpoch,
): CalibrationFile[] {
  const { arm, chips } = setUpOf(setting, binning)
  const day = flat.toISOString().slice(2, 10).replaceAll('-', '')
  const binned = `${binning}x${binning}`
  const master = (code: string, kind: CalibrationKind, suffix: string, minutes: number): CalibrationFile[] =>
    chips.map(({ name: chip }) => ({
      fileName: `UV_${code}_${day}${letter}_${armName(chip, setting)}_${binned}${suffix}.fits`,
      kind,
      category: `${kind}_${chip}`,
      chip,
      setting,
      binning,
      start: secondsLater(flat, minutes * 60),
    }))
  const biases = chips.map(
    ({ name: chip }): CalibrationFile => ({
      fileName: `UV_MBIA_${day}A_${chip}_${binned}.fits`,
      kind: 'MASTER_BIAS',
      category: `MASTER_BIAS_${chip}`,
      chip,
      setting: biasSetting[arm],
      binning,
      start: bias,
    }),
  )
  const files = [
    ...biases,
    ...master('MFLT', 'MASTER_FLAT', '_10', 0),
    ...master('PORD', 'ORDER_TABLE', '', 4),
    ...master('PLI2', 'LINE_TABLE', '_10', 6),
  ]
  if (!fluxCalibrated.includes(setting)) return files
  return [
    ...files,
    ...master('MRSP', 'MASTER_RESPONSE', '', 10),
    {
      fileName: 'GU_ATMO_100101A_PARANAL.fits',
      kind: 'EXTCOEFF_TABLE',
      category: 'EXTCOEFF_TABLE',
      chip: null,
      setting,
      binning,
      start: null,
    },
  ]
}
