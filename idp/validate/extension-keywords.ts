import type { StandardKeyword } from './primary-keywords.ts'

const mandatory = true

/** Keywords of the table extension (ESO-044286, version 8). Those of columns, `#`, are mandatory for every column. */
export const EXTENSION_KEYWORDS: readonly StandardKeyword[] = [
  { keyword: 'XTENSION', type: 'string', mandatory },
  { keyword: 'BITPIX', type: 'integer', mandatory },
  { keyword: 'NAXIS', type: 'integer', mandatory },
  { keyword: 'NAXIS1', type: 'integer', mandatory },
  { keyword: 'NAXIS2', type: 'integer', mandatory },
  { keyword: 'PCOUNT', type: 'integer', mandatory },
  { keyword: 'GCOUNT', type: 'integer', mandatory },
  { keyword: 'TFIELDS', type: 'integer', mandatory },
  { keyword: 'INHERIT', type: 'logical' },
  { keyword: 'EXTNAME', type: 'string', mandatory },
  { keyword: 'VOCLASS', type: 'string', mandatory },
  { keyword: 'VOPUB', type: 'string', mandatory },
  { keyword: 'TITLE', type: 'string', mandatory },
  { keyword: 'OBJECT', type: 'string', mandatory },
  { keyword: 'RA', type: 'real', mandatory },
  { keyword: 'DEC', type: 'real', mandatory },
  { keyword: 'NELEM', type: 'integer', mandatory },
  { keyword: 'APERTURE', type: 'real', mandatory },
  { keyword: 'TELAPSE', type: 'real', mandatory },
  { keyword: 'TMID', type: 'real', mandatory },
  { keyword: 'SPEC_VAL', type: 'real', mandatory },
  { keyword: 'SPEC_BW', type: 'real', mandatory },
  { keyword: 'TDMIN1', type: 'real', mandatory },
  { keyword: 'TDMAX1', type: 'real', mandatory },
  { keyword: 'CHECKSUM', type: 'string' },
  { keyword: 'DATASUM', type: 'string' },
  { keyword: 'TCOMM#', type: 'string' },
]

export const COLUMN_KEYWORDS: readonly StandardKeyword[] = [
  { keyword: 'TTYPE#', type: 'string', mandatory },
  { keyword: 'TFORM#', type: 'string', mandatory },
  { keyword: 'TUNIT#', type: 'string', mandatory, mayBeEmpty: true },
  { keyword: 'TUTYP#', type: 'string', mandatory, mayBeEmpty: true },
  { keyword: 'TUCD#', type: 'string', mandatory },
]
