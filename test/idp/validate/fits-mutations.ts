import { double, integer, logical, string } from '../../../fits/card.ts'
import { Header } from '../../../fits/header.ts'
import { bytesReplaced, changed, column, extension, type Mutation, numbers, primary } from './mutation.ts'

/** Files with faults of FITS itself: errors (F03) or warnings (F04) in the eyes of fitsverify. */
export const FITS_MUTATIONS: readonly Mutation[] = [
  // Cards.
  { rule: 'F03', ...bytesReplaced('ORIGIN  =', 'origin  =') },
  { rule: 'F03', ...bytesReplaced('ORIGIN  =', 'ORI IN  =') },
  { rule: 'F03', ...bytesReplaced('ORIGIN  =', ' ORIGIN =') },
  { rule: 'F03', ...bytesReplaced('SNR     =                42.21', 'SNR     =              42.21.0') },
  { rule: 'F03', ...bytesReplaced('SPEC_ERR=            7.5695E-7', 'SPEC_ERR=            7.5695e-7') },
  { rule: 'F03', ...bytesReplaced('SNR     =                42.21', 'SNR     =               4 2.21') },
  { rule: 'F03', ...bytesReplaced('SNR     =                42.21', "SNR     = 'x' y               ") },
  { rule: 'F03', ...bytesReplaced('CONTNORM=                    F', 'CONTNORM=                    X') },
  { rule: 'F03', ...bytesReplaced('SNR     =                42.21', 'SNR     = (42.21,             ') },
  { rule: 'F04', ...bytesReplaced('SNR     =                42.21', 'SNR     =                     ') },
  { rule: '', ...bytesReplaced('SNR     =                42.21', 'SNR                      42.21') },
  { rule: 'F03', ...bytesReplaced("'ECHELLE '", "'ECHE\u0007LE '") },
  { rule: 'F03', ...bytesReplaced("'ECHELLE '", "'ECHE\u0000LE '") },
  { rule: 'F03', ...bytesReplaced(`END${' '.repeat(77)}`, `END${' '.repeat(76)}x`) },
  { rule: 'F03', ...bytesReplaced(`END${' '.repeat(90)}`, `END${' '.repeat(89)}x`) },
  // Mandatory cards.
  { rule: 'F03', ...bytesReplaced('NAXIS   =                    0', 'NAXIS   =  0                  ') },
  { rule: 'F03', ...bytesReplaced('BITPIX  =                    8', 'BITPIX  =                    9') },
  { rule: 'F03', ...bytesReplaced('SIMPLE  =                    T', 'SIMPLE  = T                   ') },
  { rule: 'F04', ...bytesReplaced('SIMPLE  =                    T', 'SIMPLE  =                    F') },
  { rule: 'F03', ...bytesReplaced("XTENSION= 'BINTABLE'", "XTENSION=  'BINTABLE") },
  { rule: 'F03', hdus: (hdus) => changed(hdus, 0, (header) => new Header([...header.cards, integer('NAXIS', 0)])) },
  { rule: 'F03', hdus: (hdus) => changed(hdus, 1, (header) => header.without('PCOUNT')) },
  { rule: 'F03', hdus: (hdus) => changed(hdus, 1, (header) => header.without('TFIELDS')) },
  { rule: 'F03', ...primary(logical('EXTEND', false)) },
  { rule: 'F03', ...primary(integer('PCOUNT', 0)) },
  { rule: 'F03', ...extension(logical('EXTEND', true)) },
  { rule: 'F03', ...extension(logical('SIMPLE', true)) },
  { rule: 'F03', ...primary(string('XTENSION', 'BINTABLE')) },
  // Axes.
  { rule: '', ...extension(double('CRPIX1', 1), double('CRVAL1', 1), string('CTYPE1', 'X')) },
  { rule: 'F04', ...extension(double('CRPIX1', 1), double('CRVAL1', 1)) },
  { rule: 'F04', ...extension(string('CUNIT3', 'nm')) },
  {
    rule: 'F03',
    hdus: (hdus) => changed(hdus, 1, (header) => header.with(integer('WCSAXES', 1)).with(double('CRVAL2', 1))),
  },
  { rule: 'F04', ...extension(integer('WCSAXES', 1)) },
  { rule: 'F04', ...extension(double('PC3_1', 1)) },
  // Reserved keywords.
  { rule: 'F03', ...primary(string('MJD-OBS', '60000')) },
  { rule: 'F03', ...primary(double('OBJECT', 5)) },
  { rule: 'F03', ...primary(string('DATE', '2026-13-01')) },
  { rule: 'F03', ...primary(string('DATE', '2026-02-30')) },
  { rule: 'F03', ...primary(string('DATE', '2026-02-28T25:00:00')) },
  { rule: 'F03', ...primary(string('DATE-OBS', 'yesterday')) },
  { rule: 'F03', ...primary(integer('DATE', 2026)) },
  { rule: '', ...primary(string('DATE', '2026-11-22')) },
  { rule: '', ...primary(string('DATE-OBS', '22/11/96')) },
  { rule: 'F03', ...extension(double('EXTVER', 1.5)) },
  { rule: 'F03', ...primary(double('CDELT1', 0)) },
  { rule: 'F04', ...primary(double('CRVAL1', 1)) },
  { rule: 'F04', ...primary(string('RADESYS', 'J2000')) },
  { rule: 'F04', ...primary(string('SPECSYS', 'EARTH')) },
  { rule: 'F04', hdus: (hdus) => changed(hdus, 0, (header) => new Header([...header.cards, double('SNR', 42.21)])) },
  { rule: 'F04', ...primary(logical('BLOCKED', true)) },
  { rule: '', ...primary(double('ESO QC VRAD BARYCOR', 12.5), integer('ESO OBS ID', 5)) },
  { rule: 'F04', ...primary(string('REMARK', 'long '.repeat(20))) },
  // Tables.
  { rule: 'F03', ...extension(string('BUNIT', 'adu')) },
  { rule: 'F03', ...extension(double('DATAMAX', 1)) },
  { rule: 'F03', ...extension(string('TFORM4', '400j')) },
  { rule: 'F03', ...extension(string('TFORM4', '400Y')) },
  { rule: 'F03', ...extension(string('TFORM4', '399J')) },
  { rule: 'F03', ...extension(integer('TFIELDS', 4)) },
  { rule: 'F03', ...extension(string('TTYPE6', 'MORE')) },
  { rule: 'F03', ...extension(string('TUNIT6', 'adu')) },
  { rule: 'F03', ...extension(integer('TNULL2', 0)) },
  { rule: '', ...extension(integer('TNULL4', -1)) },
  { rule: 'F03', ...extension(string('TNULL4', '-1')) },
  {
    rule: '',
    ...extension(
      string('TDISP1', 'F12.5'),
      string('TDISP4', 'I5'),
      string('TDISP2', 'E12.5'),
      string('TDISP3', 'G12.5'),
    ),
  },
  { rule: 'F03', ...extension(string('TDISP1', 'A5')) },
  { rule: 'F03', ...extension(string('TDISP2', 'I5')) },
  { rule: 'F03', ...extension(string('TDISP2', 'X5')) },
  { rule: '', ...extension(string('TDIM1', '(20,20)')) },
  { rule: 'F03', ...extension(string('TDIM1', '(20,30)')) },
  { rule: 'F03', ...extension(string('TDIM1', '20,20')) },
  { rule: 'F03', ...extension(integer('THEAP', 11200)) },
  { rule: 'F03', ...extension(integer('TBCOL1', 1)) },
  { rule: 'F04', ...extension(double('TSCAL5', 0)) },
  { rule: 'F03', ...extension(string('TSCAL5', '1')) },
  { rule: 'F04', ...extension(string('TTYPE5', 'FLUX-SKY')) },
  { rule: 'F04', ...extension(string('TTYPE5', 'flux_reduced')) },
  { rule: 'F04', hdus: (hdus) => changed(hdus, 1, (header) => header.without('TTYPE5')) },
  // Data.
  {
    rule: 'F03',
    ...column('QUAL', (old) => ({ ...old, format: '400L', values: numbers(old).map((value) => value === 0) })),
    bytes: withBadLogical,
  },
  {
    rule: '',
    ...column('QUAL', (old) => ({ ...old, format: '400L', values: numbers(old).map((value) => value === 0) })),
  },
  { rule: 'F03', bytes: (bytes) => withByte(bytes, bytes.length - 1, 1) },
  { rule: 'F03', bytes: (bytes) => bytes.subarray(0, -1) },
  { rule: 'F03', bytes: (bytes) => bytes.subarray(0, bytes.length - 5000) },
  { rule: 'F03', bytes: (bytes) => bytes.subarray(0, 1000) },
  { rule: 'F03', bytes: (bytes) => Buffer.concat([bytes, Buffer.alloc(2880)]) },
  { rule: 'F03', bytes: () => Buffer.from('no FITS file at all'.padEnd(2880)) },
  { rule: 'F03', bytes: () => Buffer.alloc(0) },
]

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  bytes.writeUInt8(value, at)
  return bytes
}

/** The first value of QUAL, behind WAVE, FLUX and ERR of 400 samples, becomes an X. */
function withBadLogical(bytes: Buffer): Buffer {
  const header = bytes.indexOf('XTENSION', 0, 'latin1')
  const end = bytes.indexOf(`END${' '.repeat(77)}`, header, 'latin1')
  const data = header + Math.ceil((end + 80 - header) / 2880) * 2880
  return withByte(bytes, data + 400 * 16, 0x58)
}
