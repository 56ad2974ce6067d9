import type { AssociationBlock, Calibration } from '../domain/association-block.ts'
import { armName, type CalibrationFile, calibrationsFor } from './calibrations.ts'
import { mjdOf, secondsLater } from './instant.ts'
import type { Observation } from './observation.ts'
import { detector, settings } from './uves-blue.ts'

/** In what a block differs from one that can be processed. */
export type Variation = 'ordinary' | 'virtual flat' | 'no bias' | 'slicer' | 'extended source' | 'fibres'

/** The association block of one exposure, as the observatory would deliver it. */
export function blockOf(date: string, observation: Observation, variation: Variation): AssociationBlock {
  const setting = settings[observation.setting]
  const mode = modes[variation]
  const middle = mjdOf(secondsLater(observation.start, observation.exposureSeconds / 2))
  const calibrations =
    variation === 'fibres'
      ? fibreCalibrations(date)
      : vary(calibrationsFor(date, observation.setting), middle, variation)
  const arm = variation === 'fibres' ? 'RED580' : armName(setting)
  return {
    name: `${observation.dpId}.ab`,
    instrument: 'UVES',
    date,
    dprCategory: 'SCIENCE',
    rawType: mode.rawType,
    recipe: mode.recipe,
    drsType: 'CPL',
    completeness: variation === 'no bias' || variation === 'virtual flat' ? 'INCOMPLETE' : 'COMPLETE',
    processStatus: 'CREATED',
    mjdObs: mjdOf(observation.start),
    productRootName: `UV_SRED_${observation.observationId}_${observation.dpId.replace('UVES.', '')}_${arm}_2x2_10`,
    programId: observation.programId,
    observationId: String(observation.observationId),
    releaseDate: null,
    rawFiles: [{ fileName: `${observation.dpId}.fits`, tag: mode.rawType }],
    calibrations,
    rawMatchKeys: mode.matchKeys ?? [
      { keyword: 'INS.GRAT1.WLEN', value: setting.name.toFixed(1) },
      { keyword: 'INS.MODE', value: setting.instrumentMode },
      { keyword: 'INS.SLIT1.NAME', value: variation === 'slicer' ? 'SLIC#1' : 'FREE' },
      { keyword: 'INS.SLIT2.WID', value: '1.0' },
      { keyword: 'DET.CHIP1.ID', value: detector.chipId },
      { keyword: 'DET.WIN1.BINX', value: String(detector.binning) },
      { keyword: 'DET.WIN1.BINY', value: String(detector.binning) },
    ],
    recipeParameters: [],
    otherQualifiers: [
      { qualifier: 'TOOL_VERSION', value: 'simulator-1' },
      { qualifier: 'CONFIG_VERSION', value: '1' },
      { qualifier: 'BATCH_ID', value: `${date}_BLUE` },
      { qualifier: 'OBS_MODE', value: 'SM' },
      { qualifier: 'MJD-OBS_MOD', value: String(middle) },
    ],
  }
}

interface BlockMode {
  readonly rawType: string
  readonly recipe: string
  readonly matchKeys?: AssociationBlock['rawMatchKeys']
}

const point: BlockMode = { rawType: 'SCI_POINT_BLUE', recipe: 'uves_obs_scired' }
const modes: Readonly<Record<Variation, BlockMode>> = {
  ordinary: point,
  'virtual flat': point,
  'no bias': point,
  slicer: { rawType: 'SCI_SLICER_BLUE', recipe: 'uves_obs_scired' },
  'extended source': { rawType: 'SCI_EXTND_BLUE', recipe: 'uves_obs_scired' },
  fibres: {
    rawType: 'FIB_SCI_RED',
    recipe: 'flames_obs_scired',
    matchKeys: [
      { keyword: 'DPR.TECH', value: 'MOS' },
      { keyword: 'INS.GRAT2.WLEN', value: '580.0' },
      { keyword: 'DET.CHIPS', value: '2' },
    ],
  },
}

function vary(files: readonly CalibrationFile[], middle: number, variation: Variation): Calibration[] {
  return files
    .filter(({ category }) => variation !== 'no bias' || category !== 'MASTER_BIAS_BLUE')
    .map((file) => {
      const distanceDays = file.start === null ? null : days(mjdOf(file.start) - middle)
      const { fileName, category } = file
      if (variation !== 'virtual flat' || category !== 'MASTER_FLAT_BLUE') {
        return { flag: 'REAL', fileName, category, distanceDays }
      }
      // The flat of the next morning, promised but not yet made: hence a name of the next letter and a positive distance.
      return { flag: 'VIRTUAL', fileName: fileName.replace('A_', 'B_'), category, distanceDays: days(0.458) }
    })
}

/** FLAMES/UVES needs two chips and fibre calibrations; the archive of the simulated night holds none of them. */
function fibreCalibrations(date: string): Calibration[] {
  const day = date.slice(2).replaceAll('-', '')
  const files: [string, string][] = [
    [`UV_MBIA_${day}A_REDL_1x1.fits`, 'MASTER_BIAS_REDL'],
    [`UV_MBIA_${day}A_REDU_1x1.fits`, 'MASTER_BIAS_REDU'],
    [`UV_MFOD_${day}A_REDL580_1x1.fits`, 'FIB_ORDEF_TABLE_REDL'],
    [`UV_MFOD_${day}A_REDU580_1x1.fits`, 'FIB_ORDEF_TABLE_REDU'],
  ]
  return files.map(([fileName, category]) => ({ flag: 'REAL', fileName, category, distanceDays: -0.5 }))
}

function days(distance: number): number {
  return Math.round(distance * 1000) / 1000
}
