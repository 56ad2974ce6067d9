export type KeywordType = 'string' | 'real' | 'integer' | 'logical'

/** One line of the tables of the Science Data Products standard (ESO-044286, version 8). */
export interface StandardKeyword {
  /** `#` stands for a number 1, 2, 3 ... */
  readonly keyword: string
  readonly type: KeywordType
  /** Mandatory for ESO's own data. */
  readonly mandatory?: true
  /** A string that may be empty although it is mandatory. */
  readonly mayBeEmpty?: true
}

const mandatory = true

/** Keywords of the primary header. PROV1, CHECKSUM and DATASUM have rules of their own (B03, F05). */
export const PRIMARY_KEYWORDS: readonly StandardKeyword[] = [
  { keyword: 'SIMPLE', type: 'logical', mandatory },
  { keyword: 'BITPIX', type: 'integer', mandatory },
  { keyword: 'NAXIS', type: 'integer', mandatory },
  { keyword: 'EXTEND', type: 'logical', mandatory },
  { keyword: 'DATE', type: 'string', mandatory },
  { keyword: 'PRODCATG', type: 'string', mandatory },
  { keyword: 'ORIGIN', type: 'string', mandatory },
  { keyword: 'TELESCOP', type: 'string', mandatory },
  { keyword: 'TELESC#', type: 'string' },
  { keyword: 'INSTRUME', type: 'string', mandatory },
  { keyword: 'INSTR#', type: 'string' },
  { keyword: 'OBJECT', type: 'string', mandatory },
  { keyword: 'RA', type: 'real', mandatory },
  { keyword: 'DEC', type: 'real', mandatory },
  { keyword: 'RADESYS', type: 'string', mandatory },
  { keyword: 'RADECSYS', type: 'string' },
  { keyword: 'EQUINOX', type: 'real' },
  { keyword: 'TIMESYS', type: 'string' },
  { keyword: 'EXPTIME', type: 'real', mandatory },
  { keyword: 'TEXPTIME', type: 'real', mandatory },
  { keyword: 'MJD-OBS', type: 'real', mandatory },
  { keyword: 'MJD-END', type: 'real', mandatory },
  { keyword: 'PROG_ID', type: 'string', mandatory },
  { keyword: 'PROGID#', type: 'string' },
  { keyword: 'OBID1', type: 'integer', mandatory },
  { keyword: 'OBID#', type: 'integer' },
  { keyword: 'NCOMBINE', type: 'integer', mandatory },
  { keyword: 'OBSTECH', type: 'string', mandatory },
  { keyword: 'FLUXCAL', type: 'string', mandatory },
  { keyword: 'PROCSOFT', type: 'string', mandatory },
  { keyword: 'REFERENC', type: 'string', mandatory, mayBeEmpty: true },
  { keyword: 'SPECSYS', type: 'string', mandatory },
  { keyword: 'EXT_OBJ', type: 'logical', mandatory },
  { keyword: 'CONTNORM', type: 'logical', mandatory },
  { keyword: 'TOT_FLUX', type: 'logical', mandatory },
  { keyword: 'FLUXERR', type: 'real', mandatory },
  { keyword: 'WAVELMIN', type: 'real', mandatory },
  { keyword: 'WAVELMAX', type: 'real', mandatory },
  { keyword: 'SPEC_BIN', type: 'real', mandatory },
  { keyword: 'SNR', type: 'real', mandatory },
  { keyword: 'SPEC_RES', type: 'real', mandatory },
  { keyword: 'SPEC_ERR', type: 'real' },
  { keyword: 'SPEC_SYE', type: 'real' },
  { keyword: 'LAMRMS', type: 'real' },
  { keyword: 'LAMNLIN', type: 'integer' },
  { keyword: 'RA_ERR', type: 'real' },
  { keyword: 'DEC_ERR', type: 'real' },
  { keyword: 'STREHL', type: 'real' },
  { keyword: 'NOESODAT', type: 'logical' },
  { keyword: 'PROV#', type: 'string' },
  { keyword: 'PROVXTN', type: 'logical' },
  { keyword: 'ASSON#', type: 'string' },
  { keyword: 'ASSOC#', type: 'string' },
  { keyword: 'ASSOM#', type: 'string' },
  { keyword: 'ORIGFILE', type: 'string' },
  { keyword: 'ARCFILE', type: 'string' },
  { keyword: 'P3ORIG', type: 'string' },
  { keyword: 'CHECKSUM', type: 'string' },
  { keyword: 'DATASUM', type: 'string' },
  { keyword: 'SKY_RES', type: 'real' },
  { keyword: 'SKY_RERR', type: 'real' },
  { keyword: 'ABMAGLIM', type: 'real' },
  { keyword: 'PIXNOISE', type: 'real' },
  { keyword: 'TL_OFFAN', type: 'real' },
]

/** Collections that are excused from EXT_OBJ. */
export const COLLECTIONS_WITHOUT_EXT_OBJ: readonly string[] = ['XSHOOTER', 'FORS2-SPEC', 'VIMOS', 'ESPRESSO']

/** Allowed values of SPECSYS. */
export const SPECTRAL_FRAMES: readonly string[] = [
  'TOPOCENT',
  'GEOCENTR',
  'BARYCENT',
  'HELIOCEN',
  'LSRK',
  'LSRD',
  'GALACTOC',
  'LOCALGRP',
  'CMBDIPOL',
  'SOURCE',
]
