import { double, integer, logical, string } from '../../../fits/card.ts'
import type { Hdu } from '../../../fits/hdu.ts'
import { Header } from '../../../fits/header.ts'
import { tableHdu } from '../../../fits/table.ts'
import type { IdpContext } from '../../../idp/validate.ts'
import { DP_ID } from '../example-idp.ts'
import {
  both,
  bytesReplaced,
  changed,
  column,
  extension,
  type Mutation,
  named,
  numbers,
  primary,
  values,
  withoutExtension,
  withoutPrimary,
} from './mutation.ts'

/** For every rule of a single file at least one file that breaks it. */
export const MUTATIONS: readonly Mutation[] = [
  { rule: 'F01', ...named(`${'x'.repeat(64)}.fits`) },
  { rule: 'F02', ...named('spectrum.fits.fz') },
  { rule: 'F02', ...extension(logical('ZTABLE', true)) },
  { rule: 'F03', ...bytesReplaced("OBJECT  = 'SIM-STAR'", "OBJECT  = 'SIM-STAR "), also: ['F07', 'P01'] },
  { rule: 'F03', bytes: (bytes) => bytes.subarray(0, -2880), also: ['F06', 'F07'] },
  { rule: 'F03', bytes: (bytes) => Buffer.concat([bytes, Buffer.from('more')]) },
  { rule: 'F04', ...primary(double('EPOCH', 2000)) },
  { rule: 'F05', bytes: (bytes) => blanked(bytes, 'DATASUM ='), also: ['F07'] },
  { rule: 'F05', bytes: (bytes) => blanked(bytes, 'CHECKSUM=') },
  {
    rule: 'F06',
    bytes: (bytes) => {
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 2880) ^ 1, bytes.length - 2880)
      return bytes
    },
    also: ['F07'],
  },
  { rule: 'F07', ...bytesReplaced('60.A-9022(A)', '60.A-9022(B)'), also: ['B14'] },
  { rule: 'F08', ...primary(string('REMARK', 'long '.repeat(20)), string('LONGSTRN', 'OGIP 1.0')) },
  { rule: 'F09', hdus: (hdus) => [...hdus, small('SECOND')] },
  { rule: 'F10', hdus: (hdus) => hdus.slice(0, 1), also: ['F09'] },

  { rule: 'P01', ...withoutPrimary('SPECSYS') },
  { rule: 'P01', ...withoutPrimary('EXT_OBJ') },
  { rule: 'P02', ...primary(string('EXPTIME', '1200')) },
  { rule: 'P02', ...primary(double('OBID1', 200123456)), also: ['B13'] },
  { rule: 'P03', ...primary(string('PROCSOFT', '')), also: ['U09', 'U25'] },
  { rule: 'P04', ...primary(string('BUNIT', 'adu')) },
  { rule: 'P04', ...primary(double('CD1_1', 0.03)) },
  {
    rule: 'P05',
    hdus: (hdus) => changed(hdus, 0, (header) => header.without('RADESYS').with(string('RADECSYS', 'FK5'))),
  },
  { rule: 'P06', ...primary(string('PRODCATG', 'SCIENCE.IMAGE')) },
  { rule: 'P07', hdus: withPrimaryImage },
  { rule: 'P08', ...primary(string('DATE', '22/11/2026')), also: ['F03'] },
  { rule: 'P09', ...primary(string('RADESYS', 'FK4')) },
  { rule: 'P10', ...withoutPrimary('EQUINOX') },
  { rule: 'P10', ...primary(string('RADESYS', 'ICRS'), double('EQUINOX', 2015.5)) },
  { rule: 'P11', ...primary(string('REFERENC', 'see the paper')) },
  { rule: 'P12', ...both(double('RA', 360.5)), also: ['U15'] },
  { rule: 'P13', ...both(double('DEC', -90.5)), also: ['U15'] },
  { rule: 'P14', ...primary(double('MJD-OBS', 40000)), also: ['X05', 'X06', 'B15'] },
  { rule: 'P15', ...primary(double('MJD-END', 60000.1)), also: ['P19', 'X05', 'X06', 'B16'] },
  { rule: 'P16', context: (context) => ({ ...context, now: new Date('2023-02-25T03:55:00Z') }) },
  { rule: 'P17', ...primary(double('EXPTIME', 0)), also: ['B19'] },
  { rule: 'P18', ...primary(double('TEXPTIME', 1100)), also: ['B20'] },
  { rule: 'P19', ...primary(double('TEXPTIME', 1201)), also: ['X04', 'B20'] },
  { rule: 'P20', ...primary(integer('NCOMBINE', 0)), also: ['B18'] },
  { rule: 'P21', ...primary(string('FLUXCAL', 'RELATIVE')), also: [] },
  { rule: 'P22', fluxed: true, ...primary(double('FLUXERR', 101)) },
  { rule: 'P23', ...primary(double('FLUXERR', -2)) },
  { rule: 'P24', ...primary(logical('TOT_FLUX', true)) },
  { rule: 'P25', ...primary(string('SPECSYS', 'LUNAR')), also: ['U03'] },
  { rule: 'P26', ...primary(double('SPEC_RES', 0)) },
  { rule: 'P27', ...primary(double('WAVELMIN', 500)), also: ['X07', 'X08'] },
  { rule: 'P28', ...primary(double('STREHL', 1.5)) },
  { rule: 'P29', ...primary(string('TIMESYS', 'TT')) },
  { rule: 'P30', ...primary(string('ORIGIN', 'KECK')) },
  { rule: 'P31', ...primary(string('TELESC1', 'ESO-VLT-U2')) },
  { rule: 'P31', ...primary(string('TELESCOP', 'MULTI'), string('TELESC1', 'ESO-VLT-U2')) },
  { rule: 'P32', ...primary(string('INSTRUME', 'MULTI'), string('INSTR1', 'UVES')), also: ['U02'] },
  { rule: 'P33', ...primary(string('PROGID1', '60.A-9022(A)')) },
  { rule: 'P34', ...primary(integer('OBID2', 200123456)) },
  { rule: 'P35', ...primary(integer('OBID01', 200123457)), also: ['P36', 'B13'] },
  { rule: 'P36', ...primary(integer('OBID3', 200123457)), also: ['B13'] },
  { rule: 'P37', ...primary(string('PROV2', `${DP_ID}.fits`)), also: ['B18', 'B19', 'B20'] },
  { rule: 'P38', ...primary(logical('PROVXTN', true)) },
  { rule: 'P38', hdus: (hdus) => [...hdus, small('PHASE3PROVENANCE')] },
  { rule: 'P39', ...primary(string('PROV1', `${DP_ID}[1]`)), also: ['B09'] },
  { rule: 'P40', ...primary(string('PROV1', `${DP_ID}.fits`)) },
  { rule: 'P41', ...primary(string('PROG_ID', '60.A-9022')), also: ['B14'] },
  { rule: 'P42', ...primary(...associated('plot.png', 'ANCILLARY.PLOT')) },
  { rule: 'P43', ...primary(string('ASSON1', 'plot.png'), string('ASSOC1', 'ANCILLARY.PREVIEW')) },
  { rule: 'P43', ...primary(string('ASSOM1', '0123456789abcdef'.repeat(2))) },
  { rule: 'P44', ...primary(...associated('image.fits', 'ANCILLARY.PREVIEW')) },
  { rule: 'P45', ...primary(...associated('plot.png', 'ANCILLARY.PREVIEW', '0123456789ABCDEF'.repeat(2))) },
  { rule: 'P46', ...withoutPrimary('SPEC_ERR') },
  { rule: 'P47', ...primary(double('SPEC_ERR', 7e-7)), also: ['U23'] },
  { rule: 'P48', ...primary(double('ABMAGLIM', 99.5)) },
  { rule: 'P48', ...primary(double('PIXNOISE', -1)) },

  { rule: 'E01', ...withoutExtension('VOPUB') },
  { rule: 'E01', ...withoutExtension('TUCD4') },
  { rule: 'E02', ...extension(double('NELEM', 400)) },
  { rule: 'E03', ...extension(string('TITLE', '')) },
  { rule: 'E04', ...extension(double('CDELT1', 0.03)) },
  { rule: 'E05', hdus: (hdus) => hdus.map((hdu, at) => (at === 1 ? oneAxis(hdu) : hdu)), also: ['E01', 'E09', 'F03'] },
  { rule: 'E06', hdus: (hdus) => hdus.map((hdu, at) => (at === 1 ? twice(hdu, 'NAXIS2') : hdu)) },
  { rule: 'E07', hdus: (hdus) => hdus.map((hdu, at) => (at === 1 ? withHeap(hdu) : hdu)) },
  { rule: 'E08', hdus: (hdus) => hdus.map((hdu, at) => (at === 1 ? twice(hdu, 'GCOUNT') : hdu)), also: ['F03'] },
  {
    rule: 'E09',
    hdus: (hdus) =>
      changed(hdus, 1, (header) => new Header([...header.without('TFIELDS').cards, integer('TFIELDS', 5)])),
    also: ['F03'],
  },
  {
    rule: 'E10',
    hdus: (hdus) => changed(hdus, 1, (header) => header.with(string('XTENSION', 'A3DTABLE'))),
    also: ['F09'],
  },
  { rule: 'E11', ...withoutExtension('EXTNAME'), also: ['E01'] },
  { rule: 'E11', hdus: (hdus) => [...hdus, small('SPECTRUM')], also: ['F09'] },
  { rule: 'E12', ...extension(string('VOCLASS', 'SPECTRUM v3.0')) },
  { rule: 'E13', ...extension(string('VOPUB', 'ESO')) },
  { rule: 'E14', ...extension(string('TITLE', 'a spectrum')) },
  { rule: 'E15', ...extension(double('APERTURE', 1)), also: ['U12'] },
  { rule: 'E16', ...extension(string('TTYPE1', 'LAMBDA')), also: ['U04'] },
  { rule: 'E17', ...extension(string('TTYPE2', 'COUNTS')) },
  { rule: 'E18', ...extension(string('TTYPE3', 'SIGMA')) },
  { rule: 'E19', ...extension(string('TTYPE5', 'SKYBACK')) },
  { rule: 'E20', ...extension(string('TTYPE4', 'BGFLUX_SKY')), also: ['E34'] },
  {
    rule: 'E21',
    hdus: (hdus) => changed(hdus, 1, (header) => header.with(string('TFORM4', '1PJ(200)'))),
    also: ['F03', 'E22'],
  },
  { rule: 'E22', ...column('QUAL', (old) => ({ ...old, format: '399J', values: numbers(old).slice(1) })) },
  { rule: 'E23', ...extension(integer('NELEM', 399)) },
  { rule: 'E24', ...extension(string('TUTYP1', 'Spectrum.Data.SpectralAxis')) },
  { rule: 'E25', ...extension(string('TUTYP2', 'Spectrum.Data.Flux')) },
  { rule: 'E26', ...extension(string('TUTYP3', 'Spectrum.Data.FluxAxis.Accuracy')) },
  { rule: 'E27', ...extension(string('TUCD1', 'em.wl;em.opt')), also: ['U04'] },
  { rule: 'E28', ...extension(string('TUNIT3', 'ADU')) },
  { rule: 'E29', ...extension(string('TUNIT1', 'Ang')) },
  { rule: 'E30', ...extension(string('VOCLASS', 'SPECTRUM v2.0')) },
  { rule: 'E30', fluxed: true, ...extension(string('VOCLASS', 'SPECTRUM v1.0')) },
  { rule: 'E30', fluxed: true, ...extension(string('TUTYP5', 'spec:Data.FluxAxis.Value')), also: ['E31'] },
  { rule: 'E31', fluxed: true, ...extension(string('TUCD3', 'stat.error;phot.flux.density;em.wl')) },
  {
    rule: 'E31',
    fluxed: true,
    ...extension(string('TUCD5', 'phot.flux.density;em.wl;src.net;stat.uncalib;meta.main')),
  },
  { rule: 'E32', ...extension(string('TUCD2', 'em.wl;phot.flux.density')), also: ['E34'] },
  { rule: 'E33', ...extension(string('TUCD3', 'phot.flux.density;stat.error')) },
  { rule: 'E34', ...extension(string('TUNIT5', 'electron')) },
  { rule: 'E34', ...extension(string('TUCD5', 'phot.flux.density;em.wl')) },
  { rule: 'E35', ...extension(string('TTYPE5', 'EXPOSURE')) },
  { rule: 'E36', ...primary(logical('CONTNORM', true)) },
  {
    rule: 'E37',
    fluxed: true,
    ...extension(string('TUNIT2', 'adu'), string('TUNIT3', 'adu')),
    also: ['U07', 'U21', 'U22'],
  },
  { rule: 'E38', ...extension(string('ORIGFILE', 'again.fits')) },

  { rule: 'X01', ...extension(double('RA', 150.1234562)) },
  { rule: 'X02', ...extension(double('DEC', -30.1234562)) },
  { rule: 'X03', ...extension(string('OBJECT', 'SIM')) },
  { rule: 'X04', ...extension(double('TELAPSE', 1199.8)), also: ['X05'] },
  { rule: 'X05', ...extension(double('TELAPSE', 1200.2)) },
  { rule: 'X06', ...extension(double('TMID', 60000.1571)) },
  { rule: 'X07', ...extension(double('SPEC_VAL', 437)) },
  { rule: 'X08', ...extension(double('SPEC_BW', 123)) },

  { rule: 'D01', ...values('WAVE', (value, index) => (index === 100 ? value - 10 : value)), also: ['U20'] },
  { rule: 'D01', ...values('WAVE', (value, index) => (index === 100 ? Number.NaN : value)), also: ['U20'] },
  { rule: 'D02', ...values('BGFLUX_REDUCED', (value, index) => (index === 100 ? Infinity : value)) },
  { rule: 'D03', ...primary(double('SPEC_BIN', 0.03)), also: ['U24'] },
  { rule: 'D03', ...primary(double('SPEC_BIN', 3)), also: ['U24'] },
  { rule: 'D04', ...primary(double('WAVELMIN', 373)), also: ['D10', 'X07', 'X08'] },
  { rule: 'D05', ...primary(double('WAVELMAX', 500.2)), also: ['D10', 'X07', 'X08'] },
  { rule: 'D06', ...extension(double('TDMIN1', 3734)) },
  { rule: 'D07', ...extension(double('TDMAX1', 4998)) },
  { rule: 'D08', ...values('QUAL', (value, index) => (index === 100 ? -1 : value)) },
  { rule: 'D08', ...column('QUAL', (old) => ({ ...old, format: '400E' })) },
  { rule: 'D09', ...primary(double('SNR', 50)) },
  { rule: 'D10', ...primary(double('WAVELMIN', 373.3)), also: ['X07', 'X08'] },
  { rule: 'D10', ...primary(double('WAVELMAX', 499.9)), also: ['X07', 'X08'] },

  { rule: 'B03', ...withoutPrimary('PROV1') },
  { rule: 'B09', ...primary(string('PROV1', 'UVES.2023-02-25T03:36:00.001')) },
  { rule: 'B10', ...raw(string('ESO DPR CATG', 'CALIB')) },
  { rule: 'B10', ...raw(string('ESO DPR TYPE', 'OBJECT,SKY')) },
  { rule: 'B11', ...raw(string('TELESCOP', 'ESO-VLT-U3')) },
  { rule: 'B12', ...raw(string('INSTRUME', 'XSHOOTER')) },
  { rule: 'B13', ...raw(integer('ESO OBS ID', 200123457)), also: ['U17'] },
  { rule: 'B14', ...raw(string('ESO OBS PROG ID', '60.A-9022(B)')) },
  { rule: 'B15', ...raw(double('MJD-OBS', 60000.149)) },
  { rule: 'B16', ...raw(double('EXPTIME', 1201)), also: ['B19', 'B20'] },
  { rule: 'B17', ...raw(double('EXPTIME', 500)), also: ['B19', 'B20'] },
  { rule: 'B18', ...primary(integer('NCOMBINE', 2)) },
  { rule: 'B19', ...primary(double('EXPTIME', 1199)) },
  { rule: 'B20', ...primary(double('TEXPTIME', 1201)), also: ['P19', 'X04'] },

  { rule: 'U01', ...primary(string('ORIGFILE', 'spectrum.fits')) },
  { rule: 'U01', ...primary(string('ORIGFILE', 'UV_SFLX_200123456_2023-02-25T03:36:00.000_BLUE437d2_2x2_10.fits')) },
  { rule: 'U02', ...primary(string('INSTRUME', 'uves')), also: ['B12'] },
  { rule: 'U03', ...primary(string('SPECSYS', 'BARYCENT')) },
  { rule: 'U04', ...extension(string('TUCD1', 'em.wl')) },
  { rule: 'U05', ...column('WAVE', (old) => ({ ...old, format: '400E' })) },
  { rule: 'U06', ...extension(string('TUNIT1', 'nm')), also: ['D03', 'D04', 'D10', 'U20'] },
  { rule: 'U07', ...extension(string('TUNIT2', 'electron'), string('TUNIT3', 'electron')), also: ['E34'] },
  { rule: 'U07', ...extension(string('TUNIT5', '10**(-16)erg.cm**(-2).s**(-1).angstrom**(-1)')), also: ['E34'] },
  { rule: 'U07', fluxed: true, ...extension(string('TUNIT2', 'Jy'), string('TUNIT3', 'Jy')), also: ['U21', 'U22'] },
  { rule: 'U08', fluxed: true, context: neverCalibrated },
  { rule: 'U09', ...primary(string('PROCSOFT', 'uves')), also: ['U25'] },
  { rule: 'U10', ...values('FLUX_REDUCED', () => 0), also: ['U21'] },
  { rule: 'U10', ...values('ERR_REDUCED', (value, index) => (index === 100 ? 0 : value)), also: ['U22'] },
  { rule: 'U11', ...values('QUAL', (value, index) => (index === 0 ? 0 : value)) },
  { rule: 'U12', ...extension(double('APERTURE', 0.0003)) },
  { rule: 'U13', ...primary(string('OBSTECH', 'SPECTRUM')) },
  { rule: 'U14', ...both(string('OBJECT', 'SIM')) },
  { rule: 'U15', ...both(double('RA', 150.2)) },
  { rule: 'U16', ...primary(logical('EXT_OBJ', true)) },
  ...[
    ['200123456', '200123457'],
    ['03:36:00.000', '03:36:00.001'],
    ['BLUE', 'RED'],
    ['437', '436'],
    ['d2', 'd1'],
    ['d2', ''],
    ['2x2', '1x2'],
    ['2x2', '2x1'],
    ['_10', '_08'],
  ].map(
    ([from = '', to = '']): Mutation => ({
      rule: 'U17',
      ...primary(
        string('ORIGFILE', 'UV_SRED_200123456_2023-02-25T03:36:00.000_BLUE437d2_2x2_10.fits'.replace(from, to)),
      ),
    }),
  ),

  { rule: 'U20', ...values('WAVE', (value, index) => (index === 100 ? value + 0.05 : value)) },
  { rule: 'U20', ...values('WAVE', (value) => value * (1 + 1e-5)) },
  { rule: 'U21', ...values('FLUX_REDUCED', (value, index) => (index === 100 ? value * 1.001 : value)) },
  { rule: 'U21', fluxed: true, ...values('FLUX', (value) => value * 10) },
  { rule: 'U22', ...values('ERR_REDUCED', (value, index) => (index === 100 ? value * 1.01 : value)) },
  { rule: 'U22', fluxed: true, ...values('ERR', (value) => value * 1.1) },
  { rule: 'U23', ...primary(double('LAMRMS', 2.5e-5)), also: [] },
  { rule: 'U23', ...primary(integer('LAMNLIN', 1127)) },
  { rule: 'U23', ...primary(double('SPEC_SYE', 1.46e-4)) },
  { rule: 'U24', ...primary(double('SPEC_BIN', 0.33)) },
  { rule: 'U25', ...primary(string('PROCSOFT', 'uves/6.1.9')) },
  { rule: 'U26', ...primary(double('SNR', 37)) },
]

