import { type Card, double, string } from '../fits/card.ts'
import type { Hdu } from '../fits/hdu.ts'
import { emptyPrimaryHdu, imageHdu } from '../fits/image.ts'
import { tableHdu } from '../fits/table.ts'
import type { CalibrationFile } from './calibrations.ts'
import { rotated } from './exposure.ts'
import { masterHeader } from './frame-header.ts'
import { mjdOf } from './instant.ts'
import { lineList } from './line-list.ts'
import { lineTables } from './line-table.ts'
import { flatLight } from './light.ts'
import { orderTables } from './order-table.ts'
import { type Random, randomFrom } from './random.ts'
import { paranal, siderealSeconds } from './sky.ts'
import { type Chip, setUpOf } from './set-up.ts'

const flatSeconds = 25
const averagedFrames = 5

/** The HDUs of one calibration file, as `uves_obs_scired` reads them. */
export function calibrationHdus(file: CalibrationFile, seed: number): Hdu[] {
  const setUp = setUpOf(file.setting, file.binning)
  const chip = setUp.chips.find(({ name }) => name === file.chip)
  if (chip === undefined || file.start === null) {
    return [emptyPrimaryHdu(staticHeader(file.category)), extinctionTable()]
  }
  const { start } = file
  const cards = (exposureSeconds: number) => lampHeader(file, chip, start, exposureSeconds)
  const shape = [chip.dispersionPixels, chip.crossPixels]
  switch (file.kind) {
    case 'MASTER_BIAS': {
      // Without noise of its own: against a noisy bias the recipe takes a raw of zeros for a faint frame and succeeds.
      const data = new Float32Array(chip.crossPixels * chip.dispersionPixels).fill(chip.biasLevelAdu)
      return [imageHdu({ header: [...cards(0), double(chip.biasNoiseKeyword, 1)], data, shape })]
    }
    case 'MASTER_FLAT':
      return [
        imageHdu({ header: cards(flatSeconds), data: masterFlat(chip, randomFrom(`${seed}/${file.fileName}`)), shape }),
      ]
    case 'ORDER_TABLE':
      return [emptyPrimaryHdu(cards(20)), ...orderTables(chip)]
    case 'LINE_TABLE':
      return [emptyPrimaryHdu(cards(45)), ...lineTables(chip, lineList(setUp))]
    case 'MASTER_RESPONSE':
      return [emptyPrimaryHdu(cards(60)), responseTable()]
    case 'EXTCOEFF_TABLE':
      throw new RangeError(`${file.fileName}: a static table belongs to no chip`)
  }
}

/**
 * Mean of five lamp exposures in ADU per second, with their noise: in a flat without any, the recipe takes the edges of the
 * slit for blemishes of the detector.
 */
function masterFlat(chip: Chip, random: Random): Float32Array {
  const image = rotated(chip, flatLight(chip))
  const readNoiseAdu = chip.readNoiseElectrons * chip.gainAduPerElectron
  return image.map((adu) => {
    const variance = (adu * chip.gainAduPerElectron + readNoiseAdu ** 2) / averagedFrames
    return (adu + Math.sqrt(variance) * random.normal()) / flatSeconds
  })
}

function lampHeader(file: CalibrationFile, chip: Chip, start: Date, exposureSeconds: number): Card[] {
  return masterHeader(
    {
      start,
      exposureSeconds,
      object: file.category,
      // Lamps are taken with the telescope parked at the zenith.
      raDegrees: Math.round((siderealSeconds(mjdOf(start)) / 240) * 1e6) / 1e6,
      decDegrees: paranal.latitudeDegrees,
      programId: '60.A-9022(A)',
      observationId: 200000000 + file.setting,
      template: 'SIMULATED',
      setUp: setUpOf(file.setting, file.binning),
    },
    chip,
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
  const wavelength = Float32Array.from({ length: 1621 }, (_, i) => 2900 + 5 * i)
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
