import type { AssociationBlock, Calibration } from '../domain/association-block.ts'
import { armName, type CalibrationFile, calibrationsFor } from './calibrations.ts'
import { mjdOf, secondsLater } from './instant.ts'
import type { Observation } from './observation.ts'
import { type Arm, type SetUp, setUpOf } from './set-up.ts'

/** In what a block differs from one that can be processed. */
export type Variation = 'ordinary' | 'virtual flat' | 'no bias' | 'slicer' | 'extended source' | 'fibres'

/** The association block of one exposure, as the observatory would deliver it, with the calibrations of the afternoon. */
export function blockOf(date: string, observation: Observation, variation: Variation): AssociationBlock {
  return blockWith(date, observation, variation, calibrationsFor(date, observation.setting, observation.binning))
}

/** The same with other calibrations. */
export function blockWith(
  date: string,
  observation: Observation,
  variation: Variation,
  files: readonly CalibrationFile[],
): AssociationBlock {
  const setUp = setUpOf(observation.setting, observation.binning)
  const { arm, binning } = setUp
  const mode = modeOf(variation, arm)
  const middle = mjdOf(secondsLater(observation.start, observation.exposureSeconds / 2))
  const calibrations = variation === 'fibres' ? fibreCalibrations(date) : vary(files, middle, variation)
  const place = variation === 'fibres' ? 'RED580' : armName(arm, observation.setting)
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
    productRootName: `UV_SRED_${observation.observationId}_${observation.dpId.replace('UVES.', '')}_${place}_${binning}x${binning}_10`,
    programId: observation.programId,
    observationId: String(observation.observationId),
    releaseDate: null,
    rawFiles: [{ fileName: `${observation.dpId}.fits`, tag: mode.rawType }],
    calibrations,
    rawMatchKeys: mode.matchKeys ?? matchKeys(setUp, variation),
    recipeParameters: [],
    otherQualifiers: [
      { qualifier: 'TOOL_VERSION', value: 'simulator-1' },
      { qualifier: 'CONFIG_VERSION', value: '1' },
      { qualifier: 'BATCH_ID', value: `${date}_${arm}` },
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

function modeOf(variation: Variation, arm: Arm): BlockMode {
  switch (variation) {
    case 'ordinary':
    case 'virtual flat':
    case 'no bias':
      return { rawType: `SCI_POINT_${arm}`, recipe: 'uves_obs_scired' }
    case 'slicer':
      return { rawType: `SCI_SLICER_${arm}`, recipe: 'uves_obs_scired' }
    case 'extended source':
      return { rawType: `SCI_EXTND_${arm}`, recipe: 'uves_obs_scired' }
    case 'fibres':
      return {
        rawType: 'FIB_SCI_RED',
        recipe: 'flames_obs_scired',
        matchKeys: [
          { keyword: 'DPR.TECH', value: 'MOS' },
          { keyword: 'INS.GRAT2.WLEN', value: '580.0' },
          { keyword: 'DET.CHIPS', value: '2' },
        ],
      }
  }
}

function matchKeys({ arm, setting, binning, instrumentMode, chips }: SetUp, variation: Variation) {
  const [grating, slit] = arm === 'BLUE' ? ['GRAT1', 'SLIT2'] : ['GRAT2', 'SLIT3']
  return [
    { keyword: `INS.${grating}.WLEN`, value: setting.toFixed(1) },
    { keyword: 'INS.MODE', value: instrumentMode },
    { keyword: 'INS.SLIT1.NAME', value: variation === 'slicer' ? 'SLIC#1' : 'FREE' },
    { keyword: `INS.${slit}.WID`, value: '1.0' },
    ...chips.map(({ chipNumber, chipId }) => ({ keyword: `DET.CHIP${chipNumber}.ID`, value: chipId })),
    { keyword: 'DET.WIN1.BINX', value: String(binning) },
    { keyword: 'DET.WIN1.BINY', value: String(binning) },
  ]
}

function vary(files: readonly CalibrationFile[], middle: number, variation: Variation): Calibration[] {
  return (
    files
      // Of a red pair one is missing: what is there does not serve the other chip.
      .filter(({ kind, chip }) => variation !== 'no bias' || kind !== 'MASTER_BIAS' || chip === 'REDL')
      .map((file) => {
        const distanceDays = file.start === null ? null : days(mjdOf(file.start) - middle)
        const { fileName, category, kind } = file
        if (variation !== 'virtual flat' || kind !== 'MASTER_FLAT') {
          return { flag: 'REAL', fileName, category, distanceDays }
        }
        // The flat of the next morning, promised but not yet made: hence a name of the next letter and a positive distance.
        return { flag: 'VIRTUAL', fileName: fileName.replace('A_', 'B_'), category, distanceDays: days(0.458) }
      })
  )
}

/** FLAMES/UVES needs fibre calibrations of both chips; the archive of the simulated night holds none of them. */
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
