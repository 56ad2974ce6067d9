import { type Card, double, integer, string } from '../fits/card.ts'
import { isoMilliseconds, isoSeconds, mjdOf, secondsLater, secondsSinceMidnight } from './instant.ts'
import { airmass, altitudeDegrees, paranal, siderealSeconds } from './sky.ts'
import type { Chip, SetUp } from './set-up.ts'

export type Technique = 'ECHELLE' | 'ECHELLE,ABSORPTION-CELL'

/** What the header of a frame tells beyond what is the same in all frames. */
export interface FrameFacts {
  readonly start: Date
  readonly exposureSeconds: number
  readonly object: string
  readonly raDegrees: number
  readonly decDegrees: number
  readonly programId: string
  readonly observationId: number
  readonly template: string
  readonly setUp: SetUp
  /** DPR TECH of a science frame; the light of one through the absorption cell is that of any other. */
  readonly technique?: Technique
}

/**
 * Cards of a raw science frame in the slit that do not depend on the chip. Types matter: the recipes stop with `Type mismatch` at a
 * double written as an integer, and the order positions hold only for the temperatures, the pressure and the chips named here.
 */
export function rawPrimaryCards(facts: FrameFacts): Card[] {
  const time = isoMilliseconds(facts.start)
  return [
    ...identity(facts),
    string('ORIGFILE', `UVES_SIM_${isoSeconds(facts.start).replace(/[-:]/g, '')}.fits`),
    string('ARCFILE', `UVES.${time}.fits`),
    string('ESO DPR CATG', 'SCIENCE'),
    string('ESO DPR TYPE', 'OBJECT,POINT'),
    string('ESO DPR TECH', facts.technique ?? 'ECHELLE'),
    ...observationCards(facts),
    ...detectorCards(facts),
    ...instrumentCards(facts.setUp),
    ...telescopeCards(facts),
  ]
}

/** Cards of a raw frame that belong to one chip: with two chips they stand in its extension. */
export function rawChipCards(chip: Chip): Card[] {
  return [
    ...axisCards(chip),
    string('BUNIT', 'ADU'),
    ...chipCards(chip),
    integer('ESO DET OUT1 PRSCX', chip.prescanPixels),
    integer('ESO DET OUT1 OVSCX', chip.overscanPixels),
    integer('ESO DET OUT1 PRSCY', 0),
    integer('ESO DET OUT1 OVSCY', 0),
    ...noiseCards(chip),
  ]
}

/** Cards of a master calibration of one chip: those of its first raw without what only a raw has, and what the pipeline adds. */
export function masterHeader(facts: FrameFacts, chip: Chip, category: string): Card[] {
  const isBias = category.startsWith('MASTER_BIAS')
  const isImage = isBias || category.startsWith('MASTER_FLAT')
  return [
    ...identity(facts),
    ...(isImage ? axisCards(chip) : []),
    ...observationCards(facts),
    ...detectorCards(facts),
    ...chipCards(chip),
    ...noiseCards(chip),
    ...instrumentCards(facts.setUp),
    ...telescopeCards(facts),
    string('ESO PRO CATG', category),
    string('ESO PRO TYPE', 'REDUCED'),
    string('ESO PRO TECH', isBias ? 'IMAGE' : 'ECHELLE'),
    integer('ESO PRO DATANCOM', 5),
    string('ESO PRO REC1 ID', 'simulate'),
    string('ESO PRO REC1 DRS ID', 'cpl-7.2.3'),
    string('ESO PRO REC1 PIPE ID', 'uves/6.1.8'),
  ]
}

function identity(facts: FrameFacts): Card[] {
  const mjd = mjdOf(facts.start)
  return [
    string('ORIGIN', 'ESO'),
    string('DATE', isoSeconds(secondsLater(facts.start, facts.exposureSeconds))),
    string('TELESCOP', 'ESO-VLT-U2'),
    string('INSTRUME', 'UVES'),
    string('OBJECT', facts.object),
    double('RA', facts.raDegrees, '[deg] right ascension (J2000)'),
    double('DEC', facts.decDegrees, '[deg] declination (J2000)'),
    double('EQUINOX', 2000),
    string('RADECSYS', 'FK5'),
    double('EXPTIME', facts.exposureSeconds, '[s] exposure time'),
    double('MJD-OBS', mjd, '[d] start of the exposure'),
    string('DATE-OBS', isoMilliseconds(facts.start)),
    double('UTC', secondsSinceMidnight(facts.start), '[s] start of the exposure'),
    double('LST', rounded(siderealSeconds(mjd), 3), '[s] local sidereal time'),
    string('OBSERVER', 'UNKNOWN'),
    string('PI-COI', 'UNKNOWN'),
  ]
}

