import { PreconditionError } from '../domain/failure.ts'
import { blueGeometry2x2 } from './uves-blue-2x2.ts'
import { redGeometry1x1 } from './uves-red-1x1.ts'
import { redGeometry2x2 } from './uves-red-2x2.ts'

export type BlueSettingName = 346 | 390 | 437
export type RedSettingName = 564 | 580 | 760 | 860
/** Central wavelength in nm of a standard setting. */
export type SettingName = BlueSettingName | RedSettingName
/** Detector pixels that are read out as one, along each axis. */
export type Binning = 1 | 2
export type Arm = 'BLUE' | 'RED'
/** Also the end of the categories of its calibrations and products. */
export type ChipName = 'BLUE' | 'REDL' | 'REDU'

/** One arm of UVES as it stands for an exposure: a standard setting at a binning. */
export interface SetUp {
  readonly setting: SettingName
  readonly binning: Binning
  readonly arm: Arm
  readonly crossDisperser: string
  readonly instrumentMode: string
  readonly dichroic: 1 | 2
  readonly readSpeed: string
  readonly arcsecPerUnbinnedPixel: number
  /** In the order of wavelength. */
  readonly chips: readonly Chip[]
}

/** Where the echelle orders lie on a chip. */
export interface ChipGeometry {
  /** Absolute order at which the second variable of the polynomials is zero. */
  readonly middleOrder: number
  /** Orders of which some light falls on the chip, lowest and highest. */
  readonly ordersOnChip: readonly [number, number]
  /** y'(x', m) = sum c[i][j] xn^i mn^j in pixels, xn = (x' - middle) / middle of the rows, mn = (m - middleOrder) / 16. */
  readonly position: readonly (readonly number[])[]
  /** m lambda(x', m) with the same variables, Angstrom in air. */
  readonly wavelength: readonly (readonly number[])[]
  /** m(x', y') = sum c[i][j] xn^i ((y' - middle) / middle)^j: only the line table of the pipeline needs it. */
  readonly absoluteOrder: readonly (readonly number[])[]
}

/** One chip of a set-up, as the pipeline turns it: x' along dispersion, y' across. */
export interface Chip extends ChipGeometry, Detector {
  readonly name: ChipName
  readonly binning: Binning
  readonly crossPixels: number
  readonly dispersionPixels: number
  readonly prescanPixels: number
  readonly overscanPixels: number
  readonly slitLengthPixels: number
}

interface Detector {
  /** N of `ESO DET CHIPn ID`. */
  readonly chipNumber: 1 | 2
  readonly chipId: string
  readonly chipName: string
  /** How the raw is turned against the rotated frame: by 90 degrees, or flipped on the line y = -x. */
  readonly readOut: 'turned' | 'flipped'
  readonly biasLevelAdu: number
  readonly readNoiseElectrons: number
  readonly gainAduPerElectron: number
  readonly electronsPerAdu: number
  /** Keyword of the read noise of a master bias: the port of the chip is in its name. */
  readonly biasNoiseKeyword: string
  /** Order times wavelength at the peak of the blaze. */
  readonly blazeAngstrom: number
}

export const largestAdu = 65535
const slitLengthArcsec = 8

const detectors: Readonly<Record<ChipName, Detector>> = {
  BLUE: {
    chipNumber: 1,
    chipId: 'CCD-44b',
    chipName: 'EEV',
    readOut: 'turned',
    biasLevelAdu: 150,
    readNoiseElectrons: 3.8,
    gainAduPerElectron: 0.55,
    electronsPerAdu: 1.82,
    biasNoiseKeyword: 'ESO QC OUT1 RON MASTER',
    blazeAngstrom: 466400,
  },
  REDL: {
    chipNumber: 2,
    chipId: 'CCD-44',
    chipName: 'EEV',
    readOut: 'flipped',
    biasLevelAdu: 160,
    readNoiseElectrons: 3.6,
    gainAduPerElectron: 0.52,
    electronsPerAdu: 1.92,
    biasNoiseKeyword: 'ESO QC OUT4 RON MASTER',
    blazeAngstrom: 610050,
  },
  REDU: {
    chipNumber: 1,
    chipId: 'CCID-20',
    chipName: 'MIT/LL',
    readOut: 'flipped',
    biasLevelAdu: 180,
    readNoiseElectrons: 3.9,
    gainAduPerElectron: 0.6,
    electronsPerAdu: 1.67,
    biasNoiseKeyword: 'ESO QC OUT1 RON MASTER',
    blazeAngstrom: 610050,
  },
}

