import { type Card, double, integer, string } from '../fits/card.ts'
import { isoMilliseconds, isoSeconds, mjdOf, secondsLater, secondsSinceMidnight } from './instant.ts'
import { airmass, altitudeDegrees, paranal, siderealSeconds } from './sky.ts'
import { detector, type Setting } from './uves-blue.ts'

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
  readonly setting: Setting
}

/**
 * Cards of a raw science frame in the slit. Types matter: the recipes stop with `Type mismatch` at a double written as an
 * integer, and the order positions hold only for the temperatures, the pressure and the chip named here.
 */
export function rawHeader(facts: FrameFacts): Card[] {
  const time = isoMilliseconds(facts.start)
  return [
    ...identity(facts),
    ...axisCards,
    string('BUNIT', 'ADU'),
    string('ORIGFILE', `UVES_SIM_${isoSeconds(facts.start).replace(/[-:]/g, '')}.fits`),
    string('ARCFILE', `UVES.${time}.fits`),
    string('ESO DPR CATG', 'SCIENCE'),
    string('ESO DPR TYPE', 'OBJECT,POINT'),
    string('ESO DPR TECH', 'ECHELLE'),
    ...observationCards(facts),
    ...detectorCards(facts.exposureSeconds),
    integer('ESO DET OUT1 PRSCX', detector.prescanPixels),
    integer('ESO DET OUT1 OVSCX', detector.overscanPixels),
    integer('ESO DET OUT1 PRSCY', 0),
    integer('ESO DET OUT1 OVSCY', 0),
    ...noiseCards,
    ...instrumentCards(facts.setting),
    ...telescopeCards(facts),
  ]
}

/** Cards of a master calibration: those of its first raw without what only a raw has, and what the pipeline adds. */
export function masterHeader(facts: FrameFacts, category: string): Card[] {
  const isImage = category === 'MASTER_BIAS_BLUE' || category === 'MASTER_FLAT_BLUE'
  return [
    ...identity(facts),
    ...(isImage ? axisCards : []),
    ...observationCards(facts),
    ...detectorCards(facts.exposureSeconds),
    ...noiseCards,
    ...instrumentCards(facts.setting),
    ...telescopeCards(facts),
    string('ESO PRO CATG', category),
    string('ESO PRO TYPE', 'REDUCED'),
    string('ESO PRO TECH', category === 'MASTER_BIAS_BLUE' ? 'IMAGE' : 'ECHELLE'),
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
const axisCards: readonly Card[] = [
  string('CTYPE1', 'PIXEL'),
  string('CTYPE2', 'PIXEL'),
  double('CRVAL1', 1),
  double('CRVAL2', 1),
  double('CRPIX1', 1),
  double('CRPIX2', 1),
  double('CDELT1', detector.binning),
  double('CDELT2', detector.binning),
]

function observationCards(facts: FrameFacts): Card[] {
  const start = isoSeconds(facts.start)
  return [
    integer('ESO OBS ID', facts.observationId),
    string('ESO OBS NAME', `UVES-${facts.setting.name}`),
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

function detectorCards(exposureSeconds: number): Card[] {
  return [
    integer('ESO DET CHIPS', 1),
    string('ESO DET ID', 'CCD FIERA'),
    string('ESO DET CHIP1 ID', detector.chipId),
    string('ESO DET CHIP1 NAME', detector.chipName),
    integer('ESO DET WIN1 BINX', detector.binning),
    integer('ESO DET WIN1 BINY', detector.binning),
    double('ESO DET WIN1 UIT1', exposureSeconds),
    string('ESO DET READ SPEED', '50kHz,2x2,high'),
    integer('ESO DET OUTPUTS', 1),
    integer('ESO DET OUT1 NX', detector.crossPixels),
    integer('ESO DET OUT1 NY', detector.dispersionPixels),
  ]
}

const noiseCards: readonly Card[] = [
  double('ESO DET OUT1 RON', detector.readNoiseElectrons, 'read noise (e-)'),
  double('ESO DET OUT1 GAIN', detector.gainAduPerElectron, 'ADU per electron'),
  double('ESO DET OUT1 CONAD', detector.electronsPerAdu, 'electrons per ADU'),
]

function instrumentCards(setting: Setting): Card[] {
  return [
    string('ESO INS MODE', setting.instrumentMode),
    string('ESO INS PATH', 'BLUE'),
    double('ESO INS PIXSCALE', 0.246, '[arcsec] per unbinned pixel'),
    string('ESO INS SLIT1 NAME', 'FREE'),
    double('ESO INS SLIT2 WID', 1),
    double('ESO INS SLIT2 LEN', 8),
    string('ESO INS GRAT1 ID', setting.crossDisperser),
    string('ESO INS GRAT1 NAME', setting.crossDisperser),
    double('ESO INS GRAT1 WLEN', setting.name, '[nm] central wavelength'),
    double('ESO INS TEMP1 MEAN', 8),
    double('ESO INS TEMP31 MEAN', 10),
    double('ESO INS SENS26 MEAN', 745),
  ]
}

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
