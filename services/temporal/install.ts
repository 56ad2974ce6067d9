import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { PreconditionError } from '../../domain/failure.ts'

/**
 * Writes a program to `path` if its bytes have the checksum; nothing is left there otherwise.
 * Throws PreconditionError where they have another one.
 */
export async function installChecked(contents: Readable, sha256: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await inTemporaryFolder(dirname(path), async (folder) => {
    const partial = join(folder, 'program')
    const hash = createHash('sha256')
    await pipeline(
      contents,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk)
          yield chunk
        }
      },
      createWriteStream(partial, { mode: 0o600 }),
    )
    const found = hash.digest('hex')
    if (found !== sha256) throw new PreconditionError(`refused: its SHA-256 is ${found} and not ${sha256}`)
    await chmod(partial, 0o755)
    await rename(partial, path)
  })
}

/** A folder on the same disk as `parent`, gone when the work has ended. */
export async function inTemporaryFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, '.part-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
