import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isCrc32, parseNgasReply } from '../../archive/ngas-reply.ts'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '..', 'fixtures', 'ngas', name), 'utf8')

test('a success has the file, with its own checksum and not that of the disk', () => {
  expect(parseNgasReply(fixture('archived.xml'))).toEqual({
    status: 'SUCCESS',
    state: 'ONLINE',
    message: 'Successfully handled Archive Push Request for data file with URI: cd.fits',
    file: {
      fileId: 'cd.fits',
      version: 1,
      bytes: 23040,
      checksum: '3170114495',
      checksumKind: 'crc32',
      flags: '00000000',
    },
  })
})

test('a failure has its message', () => {
  expect(parseNgasReply(fixture('wrong-checksum.xml'))).toEqual({
    status: 'FAILURE',
    state: 'ONLINE',
    message: 'Checksum error for file bad.fits, local crc = 3170114495, but remote crc = 12345',
    file: null,
  })
})

test.each([
  ['', ''],
  ['<html><body>Not NGAS</body></html>', ''],
  ['<Status Message="cut', ''],
  [`<Status Status='SUCCESS' Message='a "quoted" > b' />`, 'a "quoted" > b'],
  [
    '<Status Status="SUCCESS" Message="&lt;a&gt; &amp;amp; &quot;&#65;&#x42;&apos; &unknown;"/>',
    `<a> &amp; "AB' &unknown;`,
  ],
  ['<StatusOfTheDisk Message="another"/><Status Message="this"/>', 'this'],
])('%j has the message %j', (text, message) => {
  expect(parseNgasReply(text).message).toBe(message)
})

test('no text breaks it, holds it up, or makes it follow an entity', () => {
  const pieces = fc.constantFrom(
    '<Status ',
    '<FileStatus',
    ' a="',
    '"',
    "'",
    '/>',
    '>',
    '=',
    '&x;',
    '&#1114112;',
    ' ',
    'Message',
    '<!ENTITY x SYSTEM "file:///etc/passwd">',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 200 }), (parts) => {
      expect(parseNgasReply(parts.join(''))).toMatchObject({ state: expect.any(String) })
    }),
    { numRuns: 1000 },
  )
})

test.each([
  ['crc32', '12', true],
  ['crc32z', '12', true],
  ['ngamsGenCrc32', '12', true],
  ['crc32c', '12', false],
  ['crc32', 'None', false],
])('%s %s is a CRC-32 that we can make: %s', (checksumKind, checksum, is) => {
  expect(isCrc32({ fileId: 'a', version: 1, bytes: 1, checksum, checksumKind, flags: '' })).toBe(is)
})