const arms = {
  BLUE: { arcsecPerUnbinnedPixel: 0.246, unbinnedCrossPixels: 2048, unbinnedDispersionPixels: 3000 },
  RED: { arcsecPerUnbinnedPixel: 0.182, unbinnedCrossPixels: 2048, unbinnedDispersionPixels: 4096 },
} as const
const unbinnedScanPixels = 50

const disperser: Readonly<Record<SettingName, { readonly arm: Arm; readonly id: string; readonly dichroic: 1 | 2 }>> = {
  346: { arm: 'BLUE', id: 'CD#1', dichroic: 1 },
  390: { arm: 'BLUE', id: 'CD#2', dichroic: 2 },
  437: { arm: 'BLUE', id: 'CD#2', dichroic: 2 },
  564: { arm: 'RED', id: 'CD#3', dichroic: 1 },
  580: { arm: 'RED', id: 'CD#3', dichroic: 1 },
  760: { arm: 'RED', id: 'CD#4', dichroic: 2 },
  860: { arm: 'RED', id: 'CD#4', dichroic: 2 },
}
const readSpeeds: Readonly<Record<Binning, string>> = { 1: '225kHz,1x1,low', 2: '50kHz,2x2,high' }

export const settingNames: readonly SettingName[] = [346, 390, 437, 564, 580, 760, 860]

/** Throws PreconditionError where the simulator knows no geometry. */
export function setUpOf(setting: SettingName, binning: Binning = 2): SetUp {
  const { arm, id, dichroic } = disperser[setting]
  return {
    setting,
    binning,
    arm,
    crossDisperser: id,
    instrumentMode: `DICHR#${dichroic}`,
    dichroic,
    readSpeed: readSpeeds[binning],
    arcsecPerUnbinnedPixel: arms[arm].arcsecPerUnbinnedPixel,
    chips: geometriesOf(setting, binning).map(([name, geometry]) => chipOf(name, arm, binning, geometry)),
  }
}

function geometriesOf(setting: SettingName, binning: Binning): (readonly [ChipName, ChipGeometry])[] {
  if (isBlue(setting)) {
    if (binning === 2) return [['BLUE', blueGeometry2x2[setting]]]
    throw new PreconditionError(`the simulator has no blue arm at ${binning}x${binning} binning: choose 2x2`)
  }
  const { REDL, REDU } = (binning === 2 ? redGeometry2x2 : redGeometry1x1)[setting]
  return [
    ['REDL', REDL],
    ['REDU', REDU],
  ]
}

function isBlue(setting: SettingName): setting is BlueSettingName {
  return setting === 346 || setting === 390 || setting === 437
}

function chipOf(name: ChipName, arm: Arm, binning: Binning, geometry: ChipGeometry): Chip {
  const { arcsecPerUnbinnedPixel, unbinnedCrossPixels, unbinnedDispersionPixels } = arms[arm]
  return {
    ...geometry,
    ...detectors[name],
    name,
    binning,
    crossPixels: unbinnedCrossPixels / binning,
    dispersionPixels: unbinnedDispersionPixels / binning,
    prescanPixels: unbinnedScanPixels / binning,
    overscanPixels: unbinnedScanPixels / binning,
    slitLengthPixels: slitLengthArcsec / (arcsecPerUnbinnedPixel * binning),
  }
}