/** Pixel coordinates of an image; in the empty primary HDU before tables they would name axes that are not there. */
function axisCards({ binning }: Chip): Card[] {
  return [
    string('CTYPE1', 'PIXEL'),
    string('CTYPE2', 'PIXEL'),
    double('CRVAL1', 1),
    double('CRVAL2', 1),
    double('CRPIX1', 1),
    double('CRPIX2', 1),
    double('CDELT1', binning),
    double('CDELT2', binning),
  ]
}

function observationCards(facts: FrameFacts): Card[] {
  const start = isoSeconds(facts.start)
  return [
    integer('ESO OBS ID', facts.observationId),
    string('ESO OBS NAME', `UVES-${facts.setUp.setting}`),
    string('ESO OBS PROG ID', facts.programId),
    string('ESO OBS TARG NAME', facts.object),
    string('ESO OBS START', start),
    integer('ESO OBS TPLNO', 1),
    string('ESO TPL ID', facts.template),
    string('ESO TPL NAME', facts.template),
    string('ESO TPL START', start),
    integer('ESO TPL EXPNO', 1),
    integer('ESO TPL NEXP', 1),
  ]
}

function detectorCards({ setUp, exposureSeconds }: FrameFacts): Card[] {
  return [
    integer('ESO DET CHIPS', setUp.chips.length),
    string('ESO DET ID', 'CCD FIERA'),
    integer('ESO DET WIN1 BINX', setUp.binning),
    integer('ESO DET WIN1 BINY', setUp.binning),
    double('ESO DET WIN1 UIT1', exposureSeconds),
    string('ESO DET READ SPEED', setUp.readSpeed),
    integer('ESO DET OUTPUTS', setUp.chips.length),
  ]
}

function chipCards(chip: Chip): Card[] {
  return [
    string(`ESO DET CHIP${chip.chipNumber} ID`, chip.chipId),
    string(`ESO DET CHIP${chip.chipNumber} NAME`, chip.chipName),
    integer('ESO DET OUT1 NX', chip.crossPixels),
    integer('ESO DET OUT1 NY', chip.dispersionPixels),
  ]
}

function noiseCards(chip: Chip): Card[] {
  return [
    double('ESO DET OUT1 RON', chip.readNoiseElectrons, 'read noise (e-)'),
    double('ESO DET OUT1 GAIN', chip.gainAduPerElectron, 'ADU per electron'),
    double('ESO DET OUT1 CONAD', chip.electronsPerAdu, 'electrons per ADU'),
  ]
}

function instrumentCards(setUp: SetUp): Card[] {
  const [slit, grating, sensor] = armKeywords[setUp.arm]
  return [
    string('ESO INS MODE', setUp.instrumentMode),
    string('ESO INS PATH', setUp.arm),
    double('ESO INS PIXSCALE', setUp.arcsecPerUnbinnedPixel, '[arcsec] per unbinned pixel'),
    string('ESO INS SLIT1 NAME', 'FREE'),
    double(`ESO INS ${slit} WID`, 1),
    double(`ESO INS ${slit} LEN`, 8),
    string(`ESO INS ${grating} ID`, setUp.crossDisperser),
    string(`ESO INS ${grating} NAME`, setUp.crossDisperser),
    double(`ESO INS ${grating} WLEN`, setUp.setting, '[nm] central wavelength'),
    double(`ESO INS ${sensor} MEAN`, 8),
    double('ESO INS TEMP31 MEAN', 10),
    double('ESO INS SENS26 MEAN', 745),
  ]
}

/** Slit, cross disperser and temperature sensor of each arm. */
const armKeywords = { BLUE: ['SLIT2', 'GRAT1', 'TEMP1'], RED: ['SLIT3', 'GRAT2', 'TEMP2'] } as const

function telescopeCards(facts: FrameFacts): Card[] {
  const start = mjdOf(facts.start)
  const altitudeAt = (mjd: number) => altitudeDegrees(mjd, facts.raDegrees, facts.decDegrees)
  return [
    double('ESO TEL GEOLAT', paranal.latitudeDegrees),
    double('ESO TEL GEOLON', paranal.longitudeDegrees),
    double('ESO TEL GEOELEV', paranal.elevationMetres),
    double('ESO TEL AIRM START', rounded(airmass(altitudeAt(start)), 3)),
    double('ESO TEL AIRM END', rounded(airmass(altitudeAt(start + facts.exposureSeconds / 86400)), 3)),
    double('ESO TEL AMBI FWHM START', 0.8),
    double('ESO TEL AMBI FWHM END', 0.9),
    double('ESO TEL ALT', rounded(altitudeAt(start), 3)),
  ]
}

function rounded(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals
}
