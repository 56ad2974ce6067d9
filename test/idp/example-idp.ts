import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Card, double, integer, logical, string } from '../../fits/card.ts'
import { formatFits } from '../../fits/file.ts'
import type { Hdu } from '../../fits/hdu.ts'
import { Header } from '../../fits/header.ts'
import { emptyPrimaryHdu, imageHdu } from '../../fits/image.ts'
import { type NewColumn, tableHdu } from '../../fits/table.ts'
import type { PipelineProducts } from '../../idp/validate.ts'

/** One exposure as an internal data product, made here from synthetic numbers: nothing of the converter is used. */
export interface ExampleIdp {
  readonly name: string
  readonly primary: readonly Card[]
  readonly columns: readonly NewColumn[]
  readonly table: readonly Card[]
}

export const DP_ID = 'UVES.2023-02-25T03:36:00.000'
const START = 3732.05363662743
const END = 4999.75157066926
const SAMPLES = 400
const SNR = 42.21
const FLUX_UNIT = '10**(-16)erg.cm**(-2).s**(-1).angstrom**(-1)'
/** What the pipeline leaves out of its errors of the calibrated flux. */
const EXTINCTION = 1.3

/** The blue 437 nm exposure of 1200 s through a slit of 1 arcsec that the standard's worked example shows. */
export function exampleIdp(fluxed = false, samples = SAMPLES): ExampleIdp {
  const arrays = exampleArrays(samples)
  const [first, last] = usable(samples)
  const [minimum, maximum] = [first, last].map((index) => Number(((arrays.wave[index] ?? 0) / 10).toFixed(6)))
  if (minimum === undefined || maximum === undefined) throw new Error('no samples')
  return {
    name: `UV_${fluxed ? 'SFLX' : 'SRED'}_200123456_2023-02-25T03:36:00.000_BLUE437d2_2x2_10.fits`,
    primary: primaryCards(fluxed, samples, minimum, maximum),
    columns: fluxed ? fluxedColumns(arrays) : reducedColumns(arrays),
    table: tableCards(fluxed, samples, minimum, maximum),
  }
}

export function exampleHdus({ primary, columns, table }: ExampleIdp): Hdu[] {
  return [emptyPrimaryHdu(primary), tableHdu({ columns, name: 'SPECTRUM', header: table })]
}

/** Header of the raw frame. */
export function exampleRaw(): Header {
  return new Header([
    string('TELESCOP', 'ESO-VLT-U2'),
    string('INSTRUME', 'UVES'),
    string('OBJECT', 'SIM-STAR'),
    double('RA', 150.13),
    double('DEC', -30.12),
    double('EXPTIME', 1200),
    double('MJD-OBS', 60000.15),
    string('ARCFILE', `${DP_ID}.fits`),
    string('ESO DPR CATG', 'SCIENCE'),
    string('ESO DPR TYPE', 'OBJECT,POINT'),
    string('ESO DPR TECH', 'ECHELLE'),
    integer('ESO OBS ID', 200123456),
    string('ESO OBS PROG ID', '60.A-9022(A)'),
    string('ESO OBS TARG NAME', 'SIM-STAR'),
    string('ESO INS PATH', 'BLUE'),
    string('ESO INS MODE', 'DICHR#2'),
    double('ESO INS GRAT1 WLEN', 437),
    double('ESO INS SLIT2 WID', 1),
    integer('ESO DET WIN1 BINX', 2),
    integer('ESO DET WIN1 BINY', 2),
  ])
}