function associated(name: string, category: string, md5 = '0123456789abcdef'.repeat(2)) {
  return [string('ASSON1', name), string('ASSOC1', category), string('ASSOM1', md5)]
}

/** Sets a card of the raw frame. */
function raw(card: ReturnType<typeof string>): Omit<Mutation, 'rule'> {
  return {
    context: (context) => ({
      ...context,
      raws: new Map([...(context.raws ?? [])].map(([name, header]) => [name, header.with(card)])),
    }),
  }
}

function neverCalibrated(context: IdpContext): IdpContext {
  const { expectations } = context
  return expectations === undefined
    ? context
    : { ...context, expectations: { ...expectations, neverFluxCalibrated: true } }
}

/** A card turned into a blank one. */
function blanked(bytes: Buffer, start: string): Buffer {
  const at = bytes.indexOf(start, 0, 'latin1')
  bytes.fill(0x20, at, at + 80)
  return bytes
}

function small(name: string): Hdu {
  return tableHdu({ name, columns: [{ name: 'PROV', format: '68A', values: [DP_ID] }] })
}

function withPrimaryImage(hdus: readonly Hdu[]): Hdu[] {
  return hdus.map((hdu, at) =>
    at === 0
      ? {
          header: new Header(
            hdu.header.cards.flatMap((card) =>
              card.keyword === 'NAXIS' ? [integer('NAXIS', 1), integer('NAXIS1', 4)] : [card],
            ),
          ),
          data: Uint8Array.of(1, 2, 3, 4),
        }
      : hdu,
  )
}

function oneAxis({ header, data }: Hdu): Hdu {
  return { header: header.with(integer('NAXIS', 1)).without('NAXIS2'), data }
}

function twice({ header, data }: Hdu, keyword: string): Hdu {
  return { header: header.with(integer(keyword, 2)), data: Buffer.concat([data, data]) }
}

function withHeap({ header, data }: Hdu): Hdu {
  return { header: header.with(integer('PCOUNT', 8)), data: Buffer.concat([data, Buffer.alloc(8)]) }
}
