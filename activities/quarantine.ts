import { mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { copyFile } from '../archive/copy-file.ts'
import { checkedFileName } from '../domain/file-name.ts'
import { namesIn, removeFolder } from './scratch.ts'

/** Where refused IDPs wait for somebody to look at them, and for how long: it never fills the disk. */
export interface Quarantine {
  readonly folder: string
  readonly keepDays: number
  readonly maximumBytes: number
}

const DAY_MS = 86_400_000

/** Moves a refused IDP into quarantine and returns where it lies now. The oldest files go when there are too many bytes. */
export async function quarantine({ folder, ...bounds }: Quarantine, path: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const target = join(folder, checkedFileName(name))
  try {
    await rename(path, target)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error
    await copyFile(path, target)
    await removeFolder(path)
  }
  await sweepQuarantine({ folder, ...bounds })
  return target
}

/** Deletes what is too old, then the oldest files until the rest fits. Several blocks may sweep at once. */
export async function sweepQuarantine({ folder, keepDays, maximumBytes }: Quarantine): Promise<void> {
  const files = (await Promise.all((await namesIn(folder)).map((name) => fileIn(join(folder, name))))).flat()
  let bytes = 0
  for (const { path, mtimeMs, size } of files.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
    bytes += size
    if (bytes > maximumBytes || Date.now() - mtimeMs > keepDays * DAY_MS) await removeFolder(path)
  }
}

/** Empty when another sweep has deleted it meanwhile. */
async function fileIn(path: string): Promise<{ path: string; mtimeMs: number; size: number }[]> {
  try {
    const { mtimeMs, size } = await stat(path)
    return [{ path, mtimeMs, size }]
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
