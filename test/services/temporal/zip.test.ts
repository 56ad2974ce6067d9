import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openZipMember } from '../../../services/temporal/zip.ts'
import { zipFile } from './zip-file.ts'

const path = join(mkdtempSync(join(tmpdir(), 'phoenix-zip-')), 'file.zip')
const read = async (name: string) => buffer(await openZipMember(path, (member) => member === name))

const members = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z/.]{1,20}$/),
    contents: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
    stored: fc.boolean(),
  }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 5 },
)

test('every member comes out as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(members, fc.stringMatching(/^[a-z]{0,40}$/), async (list, comment) => {
      writeFileSync(path, zipFile(list, comment))
      for (const { name, contents } of list) expect((await read(name)).equals(contents)).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test('a zip file of another program is read', async () => {
  const python = process.env['PHOENIX_TEST_PYTHON'] ?? 'python3'
  const program =
    'import sys,zipfile\nwith zipfile.ZipFile(sys.argv[1],"w",zipfile.ZIP_DEFLATED) as z: z.write(sys.argv[2],"x/here")'
  execFileSync(python, ['-c', program, path, import.meta.filename])
  expect((await read('x/here')).equals(readFileSync(import.meta.filename))).toBe(true)
})

test('a file that is cut anywhere is refused or ends in an error', async () => {
  const whole = zipFile([{ name: 'a', contents: Buffer.from('the contents of a file that compresses') }])
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length))
    await expect(read('a')).rejects.toThrow('is not a complete zip file')
  }
})

test('a damaged member is an error', async () => {
  const whole = zipFile([{ name: 'a', contents: Buffer.from('abc'.repeat(500)) }])
  whole.fill(0xff, 30 + 1 + 11, 30 + 1 + 11 + 6)
  writeFileSync(path, whole)
  await expect(read('a')).rejects.toThrow(/invalid|unexpected/i)
  whole.fill(0, 0, 4)
  writeFileSync(path, whole)
  await expect(read('a')).rejects.toThrow('is a damaged zip file')
})

test('a member that is not there is named as missing', async () => {
  writeFileSync(path, zipFile([{ name: 'a', contents: Buffer.from('x') }]))
  await expect(read('b')).rejects.toThrow('does not hold the wanted file')
})
