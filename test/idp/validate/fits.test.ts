import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatFits } from '../../../fits/file.ts'
import { judgeIdp } from '../../../idp/validate.ts'
import { exampleHdus, exampleIdp } from '../example-idp.ts'
import { FITS_MUTATIONS } from './fits-mutations.ts'
import { type Mutation, writeMutated } from './mutation.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idp-fits-'))
})
afterAll(() => rm(folder, { recursive: true }))

test.each(FITS_MUTATIONS.map((mutation, index): [string, Mutation] => [`${mutation.rule} (${index})`, mutation]))(
  'a fault of FITS: %s',
  async (title, mutation) => {
    const path = await writeMutated(join(folder, title), mutation)
    const found = (await judgeIdp(path)).findings.map(({ rule }) => rule)
    expect(found.includes('F03')).toBe(mutation.rule === 'F03')
    // Bytes that were changed behind the back of the checksums are a warning too.
    expect(mutation.rule !== 'F04' || found.includes('F04')).toBe(true)
  },
)

describe('what is no product', () => {
  const good = Buffer.from(formatFits(exampleHdus(exampleIdp()), { checksum: true }))
  const judge = async (bytes: Uint8Array) => {
    const path = join(folder, 'anything.fits')
    await writeFile(path, bytes)
    return judgeIdp(path)
  }

  test('random bytes are no FITS file', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 9000 }), async (bytes) => {
        const { findings } = await judge(bytes)
        expect(findings.map(({ rule }) => rule)).toContain('F03')
      }),
      { numRuns: 50 },
    ))

  test('a file cut anywhere is broken', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), async (length) => {
        // Cut behind the first HDU, what is left is legal FITS, but has no table.
        const rules = (await judge(good.subarray(0, length))).findings.map(({ rule }) => rule)
        expect(rules.includes('F03') || rules.includes('F09')).toBe(true)
      }),
      { numRuns: 50 },
    ))

  test('bytes changed anywhere never crash the validator, and never pass unseen', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 8 }),
        async (changes) => {
          const bytes = Buffer.from(good)
          for (const [at, change] of changes) bytes.writeUInt8(good.readUInt8(at) ^ change, at)
          expect((await judge(bytes)).findings).not.toEqual([])
        },
      ),
      { numRuns: 200 },
    ))

  test('numbers of the headers changed at will never crash the validator', () => {
    const keywords = ['NAXIS', 'NAXIS1', 'NAXIS2', 'PCOUNT', 'GCOUNT', 'TFIELDS', 'BITPIX', 'NELEM']
    const numbers = [
      '-1',
      '0',
      '1',
      '2',
      '5',
      '1000',
      '9007199254740993',
      '99999999999999999999',
      '1.5',
      'T',
      "'x'",
      '',
    ]
    return fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...keywords),
        fc.constantFrom(...numbers),
        fc.boolean(),
        async (keyword, number, last) => {
          const bytes = Buffer.from(good)
          const start = `${keyword.padEnd(8)}= `
          const at = last ? bytes.lastIndexOf(start, bytes.length, 'latin1') : bytes.indexOf(start, 0, 'latin1')
          bytes.write(`${start}${number.padStart(20)}`, at, 'latin1')
          const { findings } = await judge(bytes)
          expect(findings.length === 0).toBe(bytes.equals(good))
        },
      ),
      { numRuns: 150 },
    )
  })

  test.each(['9999999999999999D', '0D', '1PD(5)', '400X', '99999999D', '400A', 'D400'])(
    'TFORM = %s',
    async (format) => {
      const bytes = Buffer.from(good)
      const at = bytes.indexOf("TFORM1  = '400D    '", 0, 'latin1')
      bytes.write(`TFORM1  = '${format.padEnd(8)}'`, at, 'latin1')
      expect((await judge(bytes)).findings.map(({ rule }) => rule)).toContain('F03')
    },
  )

  test('a file that is not there is infrastructure', async () => {
    await expect(judgeIdp(join(folder, 'nothing.fits'))).rejects.toThrow('cannot read')
  })
})
