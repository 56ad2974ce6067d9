import { appendFile, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { InfrastructureError } from '../../domain/failure.ts'
import { history, integer, string } from '../../fits/card.ts'
import { formatFits, readFits, readHdu, readHeaders, verifyChecksums, writeFits } from '../../fits/file.ts'
import { FitsError } from '../../fits/fits-error.ts'
import { emptyPrimaryHdu, imageHdu, readImage } from '../../fits/image.ts'
import { numbersOf, readTable, tableHdu } from '../../fits/table.ts'

const table = tableHdu({
  name: 'TABLE',
  columns: [{ name: 'X', format: '1D', values: Float64Array.from({ length: 1000 }, (_, index) => index / 3) }],
})
const image = imageHdu({
  header: [string('EXTNAME', 'IMAGE')],
  data: new Int16Array(5).fill(7),
  shape: [5],
  primary: false,
})
const hdus = [emptyPrimaryHdu([string('ORIGIN', 'ESO')]), table, image]
/** Primary header 2880; table header 2880 and data 8640 (640 of them padding); image header 2880 and data 2880. */
const TOTAL_BYTES = 20160

let folder = ''
let path = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fits-file-'))
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(async () => {
  path = join(folder, 'file.fits')
  await writeFits(path, hdus)
})

describe('write and read', () => {
  test('the same HDUs come back, with checksums', async () => {
    const read = await readFits(path)
    expect(read).toHaveLength(3)
    expect(read.map((hdu) => Buffer.from(hdu.data))).toEqual(hdus.map((hdu) => Buffer.from(hdu.data)))
    expect(read[0]?.header.string('ORIGIN')).toBe('ESO')
    expect(read[0]?.header.string('DATASUM')).toBe('0')
  })

  test('what was read is written back byte by byte', async () => {
    expect(Buffer.compare(formatFits(await readFits(path)), await readFile(path))).toBe(0)
  })

  test('nothing but the file is left in the folder, and an old one is replaced', async () => {
    await writeFits(path, [emptyPrimaryHdu([])], { checksum: false })
    expect(await readdir(folder)).toEqual(['file.fits'])
    expect((await readFits(path))[0]?.header.get('CHECKSUM')).toBeUndefined()
  })

  test('where each HDU lies', async () => {
    const places = await readHeaders(path)
    expect(
      places.map(({ index, headerOffset, dataOffset, dataBytes }) => [index, headerOffset, dataOffset, dataBytes]),
    ).toEqual([
      [0, 0, 2880, 0],
      [1, 2880, 5760, 8000],
      [2, 14400, 17280, 10],
    ])
  })

  test('one HDU, by number or name', async () => {
    expect(readImage(await readHdu(path, 2)).data).toEqual(new Int16Array(5).fill(7))
    expect(numbersOf(readTable(await readHdu(path, 'TABLE')), 'X')[999]).toBe(333)
    await expect(readHdu(path, 'OTHER')).rejects.toThrow('no HDU OTHER among 3')
    await expect(readHdu(path, 3)).rejects.toThrow('no HDU 3 among 3')
  })

  test('a header of many blocks', async () => {
    const cards = Array.from({ length: 5000 }, (_, index) => history(`line ${index}`))
    await writeFits(path, [emptyPrimaryHdu(cards), image])
    const [primary, second] = await readHeaders(path)
    expect(primary?.header.texts('HISTORY').at(-1)).toBe('line 4999')
    expect(second?.header.string('EXTNAME')).toBe('IMAGE')
  })

  test('a header that lies about its data is not written', async () => {
    const lying = { header: image.header.with(integer('NAXIS1', 6)), data: image.data }
    await expect(writeFits(path, [lying])).rejects.toThrow('HDU 0: the header claims 12 bytes of data, there are 10')
    expect(await readHeaders(path)).toHaveLength(3)
  })

  test('an extension cannot stand first, a primary HDU nowhere else', () => {
    expect(() => formatFits([image])).toThrow('HDU 0 begins with XTENSION, expected SIMPLE')
    expect(() => formatFits([emptyPrimaryHdu([]), emptyPrimaryHdu([])])).toThrow('HDU 1 begins with SIMPLE')
  })

  test('a folder that is not there is infrastructure, in both directions', async () => {
    const nowhere = join(folder, 'absent', 'file.fits')
    await expect(writeFits(nowhere, hdus)).rejects.toThrow(InfrastructureError)
    await expect(readHeaders(nowhere)).rejects.toThrow(InfrastructureError)
    await expect(readHeaders(nowhere)).rejects.toThrow(/cannot read .*absent\/file.fits: ENOENT/)
  })
})

describe('damaged files', () => {
  /** What the three ways to read say of the file, without its path. All must say the same, and all as FitsError. */
  const complaint = async (): Promise<string> => {
    const errors = await Promise.all(
      [readHeaders, readFits, verifyChecksums].map(
        async (read): Promise<unknown> => read(path).catch((error: unknown) => error),
      ),
    )
    const messages = errors.map((error) =>
      error instanceof FitsError ? error.message : `not refused: ${String(error)}`,
    )
    expect(new Set(messages).size).toBe(1)
    return messages[0]?.replace(`${path}: `, '') ?? ''
  }

  test.each([
    [TOTAL_BYTES - 1, 'the last block is not padded: 1 bytes are missing after HDU 2'],
    [17280 + 10, 'the last block is not padded: 2870 bytes are missing after HDU 2'],
    [17280 + 9, 'truncated: 2871 bytes are missing, 1 of them data of HDU 2'],
    [17280, 'truncated: 2880 bytes are missing, 10 of them data of HDU 2'],
    [17279, 'truncated: the file ends at byte 17279 inside the header of HDU 2'],
    [14400 + 300, 'truncated: the file ends at byte 14700 inside the header of HDU 2'],
    [5760 + 100, 'truncated: 8540 bytes are missing, 7900 of them data of HDU 1'],
    [100, 'truncated: the file ends at byte 100 inside the header of HDU 0'],
    [0, 'not a FITS file: it does not begin with SIMPLE'],
  ])('cut to %i bytes', async (bytes, message) => {
    await truncate(path, bytes)
    expect(await complaint()).toContain(message)
  })

  test('cut between two HDUs, the file is whole as far as FITS can tell', async () => {
    await truncate(path, 14400)
    expect(await readHeaders(path)).toHaveLength(2)
  })

  test('bytes after the last HDU', async () => {
    await appendFile(path, 'garbage')
    expect(await complaint()).toContain(
      `7 bytes follow the last HDU, from byte ${TOTAL_BYTES} on, and are no extension`,
    )
  })

  test('another kind of file', async () => {
    await writeFile(path, '<html>please log in</html>'.repeat(200))
    expect(await complaint()).toContain('not a FITS file')
  })

  test('a card turned to garbage: its place in the file', async () => {
    const file = await open(path, 'r+')
    await file.write('FOO     = NaN', 14400 + 160)
    await file.close()
    expect(await complaint()).toContain('at byte 14560: not a FITS card')
  })
})

describe('checksums of a file', () => {
  const damage = async (offset: number, text: string): Promise<void> => {
    const file = await open(path, 'r+')
    await file.write(text, offset)
    await file.close()
  }
  const right = { datasum: 'right', checksum: 'right' }

  test('right as written', async () => {
    expect(await verifyChecksums(path)).toMatchObject([
      { hdu: 0, ...right, computedDatasum: 0 },
      { hdu: 1, ...right },
      { hdu: 2, ...right },
    ])
  })

  test('one changed byte of data: both wrong, in that HDU only', async () => {
    await damage(5760 + 4000, 'x')
    expect(await verifyChecksums(path)).toMatchObject([right, { datasum: 'wrong', checksum: 'wrong' }, right])
  })

  test('an edited header: CHECKSUM wrong, DATASUM right', async () => {
    await damage(4 * 80, "ORIGIN  = 'OSE     '")
    expect(await verifyChecksums(path)).toMatchObject([{ datasum: 'right', checksum: 'wrong' }, right, right])
  })

  test('without checksums: absent', async () => {
    await writeFits(path, hdus, { checksum: false })
    expect(await verifyChecksums(path)).toMatchObject(
      Array.from({ length: 3 }, () => ({ datasum: 'absent', checksum: 'absent' })),
    )
  })

  test('data larger than one read', async () => {
    const data = Float32Array.from({ length: 700_000 }, (_, index) => Math.sin(index))
    await writeFits(path, [imageHdu({ header: [], data, shape: [700, 1000] }), table])
    expect(await verifyChecksums(path)).toMatchObject([right, right])
    await damage(2880 + 2_500_000, 'xyz')
    expect(await verifyChecksums(path)).toMatchObject([{ datasum: 'wrong', checksum: 'wrong' }, right])
  })
})
