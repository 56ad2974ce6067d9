import { type Card, double, string } from '../fits/card.ts'
import type { Hdu } from '../fits/hdu.ts'
import { emptyPrimaryHdu, imageHdu } from '../fits/image.ts'
import { tableHdu } from '../fits/table.ts'
import type { CalibrationFile } from './calibrations.ts'
import { rotated } from './exposure.ts'
import { masterHeader } from './frame-header.ts'
import { mjdOf } from './instant.ts'
import { lineTables } from './line-table.ts'
import { flatLight } from './light.ts'
import { orderTables } from './order-table.ts'
import { type Random, randomFrom } from './random.ts'
import { paranal, siderealSeconds } from './sky.ts'
import { detector, type Setting, settings } from './uves-blue.ts'

const flatSeconds = 25
const averagedFrames = 5
const shape = [detector.dispersionPixels, detector.crossPixels]

/** The HDUs of one calibration file, as `uves_obs_scired` reads them. */
export function calibrationHdus(file: CalibrationFile, seed: number): Hdu[] {
  // A bias belongs to no setting, but its header names the one in which the instrument happened to stand.
  const setting = settings[file.setting ?? 437]
  const cards = (exposureSeconds: number) =>
    file.start === null ? staticHeader(file.category) : lampHeader(file, setting, file.start, exposureSeconds)
  switch (file.category) {
    case 'MASTER_BIAS_BLUE': {
      // Without noise of its own: against a noisy bias the recipe takes a raw of zeros for a faint frame and succeeds.
      const data = new Float32Array(detector.crossPixels * detector.dispersionPixels).fill(detector.biasLevelAdu)
      return [imageHdu({ header: [...cards(0), double('ESO QC OUT1 RON MASTER', 1)], data, shape })]
    }
    case 'MASTER_FLAT_BLUE':
      return [
        imageHdu({
          header: cards(flatSeconds),
          data: masterFlat(setting, randomFrom(`${seed}/${file.fileName}`)),
          shape,
        }),
      ]
    case 'ORDER_TABLE_BLUE':
      return [emptyPrimaryHdu(cards(20)), ...orderTables(setting)]
    case 'LINE_TABLE_BLUE':
      return [emptyPrimaryHdu(cards(45)), ...lineTables(setting)]
    case 'MASTER_RESPONSE_BLUE':
      return [emptyPrimaryHdu(cards(60)), responseTable()]
    case 'EXTCOEFF_TABLE':
      return [emptyPrimaryHdu(cards(0)), extinctionTable()]
  }
}

/**
 * Mean of five lamp exposures in ADU per second, with their noise: in a flat without any, the recipe takes the edges of the
 * slit for blemishes of the detector.
 */
function masterFlat(setting: Setting, random: Random): Float32Array {
  const image = rotated(flatLight(setting))
  const readNoiseAdu = detector.readNoiseElectrons * detector.gainAduPerElectron
  return image.map((adu) => {
    const variance = (adu * detector.gainAduPerElectron + readNoiseAdu ** 2) / averagedFrames
    return (adu + Math.sqrt(variance) * random.normal()) / flatSeconds
  })
}

function lampHeader(file: CalibrationFile, setting: Setting, start: Date, exposureSeconds: number): Card[] {
  return masterHeader(
    {
      start,
      exposureSeconds,
      object: file.category,
      // Lamps are taken with the telescope parked at the zenith.
      raDegrees: Math.round((siderealSeconds(mjdOf(start)) / 240) * 1e6) / 1e6,
      decDegrees: paranal.latitudeDegrees,
      programId: '60.A-9022(A)',
      observationId: 200000000 + (file.setting ?? 0),
      template: 'SIMULATED',
      setting,
    },
    file.category,
  )
}

function staticHeader(category: string): Card[] {
  return [
    string('ORIGIN', 'ESO'),
    string('INSTRUME', 'UVES'),
    string('ESO PRO CATG', category),
    string('ESO PRO TYPE', 'REFERENCE'),
  ]
}

/** Invented values: the flux scale of the simulated night is arithmetic, not physics. */
function responseTable(): Hdu {
  const wavelength = Float32Array.from({ length: 480 }, (_, i) => 2900 + 5 * i)
  return tableHdu({
    columns: [
      { name: 'LAMBDA', format: '1E', unit: 'Angstrom', values: wavelength },
      { name: 'FLUX_CONV', format: '1E', values: wavelength.map((value) => 100 * (value / 4370) ** 2) },
    ],
  })
}

/** Rayleigh-like extinction in magnitudes per airmass; the recipe asks for the column by the name LA_SILLA. */
function extinctionTable(): Hdu {
  const wavelength = Float32Array.from({ length: 163 }, (_, i) => 2900 + 50 * i)
  return tableHdu({
    columns: [
      { name: 'LAMBDA', format: '1E', unit: 'Angstrom', values: wavelength },
      {
        name: 'LA_SILLA',
        format: '1E',
        unit: 'mag/airmass',
        values: wavelength.map((value) => 0.09 * (value / 5500) ** -4 + 0.04),
      },
    ],
  })
}
