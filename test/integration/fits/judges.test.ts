import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Card, commentCard, double, history, integer, logical, string } from '../../../fits/card.ts'
import { formatFits, readFits, verifyChecksums, writeFits } from '../../../fits/file.ts'
import type { Hdu } from '../../../fits/hdu.ts'
import { emptyPrimaryHdu, imageHdu, readImage } from '../../../fits/image.ts'
import { columnOf, readTable, tableHdu } from '../../../fits/table.ts'
import { astropy, fitsverify } from './judge.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fits-judges-'))
})
afterAll(() => rm(folder, { recursive: true }))

const cards: Card[] = [
  string('ORIGIN', 'ESO', 'European Southern Observatory'),
  string('OBSERVER', "O'Hara & sons"),
  string('EMPTY', ''),
  string('LONG', `${"it's long & ".repeat(20)}end`, 'goes on'),
  string('ESO OBS NAME', `${'quoted '.repeat(20)}''end`, 'goes on too'),
  integer('ESO DET WIN1 BINX', 2, 'binning'),
  integer('NEGATIVE', -7),
  integer('LARGE', 2n ** 62n + 1n),
  double('EXPTIME', 1200, 's'),
  double('TINY', 1e-7),
  double('HUGE', -1.7976931348623157e308),
  double('MINUS0', -0),
  double('PI', Math.PI),
  double(
    'ESO QC ORD14 OBJ SN',
    47.12345678901235,
    'a comment that is far too long for the rest of the card, so it is cut',
  ),
  logical('GOOD', true),
  logical('ESO PRO SCIENCE', false),
  { keyword: 'COMPLEX', value: { type: 'complex', value: [1.5, -2] }, comment: '' },
  history('OFFSET -5.420054'),
  commentCard('a remark that needs more than one card because it is longer than the seventy-two characters of one'),
]

/** Allowed, but fitsverify warns of it. */
const withoutValue: Card = { keyword: 'UNDEF', value: { type: 'undefined' }, comment: 'no value' }

const files: [string, Hdu[]][] = [
  ['raw', [imageHdu({ header: cards, data: Uint16Array.from({ length: 700 }, (_, i) => i * 93), shape: [70, 10] })]],
  [
    'images',
    [
      emptyPrimaryHdu(cards),
      imageHdu({ header: [string('EXTNAME', 'B')], data: Uint8Array.of(0, 128, 255), shape: [3], primary: false }),
      imageHdu({
        header: [string('EXTNAME', 'I')],
        data: Int16Array.of(-32768, 0, 32767),
        shape: [3, 1],
        primary: false,
      }),
      imageHdu({
        header: [string('EXTNAME', 'J')],
        data: Int32Array.of(-(2 ** 31), 0, 7),
        shape: [1, 3],
        primary: false,
      }),
      imageHdu({
        header: [string('EXTNAME', 'E')],
        data: Float32Array.of(1.5, -0, 1e-30, 7),
        shape: [2, 2, 1],
        primary: false,
      }),
      imageHdu({ header: [string('EXTNAME', 'D')], data: Float64Array.of(Math.PI, 1e300), shape: [2], primary: false }),
    ],
  ],
  [
    'tables',
    [
      emptyPrimaryHdu([string('ORIGIN', 'ESO')]),
      tableHdu({
        name: 'ALL',
        columns: [
          { name: 'Order', format: '1J', values: [1, -2, 3] },
          { name: 'X', format: '1D', unit: 'pix', values: [1.25, -0.5, 1e300] },
          { name: 'OBJECT', format: '32A', values: ['SIM-STD', '', "it's"] },
          {
            name: 'FLUX',
            format: '4E',
            unit: 'erg/s/cm2/Angstrom',
            values: Float32Array.from({ length: 12 }, (_, i) => i / 2),
          },
          { name: 'GOOD', format: '1L', values: [true, false, true] },
          { name: 'ID', format: '1K', values: [2n ** 62n + 1n, -1n, 0n] },
          { name: 'SHORT', format: '1I', values: [-32768, 0, 32767] },
          { name: 'BYTE', format: '2B', values: [0, 1, 2, 3, 254, 255] },
          { name: 'UNSIGNED', format: '1I', values: Uint16Array.of(0, 40000, 65535) },
          { name: 'COUNTER', format: '1J', values: Uint32Array.of(0, 3e9, 2 ** 32 - 1) },
        ],
        header: [history('TRACEID 0'), history('WINDOW 1'), ...cards],
      }),
      tableHdu({ columns: [{ name: 'Coeff', format: '1D', values: [] }] }),
    ],
  ],
]

