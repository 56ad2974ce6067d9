import { describe, expect, it } from 'vitest'
import { formatCard } from '../../fits/card.ts'
import { type FrameFacts, rawChipCards, rawPrimaryCards } from '../../simulator/frame-header.ts'
import { airmass, altitudeDegrees, paranal, siderealSeconds } from '../../simulator/sky.ts'
import { setUpOf } from '../../simulator/set-up.ts'

const facts: FrameFacts = {
  start: new Date('2026-03-02T03:36:00.000Z'),
  exposureSeconds: 1200,
  object: 'SIM-STAR',
  raDegrees: 150.123456,
  decDegrees: -30.123456,
  programId: '60.A-9022(A)',
  observationId: 200123456,
  template: 'UVES_dic1_obs_exp',
  setUp: setUpOf(437),
}

/** Keywords of a raw that `uves_obs_scired` and its association read, with the type without which it stops. */
const needed = {
  string: [
    'ORIGIN',
    'CTYPE1',
    'CTYPE2',
    'INSTRUME',
    'ESO DET READ SPEED',
    'ESO DET CHIP1 ID',
    'ESO INS SLIT1 NAME',
    'ESO DPR CATG',
    'ESO DPR TYPE',
    'ESO DPR TECH',
    'ESO INS MODE',
    'ESO TPL START',
    'ARCFILE',
    'ESO INS GRAT1 ID',
  ],
  integer: [
    'ESO DET OUT1 PRSCX',
    'ESO DET OUT1 OVSCX',
    'ESO DET WIN1 BINX',
    'ESO DET WIN1 BINY',
    'ESO DET CHIPS',
    'ESO DET OUT1 NX',
    'ESO DET OUT1 NY',
    'ESO OBS ID',
  ],
  double: [
    'MJD-OBS',
    'EXPTIME',
    'RA',
    'DEC',
    'UTC',
    'CRVAL1',
    'CRVAL2',
    'CRPIX1',
    'CRPIX2',
    'CDELT1',
    'CDELT2',
    'ESO TEL GEOLAT',
    'ESO TEL GEOLON',
    'ESO DET OUT1 RON',
    'ESO DET OUT1 GAIN',
    'ESO INS PIXSCALE',
    'ESO INS SLIT2 LEN',
    'ESO INS SLIT2 WID',
    'ESO INS GRAT1 WLEN',
    'ESO TEL AIRM START',
    'ESO TEL AIRM END',
  ],
} as const

describe('header of a raw', () => {
  const cards = [...rawPrimaryCards(facts), ...facts.setUp.chips.flatMap(rawChipCards)]

  it.each(Object.entries(needed))('has the %s values that the recipe reads', (type, keywords) => {
    for (const keyword of keywords) {
      expect([keyword, cards.find((card) => card.keyword === keyword)?.value?.type]).toEqual([keyword, type])
    }
  })

  it('writes whole doubles with a decimal point', () => {
    const texts = cards.map((card) => formatCard(card).trimEnd())
    expect(texts).toContain('EXPTIME =               1200.0 / [s] exposure time')
    expect(texts).toContain('HIERARCH ESO INS GRAT1 WLEN = 437.0 / [nm] central wavelength')
    expect(texts).toContain('HIERARCH ESO DET WIN1 BINX = 2')
    expect(texts).toContain("DATE    = '2026-03-02T03:56:00'")
    expect(texts).toContain('MJD-OBS =             61101.15 / [d] start of the exposure')
    expect(texts).toContain('UTC     =              12960.0 / [s] start of the exposure')
  })

  it('has no keyword twice', () => {
    const keywords = cards.map(({ keyword }) => keyword)
    expect(new Set(keywords).size).toBe(keywords.length)
  })
})

describe('the sky over Paranal', () => {
  it('turns once in a sidereal day', () => {
    // Greenwich 2000-01-01T12:00 UT: 18h 41m 50.548s; Paranal is 4h 41m 37.152s west of it.
    expect(siderealSeconds(51544.5)).toBeCloseTo(18 * 3600 + 41 * 60 + 50.548 - (4 * 3600 + 41 * 60 + 37.152), 2)
    const siderealDay = 0.99726956633
    expect(siderealSeconds(61101.2 + siderealDay) - siderealSeconds(61101.2)).toBeCloseTo(0, 2)
  })

  it('has the zenith at airmass 1 and the celestial pole at the latitude', () => {
    const meridian = siderealSeconds(61101.2) / 240
    expect(altitudeDegrees(61101.2, meridian, paranal.latitudeDegrees)).toBeCloseTo(90, 4)
    expect(altitudeDegrees(61101.2, 12, -90)).toBeCloseTo(24.6272, 6)
    expect(altitudeDegrees(61101.2, meridian + 90, 0)).toBeCloseTo(0, 6)
    expect([airmass(90), airmass(30)].map((value) => Math.round(value * 1000))).toEqual([1000, 2000])
  })
})
