import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { IdpSection } from '../../../domain/idp-section.ts'
import { instrumentSchema } from '../../../domain/instrument.ts'
import { type Card, double, integer, string } from '../../../fits/card.ts'
import { Header } from '../../../fits/header.ts'
import type { ChipProducts, ConversionInput, RawFrame, Spectrum } from '../../../idp/convert/input.ts'

const uves = instrumentSchema.parse(parse(readFileSync('instruments/uves.yaml', 'utf8')))

export function uvesSection(changes: Partial<IdpSection> = {}): IdpSection {
  if (uves.idp === undefined) throw new Error('instruments/uves.yaml has no part idp')
  return { ...uves.idp, ...changes }
}

/** Samples of the worked example: signal in samples 710 to 41269 (counted from 0), the rest is fill. */
export const example = { samples: 41_740, first: 710, last: 41_269, start: 3732.05363662743, step: 0.030372024582329 }

const rawCards: readonly Card[] = [
  string('ORIGIN', 'ESO'),
  string('TELESCOP', 'ESO-VLT-U2'),
  string('INSTRUME', 'UVES'),
  string('OBJECT', 'OTHER-NAME'),
  double('RA', 150.123456),
  double('DEC', -30.123456),
  double('EQUINOX', 2000),
  string('RADECSYS', 'FK5'),
  double('EXPTIME', 1200),
  double('MJD-OBS', 60000.15),
  string('ESO DPR CATG', 'SCIENCE'),
  string('ESO DPR TYPE', 'OBJECT,POINT'),
  string('ESO DPR TECH', 'ECHELLE'),
  integer('ESO OBS ID', 200123456),
  string('ESO OBS PROG ID', '60.A-9022(A)'),
  string('ESO OBS TARG NAME', 'SIM-STAR'),
  integer('ESO DET WIN1 BINX', 2),
  integer('ESO DET WIN1 BINY', 2),
  string('ESO INS MODE', 'DICHR#2'),
  double('ESO INS SLIT2 WID', 1),
  double('ESO INS SLIT3 WID', 0.8),
  double('ESO INS GRAT1 WLEN', 437),
  double('ESO INS GRAT2 WLEN', 580),
]

/** The raw of the worked example; a card given here takes the place of its own of that keyword, or comes in addition. */
export function exampleRaw(...cards: readonly Card[]): RawFrame {
  const header = cards.reduce((before, card) => before.with(card), new Header(rawCards))
  const fileName = 'UVES.2023-02-25T03:36:00.000.fits'
  return { fileName, category: 'SCI_POINT_BLUE', sha256: 'a1'.repeat(32), header }
}

export function withoutKeyword(raw: RawFrame, keyword: string): RawFrame {
  return { ...raw, header: raw.header.without(keyword) }
}

interface Shape {
  readonly chip?: string
  readonly samples?: number
  readonly first?: number
  readonly last?: number
  readonly start?: number
  readonly step?: number
  readonly cards?: readonly Card[]
  readonly flux?: number
  readonly error?: number
  /** FLUXCAL over RED; no flux-calibrated spectrum without. */
  readonly response?: (wavelength: number) => number
  readonly unit?: string
  readonly resolvingPower?: number | null
}

/** Products of one chip: constant flux and error between `first` and `last`, fill (0 and 1) elsewhere. */
export function exampleChip(shape: Shape = {}): ChipProducts {
  const { chip = 'BLUE', samples = example.samples, first = example.first, last = example.last } = shape
  const { start = example.start, step = example.step, flux = 844.2, error = 20, response } = shape
  const cards = [
    string('CTYPE1', 'AWAV'),
    string('CUNIT1', 'Angstrom'),
    double('CRVAL1', start),
    double('CRPIX1', 1),
    double('CDELT1', step),
    double('CSYER1', 0.000146),
    double('LAMRMS', 0.000254),
    integer('LAMNLIN', 1126),
    string('ESO PRO REC1 PIPE ID', 'uves/6.1.8'),
    double('ESO QC VRAD BARYCOR', -8.358027),
    double('ESO QC VRAD HELICOR', -8.353033),
  ]
  const header = [...cards, ...(shape.cards ?? [])].reduce((before, card) => before.with(card), new Header([]))
  const values = (of: (index: number) => number, fill: number): Spectrum => ({
    header,
    values: Float32Array.from({ length: samples }, (_, i) => (i < first || i > last ? fill : of(i))),
  })
  const calibrated = response === undefined ? null : values((i) => flux * response(start + i * step), 0)
  const { resolvingPower = 42227.8738 } = shape
  return {
    chip,
    spectrum: values(() => flux, 0),
    error: values(() => error, 1),
    sky: values(() => 3, 0),
    flux:
      calibrated === null
        ? null
        : { ...calibrated, header: header.with(string('BUNIT', shape.unit ?? '10^-16 erg/cm^2/Angstrom/s')) },
    lineTable: new Header(resolvingPower === null ? [] : [double('ESO QC RESOLMED', resolvingPower)]),
  }
}

/** The worked example of the standard's reference: blue 437 nm, 1200 s, slit 1.0 arcsec, not flux-calibrated. */
export function exampleInput(changes: Partial<ConversionInput> = {}): ConversionInput {
  const section = changes.section ?? uvesSection()
  const armName = changes.armName ?? 'BLUE'
  const arm = section.arms[armName]
  if (arm === undefined) throw new Error(`no arm ${armName}`)
  return {
    section,
    armName,
    arm,
    raws: [exampleRaw()],
    calibrations: [
      { fileName: 'UV_MBIA_260301A_BLUE_2x2.fits', category: 'MASTER_BIAS_BLUE', sha256: 'b2'.repeat(32) },
    ],
    chips: changes.chips ?? [exampleChip()],
    database: {},
    archiveName: 'ADP.2026-11-22T10:00:00.000.fits',
    attemptEndedAt: new Date('2026-11-22T10:00:00Z'),
    fluxCalibrated: false,
    reason: 'the block lists no master response',
    ...changes,
  }
}
