import { momentOf } from './instant.ts'
import { type Setting, type SettingName, settings } from './uves-blue.ts'

/** A calibration file of the night. */
export interface CalibrationFile {
  readonly fileName: string
  readonly category: CalibrationCategory
  /** The setting it serves; null where it serves all. */
  readonly setting: SettingName | null
  /** When the exposures behind it began; null for a static table. */
  readonly start: Date | null
}

export type CalibrationCategory =
  | 'MASTER_BIAS_BLUE'
  | 'MASTER_FLAT_BLUE'
  | 'ORDER_TABLE_BLUE'
  | 'LINE_TABLE_BLUE'
  | 'MASTER_RESPONSE_BLUE'
  | 'EXTCOEFF_TABLE'

/** The setting whose spectra are flux-calibrated as well: its blocks list a response and the extinction table. */
const fluxCalibrated: SettingName = 390

/** `BLUE437d2`: arm, wavelength and dichroic as the observatory's file names have them. */
export function armName(setting: Setting): string {
  return `BLUE${setting.name}d${setting.dichroic}`
}

/** What one science exposure of a setting needs, in the order of its block. */
export function calibrationsFor(date: string, name: SettingName): CalibrationFile[] {
  const day = date.slice(2).replaceAll('-', '')
  const arm = armName(settings[name])
  // Taken in the afternoon before the night: the bias first, then the three frames of each setting.
  const hour = 13.5 + Object.keys(settings).indexOf(String(name)) / 2
  const master = (code: string, category: CalibrationCategory, suffix: string, minutes: number): CalibrationFile => ({
    fileName: `UV_${code}_${day}A_${arm}_2x2${suffix}.fits`,
    category,
    setting: name,
    start: momentOf(date, hour + minutes / 60),
  })
  const files: CalibrationFile[] = [
    {
      fileName: `UV_MBIA_${day}A_BLUE_2x2.fits`,
      category: 'MASTER_BIAS_BLUE',
      setting: null,
      start: momentOf(date, 13),
    },
    master('MFLT', 'MASTER_FLAT_BLUE', '_10', 0),
    master('PORD', 'ORDER_TABLE_BLUE', '', 8),
    master('PLI2', 'LINE_TABLE_BLUE', '_10', 12),
  ]
  if (name !== fluxCalibrated) return files
  return [
    ...files,
    master('MRSP', 'MASTER_RESPONSE_BLUE', '', 20),
    { fileName: 'GU_ATMO_100101A_PARANAL.fits', category: 'EXTCOEFF_TABLE', setting: null, start: null },
  ]
}