/** Writes the products of the pipeline that the example was made of. */
export async function writeProducts(folder: string, samples = SAMPLES): Promise<Required<PipelineProducts>> {
  await mkdir(folder, { recursive: true })
  const { reduced, reducedError, flux, fluxError } = exampleArrays(samples)
  const save = async (name: string, data: Float32Array, unit: string): Promise<string> => {
    const path = join(folder, `${name}.fits`)
    const header = [
      string('CTYPE1', 'AWAV'),
      string('CUNIT1', 'Angstrom'),
      double('CRPIX1', 1),
      double('CRVAL1', START),
      double('CDELT1', stepOf(samples)),
      string('BUNIT', unit),
      double('LAMRMS', 0.000254),
      integer('LAMNLIN', 1126),
      double('CSYER1', 0.000146),
      string('ESO PRO REC1 PIPE ID', 'uves/6.1.8'),
    ]
    await writeFile(path, formatFits([imageHdu({ header, data, shape: [data.length] })], { checksum: true }))
    return path
  }
  const pipelineUnit = '10^-16 erg/cm^2/Angstrom/s'
  return {
    spectrum: [await save('red', reduced, 'ADU')],
    error: [await save('errorbar', reducedError, 'ADU')],
    flux: [await save('fluxcal', flux, pipelineUnit)],
    fluxError: [
      await save(
        'fluxcal-errorbar',
        fluxError.map((value) => value / EXTINCTION),
        pipelineUnit,
      ),
    ],
  }
}

const stepOf = (samples: number): number => (END - START) / (samples - 1)

/** First and last sample with a signal: the ends are padded. */
const usable = (samples: number): [number, number] => [Math.floor(samples * 0.017), Math.floor(samples * 0.988)]

interface Arrays {
  readonly wave: Float64Array
  readonly reduced: Float32Array
  readonly reducedError: Float32Array
  readonly flux: Float32Array
  readonly fluxError: Float32Array
  readonly quality: Int32Array
  readonly sky: Float32Array
}

function exampleArrays(samples: number): Arrays {
  const [first, last] = usable(samples)
  const isData = (index: number): boolean => index >= first && index <= last
  const float = (value: (index: number) => number): Float32Array =>
    Float32Array.from({ length: samples }, (_, index) => value(index))
  const signal = (index: number): number => 900 + 300 * Math.sin(index / 17)
  const response = (index: number): number => 0.02 + index / samples / 100
  return {
    wave: Float64Array.from({ length: samples }, (_, index) => START + index * stepOf(samples)),
    reduced: float((index) => (isData(index) ? signal(index) : 0)),
    reducedError: float((index) => (isData(index) ? signal(index) / SNR : 1)),
    flux: float((index) => (isData(index) ? signal(index) * response(index) : 0)),
    fluxError: float((index) => (isData(index) ? (signal(index) * response(index)) / SNR : response(index))),
    quality: Int32Array.from({ length: samples }, (_, index) => (isData(index) ? 0 : 1)),
    sky: float((index) => (isData(index) ? 20 + Math.cos(index / 5) : 0)),
  }
}

function reducedColumns({ wave, reduced, reducedError, quality, sky }: Arrays): NewColumn[] {
  return [
    column('WAVE', 'D', 'angstrom', wave),
    column('FLUX_REDUCED', 'E', 'adu', reduced),
    column('ERR_REDUCED', 'E', 'adu', reducedError),
    column('QUAL', 'J', '', quality),
    column('BGFLUX_REDUCED', 'E', 'adu', sky),
  ]
}

function fluxedColumns(arrays: Arrays): NewColumn[] {
  const { wave, flux, fluxError, quality, reduced, reducedError, sky } = arrays
  return [
    column('WAVE', 'D', 'angstrom', wave),
    column('FLUX', 'E', FLUX_UNIT, flux),
    column('ERR', 'E', FLUX_UNIT, fluxError),
    column('QUAL', 'J', '', quality),
    column('FLUX_REDUCED', 'E', 'adu', reduced),
    column('ERR_REDUCED', 'E', 'adu', reducedError),
    column('BGFLUX_REDUCED', 'E', 'adu', sky),
  ]
}

const column = (
  name: string,
  letter: string,
  unit: string,
  values: Float64Array | Float32Array | Int32Array,
): NewColumn => ({
  name,
  format: `${values.length}${letter}`,
  unit,
  values,
})