const DUMP = `
import json, sys
from astropy.io import fits
out = []
with fits.open(sys.argv[1], checksum=True) as hdus:
    hdus.verify('exception')
    for hdu in hdus:
        cards = [[c.keyword, type(c.value).__name__,
                  'no value' if type(c.value).__name__ == 'Undefined' else c.value if isinstance(c.value, str) else repr(c.value)]
                 for c in hdu.header.cards]
        if hdu.data is None: data = None
        elif hdu.data.dtype.names: data = {n: hdu.data[n].ravel().tolist() for n in hdu.data.dtype.names}
        else: data = hdu.data.ravel().tolist()
        out.append({'cards': cards, 'data': data})
print(json.dumps(out))
`

const dump = z.array(z.object({ cards: z.array(z.tuple([z.string(), z.string(), z.string()])), data: z.unknown() }))

describe('what we write', () => {
  test.each(files)('%s: fitsverify finds no error and no warning', async (name, hdus) => {
    const path = join(folder, `${name}.fits`)
    await writeFits(path, hdus)
    expect(await fitsverify(path)).toMatchObject({ errors: 0, warnings: 0 })
  })

  test('fitsverify does find a wrong checksum and a keyword of the wrong type (the judge is awake)', async () => {
    const path = join(folder, 'bad.fits')
    const [good] = await readFits(join(folder, 'raw.fits'))
    if (good === undefined) throw new Error('the HDU is missing')
    await writeFits(path, [{ ...good, header: good.header.with(string('CHECKSUM', '0123456789abcdef')) }], {
      checksum: false,
    })
    expect((await fitsverify(path)).warnings).toBeGreaterThan(0)
    await writeFits(path, [{ ...good, header: good.header.with(string('BLANK', 'no integer')) }])
    expect((await fitsverify(path)).errors).toBeGreaterThan(0)
  })

  test.each(files)('%s: astropy reads the same numbers and texts, checksums right', async (name, hdus) => {
    const path = join(folder, `astropy-${name}.fits`)
    await writeFits(path, hdus)
    const read = dump.parse(await astropy(DUMP, path))
    expect(read).toHaveLength(hdus.length)
    read.forEach(({ data }, index) => expect(data).toEqual(plainData(hdus[index])))
  })

  test('astropy reads every kind of card with its type', async () => {
    const path = join(folder, 'cards.fits')
    await writeFits(path, [emptyPrimaryHdu([withoutValue, ...cards])])
    const [primary] = dump.parse(await astropy(DUMP, path))
    const values = new Map(primary?.cards.map(([keyword, type, value]) => [keyword, [type, value]]))
    for (const { keyword, value } of [withoutValue, ...cards]) {
      if (value === null) continue
      expect([keyword, values.get(keyword)]).toEqual([keyword, inPython(value)])
    }
    const remarks = primary?.cards.filter(([keyword]) => keyword === 'COMMENT').map(([, , value]) => value)
    expect(remarks?.join('')).toBe(cards.at(-1)?.comment)
  })
})

