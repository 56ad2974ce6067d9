import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ChecksumList, parseChecksumList } from '../../archive/checksum-list.ts'

const sumOf = (text: string) => createHash('sha256').update(text).digest('hex')

describe('lines of a checksum list', () => {
  test('as coreutils write them, text or binary; anything else is passed over', () => {
    const sums = parseChecksumList(
      [
        `${sumOf('a')}  a.fits`,
        `${sumOf('b')} *b.fits`,
        `${sumOf('c').toUpperCase()}  c.fits\r`,
        `${sumOf('d').slice(1)}  d.fits`,
        `${sumOf('e')} e.fits`,
        '# a remark',
        '',
        `${sumOf('old')}  twice.fits`,
        `${sumOf('new')}  twice.fits`,
      ].join('\n'),
    )
    expect(Object.fromEntries(sums)).toEqual({
      'a.fits': sumOf('a'),
      'b.fits': sumOf('b'),
      'c.fits': sumOf('c'),
      'twice.fits': sumOf('new'),
    })
  })

  test('names with blanks are kept whole, and any list is read as it was written', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9._:+ -]+$/)
    fc.assert(
      fc.property(fc.dictionary(name, fc.string()), (files) => {
        const lines = Object.entries(files).map(([file, text]) => `${sumOf(text)}  ${file}\n`)
        const sums = parseChecksumList(lines.join(''))
        for (const [file, text] of Object.entries(files)) expect(sums.get(file)).toBe(sumOf(text))
        expect(sums.size).toBe(Object.keys(files).length)
      }),
    )
  })
})

describe('the list of a folder', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'phoenix-sums-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('is empty without a file, and read again when it has grown or was replaced', async () => {
    const list = new ChecksumList(folder)
    const path = join(folder, 'SHA256SUMS')
    expect(await list.sumOf('a.fits')).toBeNull()
    writeFileSync(path, `${sumOf('a')}  a.fits\n`)
    expect(await list.sumOf('a.fits')).toBe(sumOf('a'))
    expect(await list.sumOf('b.fits')).toBeNull()
    appendFileSync(path, `${sumOf('b')}  b.fits\n`)
    expect(await list.sumOf('b.fits')).toBe(sumOf('b'))
    writeFileSync(join(folder, 'other'), `${sumOf('c')}  a.fits\n${sumOf('d')}  b.fits\n`)
    renameSync(join(folder, 'other'), path)
    expect(await list.sumOf('a.fits')).toBe(sumOf('c'))
    rmSync(path)
    expect(await list.sumOf('a.fits')).toBeNull()
  })

  test('that cannot be read is an error, not an empty list', async () => {
    mkdirSync(join(folder, 'SHA256SUMS'))
    await expect(new ChecksumList(folder).sumOf('a.fits')).rejects.toThrow('EISDIR')
  })
})
