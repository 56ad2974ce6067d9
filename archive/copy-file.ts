import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FileFacts } from './archive.ts'

/** Copies a file so that `target` is there whole or not at all, and tells what was copied. The sum is made on the way. */
export async function copyFile(source: string, target: string): Promise<FileFacts> {
  const partial = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.partial`)
  const { sum, tap } = hashingTap()
  try {
    await pipeline(
      createReadStream(source, { highWaterMark: CHUNK_BYTES }),
      tap,
      createWriteStream(partial, { flags: 'wx' }),
    )
    await syncPath(partial)
    await rename(partial, target)
    await syncPath(dirname(target))
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
  return sum()
}

/** Size and SHA-256 of a file, read in pieces so that the event loop is never held up. */
export async function fileFacts(path: string): Promise<FileFacts> {
  const { sum, tap } = hashingTap()
  await pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), tap.resume())
  return sum()
}

/** True for a file that is there; false for none. Other errors (a folder that cannot be read) are thrown. */
export async function fileExists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

const CHUNK_BYTES = 1 << 18

function hashingTap(): { tap: Transform; sum: () => FileFacts } {
  const hash = createHash('sha256')
  let bytes = 0
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.byteLength
      done(null, chunk)
    },
  })
  return { tap, sum: () => ({ bytes, sha256: hash.digest('hex') }) }
}

/** Waits until the file, or the names in the folder, are on disk. */
export async function syncPath(path: string): Promise<void> {
  await using handle = await open(path)
  await handle.sync()
}
