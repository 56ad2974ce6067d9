import { createHash, randomBytes } from 'node:crypto'
import { link, mkdir, readdir, readlink, rename, rm, stat, symlink, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type CachedFile, toEvict } from '../domain/cache-eviction.ts'
import type { FileFacts } from './archive.ts'
import { fileFacts } from './copy-file.ts'
import { oneAtATime } from './one-at-a-time.ts'

/** What lies in the cache. */
export interface CacheContents {
  readonly files: number
  readonly bytes: number
  /** Bytes of files that runs work with. */
  readonly leasedBytes: number
}

/**
 * Calibrations that stay on the scratch disk from one date to the next, at most so many bytes of them.
 *
 * `files/<SHA-256>` holds the bytes, `names/<key>` is a symbolic link to them; the key is made of the file's name and of what the archive says
 * to tell this content from others. A run gets a hard link: that is its lease, which ends when the run's folder goes, whoever removes it.
 * So there is nothing to go stale after a crash, and what is evicted by mistake would stay with its run all the same.
 */
export class CalibrationCache {
  readonly folder: string
  readonly limitBytes: number

  /** @param folder on the file system of the runs' folders */
  constructor(folder: string, limitBytes: number) {
    this.folder = folder
    this.limitBytes = limitBytes
  }

  /** Leases a file to `target` and says what it is; null when it is not here. Its bytes are read and compared. */
  async take(fileName: string, stamp: string, target: string): Promise<FileFacts | null> {
    const sha256 = await this.#sumOf(keyOf(fileName, stamp))
    if (sha256 === null) return null
    const held = join(this.folder, 'files', sha256)
    const leased = await oneAtATime(this.folder, async () => {
      if (!(await linkedOver(held, target))) return false
      await utimes(held, new Date(), new Date())
      return true
    })
    if (!leased) return null
    const facts = await fileFacts(target)
    if (facts.sha256 === sha256) return facts
    // The disk has damaged it, or somebody has written to it.
    for (const path of [held, target]) await rm(path, { force: true })
    return null
  }

  /** Keeps a file that a run has, if there is room for it beside what is leased. False when it was not kept. */
  async keep(fileName: string, stamp: string, file: FileFacts & { readonly path: string }): Promise<boolean> {
    const { path, bytes, sha256 } = file
    return oneAtATime(this.folder, async () => {
      for (const folder of ['files', 'names']) await mkdir(join(this.folder, folder), { recursive: true, mode: 0o700 })
      const held = await this.#held()
      if (!held.some(({ id }) => id === sha256)) {
        const evicted = toEvict(held, { limitBytes: this.limitBytes, newBytes: bytes })
        if (evicted === null) return false
        await this.#evict(evicted)
        if (!(await linked(path, join(this.folder, 'files', sha256)))) return false
      }
      const name = join(this.folder, 'names', keyOf(fileName, stamp))
      await rm(name, { force: true })
      await symlink(join('..', 'files', sha256), name)
      return true
    })
  }

  /** Evicts until at most so many bytes are held, or nothing but what is leased. */
  async shrinkTo(limitBytes: number): Promise<void> {
    await this.#shrink(() => limitBytes)
  }

  /** Evicts so many bytes, or all that nobody has leased. */
  async free(bytes: number): Promise<void> {
    await this.#shrink((heldBytes) => heldBytes - bytes)
  }

  async #shrink(limitFor: (heldBytes: number) => number): Promise<void> {
    await oneAtATime(this.folder, async () => {
      const held = await this.#held()
      const leasedBytes = sumOf(held.filter(({ isLeased }) => isLeased))
      const limitBytes = Math.max(limitFor(sumOf(held)), leasedBytes)
      await this.#evict(toEvict(held, { limitBytes, newBytes: 0 }) ?? [])
    })
  }

  async contents(): Promise<CacheContents> {
    const held = await this.#held()
    return { files: held.length, bytes: sumOf(held), leasedBytes: sumOf(held.filter(({ isLeased }) => isLeased)) }
  }

  async #held(): Promise<readonly CachedFile[]> {
    const names = (await namesIn(join(this.folder, 'files'))).filter((name) => SHA256.test(name))
    const found = await Promise.all(
      names.map(async (id): Promise<CachedFile[]> => {
        const facts = await orNull(stat(join(this.folder, 'files', id)))
        if (facts === null) return []
        return [{ id, bytes: facts.size, lastUsedMs: facts.mtimeMs, isLeased: facts.nlink > 1 }]
      }),
    )
    return found.flat()
  }

  /** The bytes go first: a name without them finds nothing, and is removed here or the next time. */
  async #evict(sums: readonly string[]): Promise<void> {
    if (sums.length === 0) return
    for (const sha256 of sums) await rm(join(this.folder, 'files', sha256), { force: true })
    const left = new Set(await namesIn(join(this.folder, 'files')))
    for (const key of await namesIn(join(this.folder, 'names'))) {
      const sha256 = await this.#sumOf(key)
      if (sha256 === null || !left.has(sha256)) await rm(join(this.folder, 'names', key), { force: true })
    }
  }

  async #sumOf(key: string): Promise<string | null> {
    const sha256 = basename((await orNull(readlink(join(this.folder, 'names', key)))) ?? '')
    return SHA256.test(sha256) ? sha256 : null
  }
}

const SHA256 = /^[0-9a-f]{64}$/

function keyOf(fileName: string, stamp: string): string {
  return createHash('sha256').update(`${fileName}\0${stamp}`).digest('hex')
}

function sumOf(files: readonly CachedFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Gives a file a second name. False when it is not there any more, or the disk has no hard links. */
async function linked(path: string, newName: string): Promise<boolean> {
  try {
    await link(path, newName)
    return true
  } catch (error) {
    if (isCode(error, 'ENOENT', 'EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP')) return false
    throw error
  }
}

/** The same, in place of a file that is there. */
async function linkedOver(path: string, target: string): Promise<boolean> {
  const next = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.partial`)
  if (!(await linked(path, next))) return false
  await rename(next, target)
  // Two names of one file: the system then renames nothing.
  await rm(next, { force: true })
  return true
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await orNull(readdir(folder))) ?? []
}

async function orNull<Result>(found: Promise<Result>): Promise<Result | null> {
  try {
    return await found
  } catch (error) {
    if (isCode(error, 'ENOENT', 'EINVAL')) return null
    throw error
  }
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code)
}
