import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32Checksum, statedChecksums, Sums } from '../../archive/stated-checksums.ts'

const DATA = Buffer.from('SIMPLE  =                    T')
const hex = (algorithm: string) => createHash(algorithm).update(DATA).digest('hex')
const base64 = (algorithm: string) => createHash(algorithm).update(DATA).digest('base64')
const md5 = { algorithm: 'md5', hex: hex('md5') }
const sha256 = { algorithm: 'sha256', hex: hex('sha256') }
const sha512 = { algorithm: 'sha512', hex: hex('sha512') }

test.each([
  [{ 'content-md5': base64('md5') }, [md5]],
  [{ digest: `MD5=${base64('md5')},SHA-256=${base64('sha256')}` }, [md5, sha256]],
  [{ digest: `SHA-256=${base64('sha256')}, unixsum=30637` }, [sha256]],
  [{ 'repr-digest': `sha-256=:${base64('sha256')}:, sha-512=:${base64('sha512')}:` }, [sha256, sha512]],
  [{ 'content-digest': `sha-256=:${base64('sha256')}:` }, [sha256]],
  [{ 'x-checksum': hex('md5') }, [md5]],
  [{ 'x-checksum': `sha256:${hex('sha256').toUpperCase()}` }, [sha256]],
  [{ 'x-checksum-sha256': hex('sha256'), 'x-checksum-md5': hex('md5') }, [sha256, md5]],
  [{ 'x-checksum': 'none', digest: 'sha-256=', 'content-md5': 'AAAA' }, []],
  [{ etag: `"${hex('md5')}"` }, []],
])('%j', (headers, expected) => {
  expect(statedChecksums(headers, true)).toEqual(expected)
})

test('of a part, only what speaks of the whole file counts', () => {
  const headers = {
    'content-md5': base64('md5'),
    'content-digest': `md5=:${base64('md5')}:`,
    'repr-digest': `sha-256=:${base64('sha256')}:`,
  }
  expect(statedChecksums(headers, false)).toEqual([sha256])
})

test('no header breaks us', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const headers = { 'content-md5': value, digest: value, 'repr-digest': value, 'x-checksum': value }
      for (const checksum of statedChecksums(headers, true)) expect(checksum.hex).toMatch(/^[0-9a-f]{32,128}$/)
    }),
  )
})

test('sums are those of the bytes, however they are cut', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: DATA.length }), (cut) => {
      const sums = new Sums(['md5', 'sha256', 'crc32'])
      sums.update(DATA.subarray(0, cut))
      sums.update(DATA.subarray(cut))
      // The CRC-32 by zlib.crc32 of Python.
      expect(sums.all()).toEqual([md5, sha256, { algorithm: 'crc32', hex: PYTHON_CRC }])
    }),
  )
  expect(crc32Checksum(255)).toEqual({ algorithm: 'crc32', hex: '000000ff' })
})

const PYTHON_CRC = '8685302d'
