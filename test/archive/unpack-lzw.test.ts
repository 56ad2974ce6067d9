import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unpackLzw } from '../../archive/unpack-lzw.ts'
import { packLzw } from '../../simulator/pack-lzw.ts'
import { randomFrom } from '../../simulator/random.ts'

async function* inPieces(data: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
}

async function unpack(packed: Buffer, pieceBytes = 1 << 16): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of unpackLzw(inPieces(packed, pieceBytes))) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

/** Bytes with long repeats that change their character on the way, as the planes of an image do: all code widths, and full tables. */
function imageLike(bytes: number, seed: string): Buffer {
  const random = randomFrom(seed)
  const data = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at += 1)
    data[at] = Math.floor(at / 60_000) % 2 === 0 ? random.integer(0, 7) : random.integer(0, 255)
  return data
}

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'compress')
const fixture = (name: string) => readFileSync(join(fixtures, name))

// Not 9: neither gzip nor compress itself can read what `compress -b 9` writes.
test.each([10, 12, 14, 16])('unpacks what the real compress wrote with codes of at most %i bits', async (bits) => {
  const expected = gunzipSync(fixture('frame.fits.gz'))
  expect((await unpack(fixture(`frame.b${bits}.Z`))).equals(expected)).toBe(true)
})

test('gzip unpacks what our packer writes, and so do we', async () => {
  for (const bytes of [0, 1, 2, 1000, 400_000]) {
    const data = imageLike(bytes, `packed/${bytes}`)
    for (const bits of [12, 16]) {
      const packed = packLzw(data, bits)
      expect(execFileSync('gzip', ['-dc'], { input: packed, maxBuffer: 1 << 24 }).equals(data)).toBe(true)
      expect((await unpack(packed)).equals(data)).toBe(true)
    }
  }
})

test('whatever was packed comes back, wherever the pieces are cut', async () => {
  const small = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3000 })
  const any = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 3000 })
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(small, any),
      fc.integer({ min: 9, max: 16 }),
      fc.integer({ min: 1, max: 700 }),
      async (bytes, bits, cut) => {
        const data = Buffer.from(bytes)
        expect(await unpack(packLzw(data, bits), cut)).toEqual(data)
      },
    ),
    { numRuns: 300 },
  )
})

test('noise unpacks to something or is told, and nothing else', async () => {
  const noise = fc.uint8Array({ minLength: 1, maxLength: 400 })
  const outcomes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(noise, fc.integer({ min: 0, max: 255 }), async (bytes, flags) => {
      const packed = Buffer.concat([Buffer.from([0x1f, 0x9d, flags]), bytes])
      outcomes.add(
        await unpack(packed).then(
          () => 'unpacked',
          (error: unknown) => (error instanceof Error ? error.name : 'no error'),
        ),
      )
    }),
    { numRuns: 1000, seed: 1 },
  )
  expect([...outcomes].toSorted()).toEqual(['Undecodable', 'unpacked'])
})

test.each([
  ['no header', Buffer.from([0x1f, 0x9d]), 'without a header'],
  ['another header', Buffer.from([0x1f, 0x8b, 0x90, 1, 2]), 'unknown header'],
  ['codes of 17 bits', Buffer.from([0x1f, 0x9d, 0x91, 1, 2]), 'unknown header'],
  ['codes of 8 bits', Buffer.from([0x1f, 0x9d, 0x88, 1, 2]), 'unknown header'],
  ['a first code that is no byte', Buffer.from([0x1f, 0x9d, 0x90, 0x05, 0x01, 0]), 'cannot be'],
])('%s is told', async (_, packed, message) => {
  await expect(unpack(packed)).rejects.toThrow(message)
})

test('data that unpack to a thousand times their size come in small pieces, as they are asked for', async () => {
  const packed = packLzw(Buffer.alloc(20_000_000))
  expect(packed.length).toBeLessThan(20_000)
  let largest = 0
  let taken = 0
  for await (const piece of unpackLzw(inPieces(packed, packed.length))) {
    largest = Math.max(largest, piece.length)
    taken += piece.length
    if (taken > 1_000_000) break
  }
  expect(largest).toBeLessThan(200_000)
})