describe('what astropy writes', () => {
  const WRITE = `
import sys, numpy as np
from astropy.io import fits
h = fits.Header()
h['STR'] = ("it's", 'a comment'); h['EMPTY'] = ''; h['INT'] = -5; h['BIG'] = 2**60 + 1; h['FLT'] = (1e-07, 'small')
h['NEG0'] = -0.0; h['YES'] = True; h['CPLX'] = complex(1.5, -2); h['UNDEF'] = fits.card.Undefined()
h['LONG'] = ("x & '" * 40, 'long comment')
h['HIERARCH ESO DET WIN1 BINX'] = (2, 'bin'); h['HIERARCH ESO INS GRAT1 WLEN'] = 437.0; h['HIERARCH ESO OBS NAME'] = 'a long name ' * 12
h['HIERARCH lower Case'] = 1
h['HISTORY'] = 'was here ' * 20; h['COMMENT'] = 'remark'; h[''] = 'blank card'
u16 = np.array([[0, 1, 40000], [65535, 2, 3]], dtype=np.uint16)
table = fits.BinTableHDU.from_columns([
  fits.Column('X', 'D', unit='pix', array=np.array([1.5, np.nan])), fits.Column('N', 'J', null=-9, array=np.array([1, -9])),
  fits.Column('S', '8A', array=np.array(['ab', 'c'])), fits.Column('L', 'L', array=np.array([True, False])),
  fits.Column('V', '3E', array=np.array([[1, 2, 3], [4, 5, 6]])), fits.Column('U', 'J', bzero=2**31, array=np.array([0, 3000000000], dtype=np.uint32)),
  fits.Column('C', '2C', array=np.array([[1+2j, 3], [4j, 5]])), fits.Column('K', 'K', array=np.array([2**60 + 1, -1])),
], name='T')
text = fits.TableHDU.from_columns([fits.Column('A', 'I5', array=np.array([1, 22, 333]))])
fits.HDUList([fits.PrimaryHDU(u16, h), table, text, fits.ImageHDU(np.arange(5, dtype='>f8'), name='D')]).writeto(sys.argv[1], checksum=True)
`

  test('is read: cards, images, tables, checksums; and written back byte by byte', async () => {
    const path = join(folder, 'from-astropy.fits')
    await astropy(`import warnings; warnings.simplefilter('ignore')\n${WRITE}`, path)
    expect(await verifyChecksums(path)).toMatchObject(
      Array.from({ length: 4 }, () => ({ datasum: 'right', checksum: 'right' })),
    )
    const hdus = await readFits(path)
    expect(Buffer.compare(formatFits(hdus), await readFile(path))).toBe(0)
    const [primary, tableHduRead, , last] = hdus
    if (primary === undefined || tableHduRead === undefined || last === undefined) throw new Error('HDUs are missing')
    const { header } = primary
    expect(header.string('STR')).toBe("it's")
    expect(header.get('STR')?.comment).toBe('a comment')
    expect(header.bigint('BIG')).toBe(2n ** 60n + 1n)
    expect(header.number('FLT')).toBe(1e-7)
    expect(Object.is(header.number('NEG0'), -0)).toBe(true)
    expect(header.logical('YES')).toBe(true)
    expect(header.get('CPLX')?.value).toMatchObject({ type: 'complex', value: [1.5, -2] })
    expect(header.get('UNDEF')?.value).toEqual({ type: 'undefined' })
    expect(header.string('LONG')).toBe("x & '".repeat(40))
    expect(header.get('LONG')?.comment).toBe('long comment')
    expect(header.integer('ESO DET WIN1 BINX')).toBe(2)
    expect(header.number('ESO INS GRAT1 WLEN')).toBe(437)
    expect(header.string('ESO OBS NAME')).toBe('a long name '.repeat(12).trimEnd())
    expect(header.texts('HISTORY').join('')).toContain('was here was here')
    expect(readImage(primary)).toEqual({ shape: [3, 2], data: Uint16Array.of(0, 1, 40000, 65535, 2, 3) })
    expect(readImage(last).data).toEqual(Float64Array.of(0, 1, 2, 3, 4))
    const table = readTable(tableHduRead)
    const values = (name: string): unknown[] => Array.from<unknown>(columnOf(table, name).values)
    expect(values('X')).toEqual([1.5, Number.NaN])
    expect(columnOf(table, 'N')).toMatchObject({ nullValue: -9, values: Int32Array.of(1, -9) })
    expect(values('S')).toEqual(['ab', 'c'])
    expect(values('L')).toEqual([true, false])
    expect(values('V')).toEqual([1, 2, 3, 4, 5, 6])
    expect(values('U')).toEqual([0, 3000000000])
    expect(values('C')).toEqual([1, 2, 3, 0, 0, 4, 5, 0])
    expect(values('K')).toEqual([2n ** 60n + 1n, -1n])
  })

  test('a table with variable-length arrays: its other columns are read, the array column is refused', async () => {
    const path = join(folder, 'variable.fits')
    await astropy(
      `import sys, numpy as np
from astropy.io import fits
c = [fits.Column('V', 'PE()', array=np.array([np.array([1., 2.]), np.array([3.])], dtype=object)), fits.Column('N', 'J', array=np.array([1, 2]))]
fits.BinTableHDU.from_columns(c).writeto(sys.argv[1], checksum=True)`,
      path,
    )
    const [, table] = await readFits(path)
    if (table === undefined) throw new Error('the table is missing')
    expect(columnOf(readTable(table, ['N']), 'N').values).toEqual(Int32Array.of(1, 2))
    expect(() => readTable(table)).toThrow('column V: columns of type P')
  })
})

/** The data as astropy's `tolist` gives them. */
function plainData(hdu: Hdu | undefined): unknown {
  if (hdu === undefined || hdu.header.integer('NAXIS') === 0) return null
  if (hdu.header.get('XTENSION') === undefined || hdu.header.string('XTENSION') === 'IMAGE')
    return [...readImage(hdu).data].map(Number)
  const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value)
  return Object.fromEntries(
    readTable(hdu).columns.map((column) => [column.name, Array.from<unknown>(column.values).map(plain)]),
  )
}

/** Type and value as the Python program prints them. */
function inPython(value: NonNullable<Card['value']>): [string, string] {
  switch (value.type) {
    case 'string':
      return ['str', value.value]
    case 'integer':
      return ['int', value.value.toString()]
    case 'double':
      return ['float', pythonFloat(value.value)]
    case 'logical':
      return ['bool', value.value ? 'True' : 'False']
    case 'complex':
      return ['complex', '(1.5-2j)']
    case 'undefined':
      return ['Undefined', 'no value']
  }
}

/** repr() of a float: shortest digits too, but another rule for when an exponent is written. */
function pythonFloat(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  const text = String(value)
  if (text.includes('e')) return text.replace(/e-(\d)$/, 'e-0$1')
  return Number.isInteger(value) ? `${text}.0` : text
}