function primaryCards(fluxed: boolean, samples: number, minimum: number, maximum: number): Card[] {
  return [
    string('DATE', '2026-11-22T10:00:00.000'),
    string('ORIGIN', 'ESO'),
    string('TELESCOP', 'ESO-VLT-U2'),
    string('INSTRUME', 'UVES'),
    string('OBJECT', 'SIM-STAR'),
    double('RA', 150.123456),
    double('DEC', -30.123456),
    double('EQUINOX', 2000),
    string('RADESYS', 'FK5'),
    double('EXPTIME', 1200),
    double('TEXPTIME', 1200),
    double('MJD-OBS', 60000.15),
    double('MJD-END', 60000.16388889),
    string('PROG_ID', '60.A-9022(A)'),
    integer('OBID1', 200123456),
    integer('NCOMBINE', 1),
    string('OBSTECH', 'ECHELLE'),
    string('PROV1', DP_ID),
    string('PROCSOFT', 'uves/6.1.8'),
    string('REFERENC', ''),
    string('PRODCATG', 'SCIENCE.SPECTRUM'),
    string('FLUXCAL', fluxed ? 'ABSOLUTE' : 'UNCALIBRATED'),
    logical('CONTNORM', false),
    logical('TOT_FLUX', false),
    double('FLUXERR', fluxed ? -2 : -1),
    logical('EXT_OBJ', false),
    string('SPECSYS', 'TOPOCENT'),
    double('WAVELMIN', minimum),
    double('WAVELMAX', maximum),
    double('SPEC_BIN', stepOf(samples) / 10),
    double('SNR', SNR),
    double('SPEC_RES', 42227.9),
    double('LAMRMS', 2.54e-5),
    integer('LAMNLIN', 1126),
    double('SPEC_ERR', 7.5695e-7),
    double('SPEC_SYE', 1.46e-5),
    double('RA_ERR', 0.000139),
    double('DEC_ERR', 0.000139),
    string('ORIGFILE', `UV_${fluxed ? 'SFLX' : 'SRED'}_200123456_2023-02-25T03:36:00.000_BLUE437d2_2x2_10.fits`),
  ]
}

/** UType and UCD of each column. */
function meanings(fluxed: boolean): [string, string][] {
  const [flux, error, sky] = [
    'phot.flux.density;em.wl;src.net;stat.uncalib',
    'stat.error;phot.flux.density;em.wl;stat.uncalib',
    'phot.flux.density;em.wl;stat.uncalib',
  ]
  return fluxed
    ? [
        ['spec:Data.SpectralAxis.Value', 'em.wl;obs.atmos'],
        ['spec:Data.FluxAxis.Value', 'phot.flux.density;em.wl;src.net;meta.main'],
        ['spec:Data.FluxAxis.Accuracy.StatError', 'stat.error;phot.flux.density;em.wl;meta.main'],
        ['spec:Data.FluxAxis.Accuracy.QualityStatus', 'meta.code.qual'],
        ['eso:Data.FluxAxis.Value', flux],
        ['eso:Data.FluxAxis.Accuracy.StatError', error],
        ['eso:Data.BackgroundModel.Value', sky],
      ]
    : [
        ['Spectrum.Data.SpectralAxis.Value', 'em.wl;obs.atmos'],
        ['Spectrum.Data.FluxAxis.Value', flux],
        ['Spectrum.Data.FluxAxis.Accuracy.StatError', error],
        ['Spectrum.Data.FluxAxis.Accuracy.QualityStatus', 'meta.code.qual'],
        ['Spectrum.Data.BackgroundModel.Value', sky],
      ]
}

function tableCards(fluxed: boolean, samples: number, minimum: number, maximum: number): Card[] {
  return [
    ...meanings(fluxed).flatMap(([utype, ucd], index) => [
      string(`TUTYP${index + 1}`, utype),
      string(`TUCD${index + 1}`, ucd),
    ]),
    logical('INHERIT', true),
    string('VOCLASS', fluxed ? 'SPECTRUM v2.0' : 'SPECTRUM v1.0'),
    string('VOPUB', 'ESO/SAF'),
    string('TITLE', `SIM-STAR_${DP_ID}_BLUE437d2`),
    string('OBJECT', 'SIM-STAR'),
    double('RA', 150.123456),
    double('DEC', -30.123456),
    integer('NELEM', samples),
    double('APERTURE', 0.00027778),
    double('TELAPSE', 1200),
    double('TMID', 60000.15694444),
    double('SPEC_VAL', (minimum + maximum) / 2),
    double('SPEC_BW', maximum - minimum),
    double('TDMIN1', START),
    double('TDMAX1', START + (samples - 1) * stepOf(samples)),
  ]
}
