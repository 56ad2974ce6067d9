import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simulateNight } from '../../../simulator/night.ts'

const request = {
  instrument: 'UVES',
  date: '2026-03-01',
  seed: 5,
  plan: { executable: 2, settings: [346, 390], withExtras: false },
} as const
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phoenix-threads-'))
  const project = process.cwd()
  const configuration = {
    extends: join(project, 'tsconfig.build.json'),
    compilerOptions: {
      outDir: join(folder, 'dist'),
      rootDir: project,
      typeRoots: [join(project, 'node_modules/@types')],
    },
    include: [],
    files: ['simulator/night.ts', 'simulator/make-files-worker.ts'].map((file) => join(project, file)),
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(configuration))
  await execa('node_modules/.bin/tsc', ['-p', join(folder, 'tsconfig.json')])
  await writeFile(join(folder, 'dist', 'package.json'), '{ "type": "module" }')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the compiled simulator', () => {
  it('makes in worker threads the bytes that one thread makes', async () => {
    expect(await runCompiled({ ...request, folder: join(folder, 'threads') })).toEqual({ stderr: '', exitCode: 0 })
    await simulateNight({ ...request, folder: join(folder, 'one-thread') })
    const hashes = await allHashes(join(folder, 'threads'))
    expect(hashes).toEqual(await allHashes(join(folder, 'one-thread')))
    expect(hashes.length).toBeGreaterThan(15)
  })

  it('writes lists that sha256sum accepts and files without a complaint of fitsverify', async () => {
    const night = join(folder, 'threads')
    for (const room of ['raw', 'mcalib', 'gencalib']) {
      await execa('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: join(night, 'archive', room) })
    }
    const files = (await readdir(night, { recursive: true })).filter((name) => name.endsWith('.fits'))
    const verdicts = await Promise.all(
      files.map((name) => execa('fitsverify', ['-q', name], { cwd: night, reject: false })),
    )
    expect(verdicts.map(({ stdout }) => stdout.trim())).toEqual(files.map((name) => `verification OK: ${name}`))
  })

  it('reports an error of a worker thread with its file instead of hanging', async () => {
    const inTheWay = join(folder, 'blocked')
    await simulateNight({ ...request, folder: inTheWay })
    const raw = (await readdir(join(inTheWay, 'archive', 'raw'))).find((name) => name.endsWith('.fits')) ?? ''
    await rm(join(inTheWay, 'night.json'))
    await rm(join(inTheWay, 'archive', 'raw', raw))
    await execa('mkdir', [join(inTheWay, 'archive', 'raw', raw)])
    const { stderr, exitCode } = await runCompiled({ ...request, folder: inTheWay })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(raw)
    expect(stderr).toContain('EISDIR')
    expect(await readdir(inTheWay)).not.toContain('night.json')
  })
})

async function runCompiled(options: object): Promise<{ stderr: string; exitCode: number | undefined }> {
  const program = `import { simulateNight } from './simulator/night.js'; await simulateNight(${JSON.stringify(options)})`
  const { stderr, exitCode } = await execa(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: join(folder, 'dist'),
    reject: false,
  })
  return { stderr, exitCode }
}

async function allHashes(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const lines = files.toSorted().map(async (path) => {
    return `${createHash('sha256')
      .update(await readFile(path))
      .digest('hex')} ${path.slice(root.length)}`
  })
  return Promise.all(lines)
}
