import { fromBigEndian, type NumberArray, toBigEndian } from './big-endian.ts'
import { type Card, double, integer, logical, string } from './card.ts'
import { FitsError } from './fits-error.ts'
import { axisLengths, type Hdu } from './hdu.ts'
import { newHeader } from './header.ts'

export type ImageData = Uint8Array | Int16Array | Uint16Array | Int32Array | Float32Array | Float64Array

/** An image in memory: row-major, first axis fastest. `data` are physical values (BSCALE and BZERO applied). */
export interface Image {
  readonly shape: readonly number[]
  readonly data: NumberArray
}

/** Written here, or meaningless once the data are new; cards of these keywords in a given header are left out. */
const WRITTEN_HERE = /^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|PCOUNT|GCOUNT|BZERO|BSCALE|CHECKSUM|DATASUM)$/

/**
 * An image with the cards that describe its data put before those of `header` (which may be the header of another image).
 * `shape` is NAXIS1, NAXIS2, ...; a primary HDU unless `primary` is false. Uint16Array is stored as 16 bit with
 * BZERO = 32768.0 (FITS 4.0, section 4.4.2.5). Throws FitsError if `shape` and `data` differ in size.
 */
export function imageHdu(image: {
  readonly header: Iterable<Card>
  readonly data: ImageData
  readonly shape: readonly number[]
  readonly primary?: boolean
}): Hdu {
  const { data, shape, primary = true } = image
  const elements = shape.reduce((product, length) => product * length, shape.length === 0 ? 0 : 1)
  if (elements !== data.length) throw new FitsError(`an image of ${shape.join(' x ')} has not ${data.length} pixels`)
  const isUnsigned = data instanceof Uint16Array
  const isFloat = data instanceof Float32Array || data instanceof Float64Array
  const cards = [...image.header].filter(
    ({ keyword }) => !WRITTEN_HERE.test(keyword) && !(isFloat && keyword === 'BLANK'),
  )
  return {
    header: newHeader([
      primary ? logical('SIMPLE', true) : string('XTENSION', 'IMAGE'),
      integer('BITPIX', data.BYTES_PER_ELEMENT * (isFloat ? -8 : 8)),
      integer('NAXIS', shape.length),
      ...shape.map((length, index) => integer(`NAXIS${index + 1}`, length)),
      ...(primary ? [logical('EXTEND', true)] : [integer('PCOUNT', 0), integer('GCOUNT', 1)]),
      ...(isUnsigned ? [double('BZERO', 32768), double('BSCALE', 1)] : []),
      ...cards,
    ]),
    data: toBigEndian(isUnsigned ? signBitTurned16(data) : data),
  }
}

/** A primary HDU without data, as it stands before the tables of a file. */
export function emptyPrimaryHdu(header: Iterable<Card>): Hdu {
  return imageHdu({ header, data: new Uint8Array(0), shape: [] })
}

/**
 * Physical values. Unscaled data and unsigned integers (BZERO = 2^15, 2^31) keep their type; data scaled otherwise become
 * Float64Array, with NaN where BLANK stands. Throws FitsError if the data are shorter than the header says.
 */
export function readImage(hdu: Hdu): Image {
  const shape = axisLengths(hdu.header)
  const bitpix = hdu.header.integer('BITPIX') ?? 0
  const elements = shape.reduce((product, length) => product * length, shape.length === 0 ? 0 : 1)
  const bytes = (elements * Math.abs(bitpix)) / 8
  if (hdu.data.byteLength < bytes)
    throw new FitsError(`the image has ${hdu.data.byteLength} bytes, ${bytes} expected from BITPIX and NAXISn`)
  const stored = storedNumbers(hdu.data.subarray(0, bytes), bitpix)
  const zero = hdu.header.number('BZERO') ?? 0
  const scale = hdu.header.number('BSCALE') ?? 1
  if (zero === 0 && scale === 1) return { shape, data: stored }
  if (scale === 1 && zero === 2 ** 15 && stored instanceof Int16Array) return { shape, data: signBitTurned16(stored) }
  if (scale === 1 && zero === 2 ** 31 && stored instanceof Int32Array) return { shape, data: signBitTurned32(stored) }
  return { shape, data: scaled(stored, scale, zero, bitpix > 0 ? hdu.header.integer('BLANK') : undefined) }
}

/** value * scale + zero as doubles; NaN where the stored value is `blank`. */
export function scaled(stored: NumberArray, scale: number, zero: number, blank: number | undefined): Float64Array {
  const values = new Float64Array(stored.length)
  for (let index = 0; index < stored.length; index++) {
    const value = Number(stored[index])
    values[index] = value === blank ? Number.NaN : value * scale + zero
  }
  return values
}

/** Between signed and unsigned with BZERO 2^15: the same as turning the highest bit. */
export function signBitTurned16(numbers: Int16Array | Uint16Array): Uint16Array {
  const turned = new Uint16Array(numbers.length)
  for (let index = 0; index < numbers.length; index++) turned[index] = (numbers[index] ?? 0) ^ 0x8000
  return turned
}

/** Between signed and unsigned with BZERO 2^31. */
export function signBitTurned32(numbers: Int32Array | Uint32Array): Uint32Array {
  const turned = new Uint32Array(numbers.length)
  for (let index = 0; index < numbers.length; index++) turned[index] = (numbers[index] ?? 0) ^ 0x80000000
  return turned
}

function storedNumbers(bytes: Uint8Array, bitpix: number): NumberArray {
  const buffer = fromBigEndian(bytes, Math.abs(bitpix) / 8)
  switch (bitpix) {
    case 8:
      return new Uint8Array(buffer)
    case 16:
      return new Int16Array(buffer)
    case 32:
      return new Int32Array(buffer)
    case 64:
      return new BigInt64Array(buffer)
    case -32:
      return new Float32Array(buffer)
    case -64:
      return new Float64Array(buffer)
    default:
      throw new FitsError(`BITPIX = ${bitpix} is not one of the standard`)
  }
}
