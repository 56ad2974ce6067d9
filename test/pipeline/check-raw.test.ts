import { describe, expect, test } from 'vitest'
import { type Card, double, integer, string } from '../../fits/card.ts'
import { Header } from '../../fits/header.ts'
import { checkRaw } from '../../pipeline/check-raw.ts'
import { exampleBlock } from '../domain/example-block.ts'
import { modeWith } from './modes.ts'

const ab = exampleBlock({
  mjdObs: 61101.15,
  rawFiles: [{ fileName: 'UVES.2026-03-02T03:36:00.000.fits', tag: 'SCI_POINT_BLUE' }],
  rawMatchKeys: [
    { keyword: 'INS.GRAT1.WLEN', value: '437.0' },
    { keyword: 'INS.SLIT1.NAME', value: 'FREE' },
  ],
})
const good: Card[] = [
  string('INSTRUME', 'UVES'),
  string('ESO DPR CATG', 'SCIENCE'),
  string('ESO DPR TYPE', 'OBJECT,POINT'),
  double('MJD-OBS', 61101.15),
  double('ESO INS GRAT1 WLEN', 437),
  string('ESO INS SLIT1 NAME', 'FREE    '),
]
const slit = modeWith({ header: { 'ESO DPR TYPE': ['OBJECT,POINT', 'OBJECT'], 'ESO INS SLIT1 NAME': 'FREE' } })
const slicer = modeWith({ header: { 'ESO INS SLIT1 NAME': 'SLIC#1' }, certified: false, reason: 'not tried' })

const check = (...changes: Card[]) => {
  const header = changes.reduce((changed, card) => changed.with(card), new Header(good))
  return () => checkRaw(header, ab, [slit, slicer])
}

describe('a raw against its block', () => {
  test('the mode that the header shows', () => {
    expect(check()()).toBe(slit)
    expect(check(string('ESO DPR TYPE', 'OBJECT'))()).toBe(slit)
    expect(check(integer('ESO INS GRAT1 WLEN', 437))()).toBe(slit)
  })

  test('MJD-OBS within a second', () => {
    expect(check(double('MJD-OBS', 61101.15 + 0.9 / 86400))()).toBe(slit)
    expect(check(double('MJD-OBS', 61101.15 + 1.1 / 86400))).toThrow(/MJD-OBS is 61101.150\d+, .* says 61101.15/)
  })

  test.each([
    ['another instrument', [string('INSTRUME', 'XSHOOTER')], "the raw's INSTRUME is XSHOOTER"],
    ['a calibration', [string('ESO DPR CATG', 'CALIB')], "the raw's ESO DPR CATG is CALIB"],
    ['another wavelength', [double('ESO INS GRAT1 WLEN', 390)], "the raw's INS.GRAT1.WLEN is 390"],
    ['a bias', [string('ESO DPR TYPE', 'BIAS')], 'ESO DPR TYPE is BIAS, expected OBJECT,POINT or OBJECT'],
  ])('%s is refused', (_what, changes, cause) => {
    expect(check(...changes)).toThrow(
      expect.objectContaining({ kind: 'input', message: expect.stringContaining(cause) }),
    )
  })

  test('a mode that is not certified is refused with its reason', () => {
    const header = new Header(good).with(string('ESO INS SLIT1 NAME', 'SLIC#1'))
    const block = { ...ab, rawMatchKeys: [] }
    expect(() => checkRaw(header, block, [slit, slicer])).toThrow('a mode that is not certified: not tried')
  })

  test('a year that the name of the file does not know', () => {
    const header = new Header(good).with(double('MJD-OBS', 52000))
    expect(() => checkRaw(header, { ...ab, mjdObs: 52000 }, [slit])).toThrow(
      'MJD-OBS is 52000, but the name of raw UVES.2026-03-02T03:36:00.000.fits says 2026-03-02',
    )
    const named = { ...ab, mjdObs: 52000, rawFiles: [{ fileName: 'r.UVES.1.fits', tag: 'SCI_POINT_BLUE' }] }
    expect(checkRaw(header, named, [slit])).toBe(slit)
  })
})
