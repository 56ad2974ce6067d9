import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { double, integer, string } from '../../fits/card.ts'
import { FitsError } from '../../fits/fits-error.ts'
import { dataByteLength } from '../../fits/hdu.ts'
import { Header } from '../../fits/header.ts'
import { emptyPrimaryHdu, type ImageData, imageHdu, readImage } from '../../fits/image.ts'

const arrays: fc.Arbitrary<ImageData> = fc.oneof(
  fc.uint8Array(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.float32Array(),
  fc.float64Array(),
)

describe('image', () => {
  test('every type reads back as the same numbers of the same type', () => {
    fc.assert(
      fc.property(arrays, fc.boolean(), (data, primary) => {
        const hdu = imageHdu({ header: [], data, shape: [data.length], primary })
        expect(dataByteLength(hdu.header)).toBe(hdu.data.byteLength)
        expect(readImage(hdu)).toEqual({ shape: [data.length], data })
      }),
    )
  })

  test('raw frame: 16 bit with BZERO, big-endian, cards in the order that the pipeline wants', () => {
    const hdu = imageHdu({
      header: [string('ORIGIN', 'ESO')],
      data: Uint16Array.of(0, 150, 32768, 65535),
      shape: [2, 2],
    })
    expect(hdu.header.cards.map((card) => card.keyword)).toEqual([
      'SIMPLE',
      'BITPIX',
      'NAXIS',
      'NAXIS1',
      'NAXIS2',
      'EXTEND',
      'BZERO',
      'BSCALE',
      'ORIGIN',
    ])
    expect(hdu.header.get('BZERO')?.value).toEqual({ type: 'double', value: 32768 })
    expect(hdu.header.get('BSCALE')?.value).toEqual({ type: 'double', value: 1 })
    expect([...hdu.data]).toEqual([0x80, 0, 0x80, 150, 0, 0, 0x7f, 0xff])
  })

  test('extension', () => {
    const { header } = imageHdu({ header: [], data: new Float32Array(6), shape: [3, 2], primary: false })
    expect(header.cards.map((card) => card.keyword)).toEqual([
      'XTENSION',
      'BITPIX',
      'NAXIS',
      'NAXIS1',
      'NAXIS2',
      'PCOUNT',
      'GCOUNT',
    ])
    expect(header.integer('BITPIX')).toBe(-32)
  })

  test('the header of another image loses what described its data, and its checksums', () => {
    const old = imageHdu({
      header: [integer('BLANK', -1), string('OBJECT', 'x')],
      data: new Uint16Array(4),
      shape: [4],
    })
    const cards = old.header.with(string('CHECKSUM', 'x')).with(string('DATASUM', '1')).cards
    const { header } = imageHdu({ header: cards, data: new Float32Array(2), shape: [2] })
    expect(header.cards.map((card) => card.keyword)).toEqual([
      'SIMPLE',
      'BITPIX',
      'NAXIS',
      'NAXIS1',
      'EXTEND',
      'OBJECT',
    ])
  })

  test('empty primary HDU', () => {
    const hdu = emptyPrimaryHdu([string('ORIGIN', 'ESO')])
    expect(dataByteLength(hdu.header)).toBe(0)
    expect(hdu.header.integer('NAXIS')).toBe(0)
    expect(readImage(hdu).data.length).toBe(0)
  })

  test('shape and data must agree, when written and when read', () => {
    expect(() => imageHdu({ header: [], data: new Int16Array(5), shape: [2, 2] })).toThrow('2 x 2 has not 5 pixels')
    const hdu = imageHdu({ header: [], data: new Int16Array(4), shape: [2, 2] })
    expect(() => readImage({ ...hdu, data: hdu.data.subarray(1) })).toThrow('has 7 bytes, 8 expected')
  })
})

describe('scaling on reading', () => {
  const stored = (data: ImageData, ...cards: Parameters<Header['with']>[0][]): ReturnType<typeof readImage> => {
    const hdu = imageHdu({ header: [], data, shape: [data.length] })
    return readImage({ header: new Header([...hdu.header.cards, ...cards]), data: hdu.data })
  }

  test('unsigned 32 bit', () => {
    expect(stored(Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1), double('BZERO', 2 ** 31)).data).toEqual(
      Uint32Array.of(0, 2 ** 31, 2 ** 32 - 1),
    )
  })

  test('BSCALE, BZERO and BLANK', () => {
    expect(
      stored(Int16Array.of(1, 2, -9), double('BSCALE', 0.5), integer('BZERO', 10), integer('BLANK', -9)).data,
    ).toEqual(Float64Array.of(10.5, 11, Number.NaN))
  })

  test('64 bit integers keep their digits', () => {
    const header = new Header([integer('BITPIX', 64), integer('NAXIS', 1), integer('NAXIS1', 1)])
    const data = Buffer.alloc(8)
    data.writeBigInt64BE(2n ** 60n + 1n)
    expect(readImage({ header, data }).data).toEqual(BigInt64Array.of(2n ** 60n + 1n))
  })
})

describe('size of the data', () => {
  const header = (values: Record<string, number>): Header =>
    new Header(Object.entries(values).map(([name, value]) => integer(name, value)))

  test.each([
    [{ BITPIX: 8, NAXIS: 0 }, 0],
    [{ BITPIX: -64, NAXIS: 2, NAXIS1: 3, NAXIS2: 5 }, 120],
    [{ BITPIX: 8, NAXIS: 2, NAXIS1: 10, NAXIS2: 5, PCOUNT: 7, GCOUNT: 1 }, 57],
    [{ BITPIX: 16, NAXIS: 2, NAXIS1: 0, NAXIS2: 5 }, 0],
  ])('%o', (values, bytes) => {
    expect(dataByteLength(header(values))).toBe(bytes)
  })

  test('random groups have NAXIS1 = 0', () => {
    const groups = header({ BITPIX: 16, NAXIS: 2, NAXIS1: 0, NAXIS2: 5, PCOUNT: 2, GCOUNT: 3 })
    const cards = [
      string('SIMPLE', 'T'),
      ...groups.cards,
      { keyword: 'GROUPS', value: { type: 'logical' as const, value: true }, comment: '' },
    ]
    expect(dataByteLength(new Header(cards))).toBe(2 * 3 * (2 + 5))
  })

  test.each([
    [{ NAXIS: 0 }, 'the header has no BITPIX'],
    [{ BITPIX: 12, NAXIS: 0 }, 'BITPIX = 12'],
    [{ BITPIX: 8, NAXIS: 1 }, 'the header has no NAXIS1'],
    [{ BITPIX: 8, NAXIS: 1, NAXIS1: -1 }, 'NAXIS1 = -1 is negative'],
    [{ BITPIX: 8, NAXIS: -1 }, 'NAXIS = -1'],
    [{ BITPIX: 8, NAXIS: 1, NAXIS1: 1, PCOUNT: -1 }, 'PCOUNT or GCOUNT is negative'],
  ])('%o is refused', (values, message) => {
    expect(() => dataByteLength(header(values))).toThrow(FitsError)
    expect(() => dataByteLength(header(values))).toThrow(message)
  })
})
