import { mkdir, readdir, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkedFileName } from '../domain/file-name.ts'

/**
 * Folders of one run on the scratch disk: `<scratch>/<instrument>/<date>/run-<number>/{mcalib,ab/<name>,idp}`. The number is the fence, so
 * that a run which was thought dead never meets the files of its successor.
 */
export class RunFolder {
  readonly path: string

  constructor(
    scratchDir: string,
    run: { readonly instrument: string; readonly date: string; readonly runNumber: number },
  ) {
    this.path = join(scratchDir, checkedFileName(run.instrument), checkedFileName(run.date), `run-${run.runNumber}`)
  }

  get mcalibs(): string {
    return join(this.path, 'mcalib')
  }

  get idps(): string {
    return join(this.path, 'idp')
  }

  /** What was downloaded and checked, with sums: `calibrations.json`. */
  get calibrationList(): string {
    return join(this.path, 'calibrations.json')
  }

  /** Private to one association block: `raw/` and `recipe/` lie in it. */
  ab(abName: string): string {
    return join(this.path, 'ab', checkedFileName(abName))
  }

  /** Makes the folder with a marker in it: only folders that carry one are ever swept. */
  async create(): Promise<void> {
    for (const folder of [this.mcalibs, this.idps, join(this.path, 'ab')])
      await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(
      join(this.path, MARKER),
      'A run of phoenix. Everything in this folder is deleted when the run ends.\n',
    )
  }
}

export const MARKER = '.phoenix-run'

/** Deletes a folder with all that is in it and tells how many bytes that freed. A folder that is not there frees none. */
export async function removeFolder(path: string): Promise<number> {
  const bytes = await bytesIn(path)
  await rm(path, { recursive: true, force: true, maxRetries: 3 })
  return bytes
}

/** Removes the folders from `path` upwards while they are empty, never `top` itself. */
export async function removeEmptyUpTo(path: string, top: string): Promise<void> {
  for (let folder = path; folder.startsWith(`${top}/`); folder = join(folder, '..')) {
    try {
      // Not `rm`: another date may be making its folder in here at this moment.
      await rmdir(folder)
    } catch (error) {
      if (hasCode(error, 'ENOTEMPTY') || hasCode(error, 'EEXIST')) return
      if (!isAbsent(error)) throw error
    }
  }
}

export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

async function bytesIn(path: string): Promise<number> {
  try {
    const facts = await stat(path)
    // What has another name (in the cache of calibrations) stays on the disk.
    if (!facts.isDirectory()) return facts.nlink > 1 ? 0 : facts.size
    const sizes = await Promise.all((await namesIn(path)).map((name) => bytesIn(join(path, name))))
    return sizes.reduce((total, size) => total + size, 0)
  } catch (error) {
    if (isAbsent(error)) return 0
    throw error
  }
}

function isAbsent(error: unknown): boolean {
  return hasCode(error, 'ENOENT')
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
