import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { InfrastructureError } from '../../domain/failure.ts'
import { type Card, string } from '../../fits/card.ts'
import { formatFits } from '../../fits/file.ts'
import { imageHdu } from '../../fits/image.ts'
import { checkCalibration } from '../../pipeline/check-calibration.ts'
import { checkFrame } from '../../pipeline/check-frame.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-frame-'))
  path = join(folder, 'frame.fits')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const BLOCK = 2880
function write(cards: readonly Card[] = [], { checksum = true } = {}): Buffer {
  const data = Uint16Array.from({ length: 4096 }, (_, index) => index)
  const extension = imageHdu({ header: [string('EXTNAME', 'SECOND')], data, shape: [64, 64], primary: false })
  writeFileSync(path, formatFits([imageHdu({ header: cards, data, shape: [64, 64] }), extension], { checksum }))
  return readFileSync(path)
}

/** Rewrites a part of the file behind the back of its sums. */
function spoil(change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path)
  change(bytes)
  writeFileSync(path, bytes)
}

describe('a look at the bytes of a frame', () => {
  test('whole and right: all headers, no word', async () => {
    write()
    const { headers, damage, warnings } = await checkFrame(path)
    expect(headers).toHaveLength(2)
    expect(damage).toBeNull()
    expect(warnings).toEqual([])
  })

  test('one wrong pixel anywhere is found, and named by its HDU with the same words each time', async () => {
    write()
    spoil((bytes) => bytes.writeUInt8(bytes.readUInt8(BLOCK + 100) ^ 1, BLOCK + 100))
    const first = await checkFrame(path)
    expect(first.damage).toMatch(/^DATASUM of HDU 0 is wrong: the data give \d+, the header says otherwise$/)
    expect((await checkFrame(path)).damage).toBe(first.damage)
    write()
    spoil((bytes) => bytes.writeUInt8(bytes.readUInt8(bytes.length - BLOCK) ^ 1, bytes.length - BLOCK))
    expect((await checkFrame(path)).damage).toContain('DATASUM of HDU 1')
  })

  test('a header edited on the way is a warning, and so is one that never had sums', async () => {
    write([string('OBJECT', 'HD 1')])
    spoil((bytes) => bytes.write('HD 2', bytes.indexOf('HD 1'), 'latin1'))
    const edited = await checkFrame(path)
    expect(edited.damage).toBeNull()
    expect(edited.warnings).toEqual(['HDU 0: CHECKSUM wrong, DATASUM right'])
    write([], { checksum: false })
    const without = await checkFrame(path)
    expect(without.damage).toBeNull()
    expect(without.warnings).toEqual([
      'HDU 0: CHECKSUM absent, DATASUM absent',
      'HDU 1: CHECKSUM absent, DATASUM absent',
    ])
  })

  test('cut anywhere it is not whole, and its words do not tell the folder', async () => {
    const whole = write()
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
        writeFileSync(path, whole)
        truncateSync(path, length)
        const { damage, headers } = await checkFrame(path)
        // Cut between two HDUs it is a whole file of one HDU: only the archive's sum can tell that.
        const isBoundary = length > 0 && damage === null && headers.length === 1
        expect(damage?.startsWith('not a whole FITS file: ') ?? isBoundary).toBe(true)
        expect(damage ?? '').not.toContain(folder)
      }),
      { numRuns: 60 },
    )
  })

  test('what is no FITS file at all is damage, what cannot be read is not', async () => {
    writeFileSync(path, '<html>please log in</html>')
    expect((await checkFrame(path)).damage).toContain('not a whole FITS file')
    writeFileSync(path, '')
    expect((await checkFrame(path)).damage).toContain('not a whole FITS file')
    await expect(checkFrame(join(folder, 'none.fits'))).rejects.toThrow(InfrastructureError)
  })
})

describe('a calibration', () => {
  test('can be used when it is whole and of the category that the blocks expect', async () => {
    write([string('ESO PRO CATG', 'MASTER_BIAS_BLUE')])
    expect(await checkCalibration(path, ['MASTER_DARK_BLUE', 'MASTER_BIAS_BLUE'])).toEqual({
      category: 'MASTER_BIAS_BLUE',
    })
    expect(await checkCalibration(path, ['MASTER_FLAT_BLUE'])).toEqual({
      problem: 'it is a MASTER_BIAS_BLUE, expected a MASTER_FLAT_BLUE',
    })
    truncateSync(path, 4000)
    expect(await checkCalibration(path, ['MASTER_BIAS_BLUE'])).toEqual({
      problem: expect.stringContaining('not a whole FITS file: truncated'),
    })
  })

  test('without a category, or with a wrong pixel, cannot', async () => {
    write()
    expect(await checkCalibration(path, ['MASTER_BIAS_BLUE'])).toEqual({
      problem: 'its header has no ESO PRO CATG, expected a MASTER_BIAS_BLUE',
    })
    write([string('ESO PRO CATG', 'MASTER_BIAS_BLUE')])
    spoil((bytes) => bytes.writeUInt8(bytes.readUInt8(BLOCK + 9) ^ 4, BLOCK + 9))
    expect(await checkCalibration(path, ['MASTER_BIAS_BLUE'])).toEqual({
      problem: expect.stringContaining('DATASUM of HDU 0 is wrong'),
    })
  })
})
