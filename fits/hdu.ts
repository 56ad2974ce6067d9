import { FitsError } from './fits-error.ts'
import { BLOCK_BYTES, type Header } from './header.ts'

/** One header and data unit in memory. `data` is as in the file (big-endian), without the padding to whole blocks. */
export interface Hdu {
  readonly header: Header
  readonly data: Uint8Array
}

/**
 * Bytes of the data unit without padding, from BITPIX, NAXISn, PCOUNT, GCOUNT (FITS 4.0, equations 1, 2 and 4).
 * Throws FitsError if one of them is missing or out of range.
 */
export function dataByteLength(header: Header): number {
  const bitpix = required(header, 'BITPIX')
  if (![8, 16, 32, 64, -32, -64].includes(bitpix)) throw new FitsError(`BITPIX = ${bitpix} is not one of the standard`)
  const axes = axisLengths(header)
  if (axes.length === 0) return 0
  const isRandomGroups = axes[0] === 0 && header.get('SIMPLE') !== undefined && header.logical('GROUPS') === true
  const elements = (isRandomGroups ? axes.slice(1) : axes).reduce((product, length) => product * length, 1)
  const groups = header.integer('GCOUNT') ?? 1
  const parameters = header.integer('PCOUNT') ?? 0
  if (groups < 0 || parameters < 0) throw new FitsError('PCOUNT or GCOUNT is negative')
  return (Math.abs(bitpix) / 8) * groups * (parameters + elements)
}

/** NAXIS1 to NAXISn. Throws FitsError if one is missing or negative. */
export function axisLengths(header: Header): number[] {
  const count = required(header, 'NAXIS')
  if (count < 0 || count > 999) throw new FitsError(`NAXIS = ${count} is not between 0 and 999`)
  return Array.from({ length: count }, (_, index) => {
    const length = required(header, `NAXIS${index + 1}`)
    if (length < 0) throw new FitsError(`NAXIS${index + 1} = ${length} is negative`)
    return length
  })
}

/** Rounded up to whole blocks. */
export function paddedByteLength(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES
}

function required(header: Header, keyword: string): number {
  const value = header.integer(keyword)
  if (value === undefined) throw new FitsError(`the header has no ${keyword}`)
  return value
}
