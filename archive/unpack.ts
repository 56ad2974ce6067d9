import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Undecodable } from './undecodable.ts'
import { unpackLzw } from './unpack-lzw.ts'

/** What the first bytes say of a body. */
export type Packing = 'fits' | 'gzip' | 'lzw' | 'text' | 'unknown'

/** Bytes that `packingOf` needs. */
export const SNIFFED_BYTES = 9

/** Judged by its bytes, since archives name and label packed files in many ways. A FITS file begins with `SIMPLE  =` (FITS 4.0, 4.4.1). */
export function packingOf(firstBytes: Buffer): Packing {
  if (firstBytes.subarray(0, SNIFFED_BYTES).toString('latin1') === 'SIMPLE  =') return 'fits'
  if (firstBytes[0] === 0x1f && firstBytes[1] === 0x8b) return 'gzip'
  if (firstBytes[0] === 0x1f && firstBytes[1] === 0x9d) return 'lzw'
  const text = firstBytes.toString('latin1').replace(/^\xef\xbb\xbf/, '')
  return /^[\t\r\n\x20-\x7e]+$/.test(text) ? 'text' : 'unknown'
}

/** A body that is text where a FITS file should be: as a rule a log-in page. */
export class TextInstead extends Error {
  override readonly name = 'TextInstead'
}

/**
 * The FITS file in a body, as it is or packed by gzip or compress, also twice (a `.fits.Z` with Content-Encoding gzip).
 *
 * @throws Undecodable when it cannot be unpacked or is no FITS file; TextInstead for text
 */
export async function* unpackFits(
  source: AsyncIterable<Buffer>,
  limit: (bytes: number) => void,
  layers = 0,
): AsyncGenerator<Buffer> {
  const { first, all } = await peek(source)
  const packing = packingOf(first)
  if (packing === 'fits') yield* all
  else if (packing === 'text') throw new TextInstead(first.toString('latin1'))
  else if (packing === 'unknown' || layers === 2) throw new Undecodable('what arrives is not a FITS file')
  else yield* unpackFits(counted(packing === 'lzw' ? unpackLzw(all) : gunzip(all), limit), limit, layers + 1)
}

async function* counted(source: AsyncIterable<Buffer>, limit: (bytes: number) => void): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.byteLength
    limit(bytes)
    yield chunk
  }
}

async function* gunzip(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unpacked = new PassThrough()
  let failure: unknown = null
  const done = pipeline(Readable.from(source, { objectMode: false }), createGunzip(), unpacked).catch(
    (error: unknown) => {
      failure = error
    },
  )
  try {
    for await (const chunk of unpacked) yield chunk
  } catch (error) {
    await done
    const isZlibs = failure instanceof Error && 'code' in failure && String(failure.code).startsWith('Z_')
    if (isZlibs) throw new Undecodable('gzip data that cannot be unpacked', { cause: failure })
    throw failure ?? error
  }
}

/** The first bytes, and a sequence that still has all of them. */
async function peek(source: AsyncIterable<Buffer>): Promise<{ first: Buffer; all: AsyncIterable<Buffer> }> {
  const iterator = source[Symbol.asyncIterator]()
  const begun: Buffer[] = []
  let bytes = 0
  while (bytes < SNIFFED_BYTES) {
    const next = await iterator.next()
    if (next.done === true) break
    begun.push(next.value)
    bytes += next.value.byteLength
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield* begun
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  return { first: Buffer.concat(begun).subarray(0, 512), all: all() }
}
