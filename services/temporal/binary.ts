import { execFile } from 'node:child_process'
import { access, constants, readdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { isCode } from '../process.ts'
import { oldestServer } from './release.ts'

/** A Temporal program that runs on this machine. */
export interface TemporalBinary {
  readonly path: string
  /** Version of the program, `1.9.1`. */
  readonly cliVersion: string
  /** Version of the server in it, `1.32.0`. */
  readonly serverVersion: string
}

/**
 * Looks for `temporal` on PATH, then in the cache (`<cacheDir>/temporal/<version>/temporal`, newest first); null when
 * there is none whose server is new enough.
 */
export async function findTemporalBinary(
  cacheDir: string,
  searchPath = process.env['PATH'] ?? '',
): Promise<TemporalBinary | null> {
  const onPath = searchPath.split(delimiter).filter((folder) => folder !== '')
  const cached = await cachedFolders(cacheDir)
  for (const folder of [...onPath, ...cached]) {
    const binary = await examineBinary(join(folder, 'temporal'))
    if (binary !== null && isNewEnough(binary.serverVersion)) return binary
  }
  return null
}

/** Asks a program for its versions; null when it is not there or is no Temporal program. */
export async function examineBinary(path: string): Promise<TemporalBinary | null> {
  try {
    await access(path, constants.X_OK)
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 20_000 })
    const versions = /version (?<cli>\d+\.\d+\.\d+\S*) \(Server (?<server>\d+\.\d+\.\d+)/.exec(stdout)?.groups
    if (versions?.['cli'] === undefined || versions['server'] === undefined) return null
    return { path, cliVersion: versions['cli'], serverVersion: versions['server'] }
  } catch {
    return null // not there, not for this processor, or not Temporal: the next place may have one
  }
}

/** The folder of the cache in which one version lies. */
export function cacheFolder(cacheDir: string, cliVersion: string): string {
  return join(cacheDir, 'temporal', cliVersion)
}

function isNewEnough(serverVersion: string): boolean {
  const [major = 0, minor = 0] = serverVersion.split('.').map(Number)
  return major > oldestServer.major || (major === oldestServer.major && minor >= oldestServer.minor)
}

async function cachedFolders(cacheDir: string): Promise<string[]> {
  try {
    const versions = (await readdir(join(cacheDir, 'temporal'))).filter((name) => /^\d/.test(name))
    versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    return versions.map((version) => cacheFolder(cacheDir, version))
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw error
  }
}
