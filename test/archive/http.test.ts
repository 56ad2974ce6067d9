import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { ArchiveUnauthorized, FileMissing, FileRefused } from '../../archive/archive.ts'
import { HttpArchive, type HttpArchiveOptions } from '../../archive/http.ts'
import type { TransferLimits } from '../../archive/transfer-limits.ts'
import { InfrastructureError, PreconditionError } from '../../domain/failure.ts'
import type { Faults } from '../../simulator/faulty-archive-faults.ts'
import { FaultyArchive } from '../../simulator/faulty-archive.ts'
import { packLzw } from '../../simulator/pack-lzw.ts'
import { emptyFolder, fitsLike, folderArchive, listing, sha256Of } from './folder-archive.ts'

const RAW = 'UVES.2026-03-02T03:36:00.000.fits'
/** The same rules as in operation, at the pace of a test. */
const QUICK: Partial<TransferLimits> = {
  idleSeconds: 5,
  stallSeconds: 5,
  tries: 4,
  pauseSeconds: 0.005,
  longestPauseSeconds: 2,
  maximumBytes: 20_000_000,
}

const toStop: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of toStop.splice(0)) await stop()
})

async function faulty(faults: Faults, { blocks = 700, seed = 1, token = null as string | null } = {}) {
  const archive = folderArchive({ [RAW]: blocks })
  const server = await FaultyArchive.start({ folder: archive.folder, seed, faults, token })
  toStop.push(() => server.stop())
  const data = archive.files.get(RAW) ?? Buffer.alloc(0)
  return { server, data, expected: { bytes: data.length, sha256: sha256Of(data) } }
}

/** A server of the test's own. */
async function serving(listener: RequestListener, host = '127.0.0.1'): Promise<{ address: string; server: Server }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  toStop.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { address: `http://${host}:${port}`, server }
}

function source(address: string, options: Partial<HttpArchiveOptions> = {}): HttpArchive {
  return new HttpArchive({ address, ...options, limits: { ...QUICK, ...options.limits } })
}

const failure = async (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('nothing failed'),
    (error: Error) => error,
  )

test('a raw is asked for by its dp_id, a calibration by its file name, at the path of the data portal or another', async () => {
  const asked: string[] = []
  const { address } = await serving((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(404).end()
  })
  const folder = emptyFolder()
  for (const at of [address, `${address}/files/`, `${address}/x/<kind>/<file>?id=<dp_id>`]) {
    for (const kind of ['raw', 'mcalib'] as const) {
      expect(await failure(source(at).fetch(kind, RAW, join(folder, RAW)))).toBeInstanceOf(FileMissing)
    }
  }
  const id = 'UVES.2026-03-02T03:36:00.000'
  expect(asked).toEqual([
    `/dataPortal/file/${id}`,
    `/dataPortal/file/${RAW}`,
    `/files/${id}`,
    `/files/${RAW}`,
    `/x/raw/${RAW}?id=${id}`,
    `/x/mcalib/${RAW}?id=${id}`,
  ])
  expect(listing(folder)).toEqual([])
})

test('a whole file arrives with the checksum of the archive, and nothing else stays', async () => {
  const { server, expected, data } = await faulty({})
  const folder = emptyFolder()
  const file = await source(server.address).fetch('raw', RAW, join(folder, RAW))
  expect(file).toEqual({ ...expected, path: join(folder, RAW), checksum: 'agrees' })
  expect(readFileSync(file.path).equals(data)).toBe(true)
  expect(listing(folder)).toEqual([RAW])
})

test('without a checksum a file is unlisted; a list on the server is used where there is one', async () => {
  const { server } = await faulty({ withoutChecksums: true })
  const folder = emptyFolder()
  expect(await source(server.address).fetch('raw', RAW, join(folder, RAW))).toMatchObject({ checksum: 'unlisted' })
  const listed = source(server.address, { checksumList: '/<kind>/SHA256SUMS' })
  expect(await listed.fetch('raw', RAW, join(folder, RAW))).toMatchObject({ checksum: 'agrees' })
})

const survived: readonly [string, Faults][] = [
  ['latency', { latencyMs: 30 }],
  ['little bandwidth', { bytesPerSecond: 8_000_000 }],
  ['drops anywhere', { dropAfterBytes: { rate: 0.8 } }],
  ['drops after 200,000 bytes, always', { dropAfterBytes: { rate: 1, bytes: 200_000 } }],
  ['wrong lengths', { wrongLength: { rate: 0.5 } }],
  ['wrong lengths without a checksum', { wrongLength: { rate: 0.5 }, withoutChecksums: true }],
  ['damaged bytes', { damage: { rate: 0.5 } }],
  ['bursts of 503', { busy: { rate: 0.5, burst: 2, retryAfterSeconds: 0 } }],
  ['packed files', { packed: { rate: 1 } }],
  ['packed files and drops', { packed: { rate: 1 }, dropAfterBytes: { rate: 0.7 } }],
]

test.each(survived)('%s: the file arrives all the same', async (_, faults) => {
  for (const seed of [1, 2, 3]) {
    const { server, expected } = await faulty(faults, { seed })
    const folder = emptyFolder()
    const archive = source(server.address)
    // A try that gives up is repeated by whoever asked, as Temporal does.
    for (let tries = 0; tries < 20; tries += 1) {
      const result = await archive.fetch('raw', RAW, join(folder, RAW)).catch((error: unknown) => error)
      if (result instanceof InfrastructureError) continue
      const checksum = faults.withoutChecksums === true ? 'unlisted' : 'agrees'
      expect(result).toMatchObject({ ...expected, checksum })
      break
    }
    expect(listing(folder)).toEqual([RAW])
  }
})

test('a broken transfer goes on where it broke, and every byte comes once', async () => {
  const { server, data } = await faulty({ dropAfterBytes: { rate: 1, bytes: 500_000 } })
  const folder = emptyFolder()
  await source(server.address).fetch('raw', RAW, join(folder, RAW))
  const starts = server.served.map(({ range }) => Number(/=(\d+)-/.exec(range ?? '=0-')?.[1]))
  expect(starts.length).toBeGreaterThanOrEqual(Math.ceil(data.length / 500_000))
  expect(starts).toEqual(starts.toSorted((a, b) => a - b))
  expect(new Set(starts).size).toBe(starts.length)
})

test('what a process has left is continued; what belongs to another file is not', async () => {
  const { server, data, expected } = await faulty({ dropAfterBytes: { rate: 1, bytes: 300_000 } })
  const folder = emptyFolder()
  const target = join(folder, RAW)
  const impatient = source(server.address, { limits: { tries: 1 } })
  expect(await failure(impatient.fetch('raw', RAW, target))).toBeInstanceOf(InfrastructureError)
  expect(listing(folder)).toEqual([`.${RAW}.part`, `.${RAW}.part.json`])
  server.faults = {}
  expect(await source(server.address).fetch('raw', RAW, target)).toMatchObject(expected)
  expect(server.served.at(-1)?.range).toMatch(/^bytes=[1-9]\d+-$/)

  // The same name at another archive: its own bytes from the beginning.
  server.faults = { dropAfterBytes: { rate: 1, bytes: 300_000 } }
  await failure(impatient.fetch('raw', RAW, target))
  const other = folderArchive({ [RAW]: 3 })
  const otherServer = await FaultyArchive.start({ folder: other.folder, seed: 1 })
  toStop.push(() => otherServer.stop())
  expect(await source(otherServer.address).fetch('raw', RAW, target)).toMatchObject({ bytes: 3 * 2880 })
  expect(otherServer.served.map(({ range }) => range)).toEqual([null])
  expect(data.length).toBeGreaterThan(3 * 2880)
})

test('a file that has changed in the archive meanwhile is fetched from its beginning', async () => {
  const archive = folderArchive({ [RAW]: 400 })
  const faults = { dropAfterBytes: { rate: 1, bytes: 300_000 } }
  const server = await FaultyArchive.start({ folder: archive.folder, seed: 1, faults })
  toStop.push(() => server.stop())
  const target = join(emptyFolder(), RAW)
  await failure(source(server.address, { limits: { tries: 1 } }).fetch('raw', RAW, target))
  const changed = fitsLike('another', 500)
  writeFileSync(join(archive.folder, 'raw', RAW), changed)
  appendFileSync(join(archive.folder, 'raw', 'SHA256SUMS'), `${sha256Of(changed)}  ${RAW}\n`)
  server.faults = {}
  expect(await source(server.address).fetch('raw', RAW, target)).toMatchObject({
    sha256: sha256Of(changed),
    checksum: 'agrees',
  })
})

test('a part that something else has damaged is thrown away by the checksum', async () => {
  const { server, expected } = await faulty({ dropAfterBytes: { rate: 1, bytes: 300_000 } })
  const folder = emptyFolder()
  await failure(source(server.address, { limits: { tries: 1 } }).fetch('raw', RAW, join(folder, RAW)))
  const part = join(folder, `.${RAW}.part`)
  const bytes = readFileSync(part)
  writeFileSync(part, bytes.fill(7, 5000, 6000))
  server.faults = {}
  expect(await source(server.address).fetch('raw', RAW, join(folder, RAW))).toMatchObject({
    ...expected,
    checksum: 'agrees',
  })
})

test("the archive's own damage is told after two equal transfers", async () => {
  const archive = folderArchive({ [RAW]: 40 })
  const spoilt = fitsLike('spoilt', 40)
  writeFileSync(join(archive.folder, 'raw', RAW), spoilt)
  const server = await FaultyArchive.start({ folder: archive.folder, seed: 1 })
  toStop.push(() => server.stop())
  const folder = emptyFolder()
  const file = await source(server.address).fetch('raw', RAW, join(folder, RAW))
  expect(file).toMatchObject({ checksum: 'differs', sha256: sha256Of(spoilt) })
  expect(server.served).toHaveLength(2)
})

test('404 is an answer about the file, after which nothing stays', async () => {
  const { server } = await faulty({ missing: { rate: 1 } })
  const folder = emptyFolder()
  const archive = source(server.address)
  expect(await failure(archive.fetch('raw', RAW, join(folder, RAW)))).toBeInstanceOf(FileMissing)
  expect(listing(folder)).toEqual([])
  expect(await archive.fetch('raw', RAW, join(folder, RAW))).toMatchObject({ checksum: 'agrees' })
})

test.each([1, 2])('a log-in page with status 200 is no file, whatever type it says it is (seed %i)', async (seed) => {
  const { server, data } = await faulty({ loginPage: { rate: 1 } }, { seed })
  const folder = emptyFolder()
  const error = await failure(source(server.address).fetch('raw', RAW, join(folder, RAW)))
  expect(error).toBeInstanceOf(ArchiveUnauthorized)
  expect(error).toMatchObject({ archive: server.address })
  expect(error.message).toContain('log-in')
  server.faults = {}
  expect(await source(server.address).fetch('raw', RAW, join(folder, RAW))).toMatchObject({ bytes: data.length })
})

test('a token is sent, read anew each time, and its end is an error of the archive that keeps what has arrived', async () => {
  const { server, expected } = await faulty(
    { tokenExpiresAfter: 1, dropAfterBytes: { rate: 1, bytes: 300_000 } },
    { token: 'first-secret' },
  )
  const folder = emptyFolder()
  const tokenFile = join(emptyFolder(), 'token')
  writeFileSync(tokenFile, 'first-secret\n')
  const archive = source(server.address, { token: tokenFile })
  const error = await failure(archive.fetch('raw', RAW, join(folder, RAW)))
  expect(error).toBeInstanceOf(ArchiveUnauthorized)
  expect(JSON.stringify([error.message, error.stack])).not.toContain('first-secret')
  expect(listing(folder)).toContain(`.${RAW}.part`)

  server.faults = {}
  server.renewToken('second-secret')
  expect(await failure(archive.fetch('raw', RAW, join(folder, RAW)))).toBeInstanceOf(ArchiveUnauthorized)
  writeFileSync(tokenFile, 'second-secret\n')
  expect(await archive.fetch('raw', RAW, join(folder, RAW))).toMatchObject(expected)
  expect(server.served.at(-1)?.range).not.toBeNull()
})

test('a token may be in an environment variable; none, or two lines, is a mistake told without its text', async () => {
  const { server } = await faulty({}, { token: 'from-env' })
  const folder = emptyFolder()
  process.env['PHOENIX_TEST_TOKEN'] = 'from-env'
  const archive = source(server.address, { token: 'env:PHOENIX_TEST_TOKEN' })
  expect(await archive.fetch('raw', RAW, join(folder, RAW))).toMatchObject({ checksum: 'agrees' })
  process.env['PHOENIX_TEST_TOKEN'] = 'two lines\nof-secret'
  const error = await failure(archive.fetch('raw', RAW, join(folder, RAW)))
  expect(error).toBeInstanceOf(PreconditionError)
  expect(error.message).not.toContain('secret')
  delete process.env['PHOENIX_TEST_TOKEN']
})

test('a redirect to another host is refused before that host is asked, and followed without the token where it is allowed', async () => {
  const visits: (string | undefined)[] = []
  const data = fitsLike('elsewhere', 10)
  const elsewhere = await serving((request, response) => {
    visits.push(request.headers.authorization ?? 'no token')
    response.writeHead(200, { 'content-length': data.length }).end(data)
  }, '127.0.0.2')
  const { server } = await faulty({ redirect: { rate: 1, to: elsewhere.address } }, { token: 'secret' })
  process.env['PHOENIX_TEST_TOKEN_2'] = 'secret'
  const token = 'env:PHOENIX_TEST_TOKEN_2'
  const folder = emptyFolder()
  const error = await failure(source(server.address, { token }).fetch('raw', RAW, join(folder, RAW)))
  expect(error).toBeInstanceOf(ArchiveUnauthorized)
  expect(error.message).toContain(`redirects to ${elsewhere.address}, which is not allowed`)
  expect([visits, listing(folder)]).toEqual([[], []])

  const host = new URL(elsewhere.address).host
  const open = source(server.address, { token, redirectHosts: [host] })
  expect(await open.fetch('raw', RAW, join(folder, RAW))).toMatchObject({ bytes: data.length })
  expect(visits).toEqual(['no token'])
  delete process.env['PHOENIX_TEST_TOKEN_2']
})

test.each([
  ['an address that is no HTTP', 'file:///etc/passwd', ArchiveUnauthorized],
  ['a circle', '/dataPortal/file/round', InfrastructureError],
])('a redirect to %s is refused', async (_, location, kind) => {
  const { address } = await serving((_request, response) => response.writeHead(302, { location }).end())
  expect(await failure(source(address).fetch('raw', RAW, join(emptyFolder(), RAW)))).toBeInstanceOf(kind)
})

test('an endless body is refused at the limit, and nothing stays', async () => {
  const { server } = await faulty({ endless: { rate: 1 } })
  const folder = emptyFolder()
  const error = await failure(source(server.address).fetch('raw', RAW, join(folder, RAW)))
  expect(error).toBeInstanceOf(FileRefused)
  expect(error.message).toContain('larger than the limit of 20000000 bytes')
  expect(listing(folder)).toEqual([])
})

test('a file that says it is too large is refused before it is sent', async () => {
  const { server } = await faulty({})
  const error = await failure(
    source(server.address, { limits: { maximumBytes: 5000 } }).fetch('raw', RAW, join(emptyFolder(), RAW)),
  )
  expect(error).toBeInstanceOf(FileRefused)
})

const bombData = Buffer.concat([Buffer.from('SIMPLE  ='), Buffer.alloc(60_000_000)])
test.each([
  ['.Z', () => packLzw(bombData)],
  ['.gz', () => gzipSync(bombData)],
  ['.gz in .gz', () => gzipSync(gzipSync(bombData))],
  ['.Z in .gz', () => gzipSync(packLzw(bombData))],
])('a bomb as %s is refused at the limit, and nothing stays', async (_, make) => {
  const bomb = make()
  expect(bomb.length).toBeLessThan(1_000_000)
  const { address } = await serving((_request, response) => response.end(bomb))
  const folder = emptyFolder()
  const error = await failure(source(address).fetch('raw', RAW, join(folder, RAW)))
  expect(error).toBeInstanceOf(FileRefused)
  expect(error.message).toContain('larger than the limit')
  expect(listing(folder)).toEqual([])
})

test.each([
  ['gzip', (data: Buffer) => gzipSync(data), {}],
  ['compress', (data: Buffer) => packLzw(data), {}],
  ['a .Z with Content-Encoding gzip', (data: Buffer) => gzipSync(packLzw(data)), { 'content-encoding': 'gzip' }],
])('%s is unpacked on the way', async (_, pack, headers) => {
  const data = fitsLike('packed', 300)
  const body = pack(data)
  const { address } = await serving((_request, response) =>
    response.writeHead(200, { ...headers, 'content-length': body.length }).end(body),
  )
  const folder = emptyFolder()
  const file = await source(address).fetch('raw', RAW, join(folder, RAW))
  expect(file).toMatchObject({ bytes: data.length, sha256: sha256Of(data), checksum: 'unlisted' })
  expect(readFileSync(file.path).equals(data)).toBe(true)
  expect(listing(folder)).toEqual([RAW])
})

test.each([
  ['gzip data that are cut', gzipSync(fitsLike('cut', 100)).subarray(0, 5000), 'cannot be unpacked'],
  ['.Z data with a wrong code', Buffer.from([0x1f, 0x9d, 0x90, 0x05, 0x01, 0, 0]), 'cannot be'],
  ['bytes that are no FITS file', Buffer.alloc(5760, 200), 'not a FITS file'],
  ['nothing at all', Buffer.alloc(0), 'not a FITS file'],
])('%s are refused when they come twice', async (_, body, message) => {
  let requests = 0
  const { address } = await serving((_request, response) => {
    requests += 1
    response.writeHead(200, { 'content-length': body.length }).end(body)
  })
  const folder = emptyFolder()
  const error = await failure(source(address).fetch('raw', RAW, join(folder, RAW)))
  expect(error).toBeInstanceOf(FileRefused)
  expect(error.message).toContain(message)
  expect([requests, listing(folder)]).toEqual([2, []])
})

test('a server that sends a byte now and then, or none, is left', async () => {
  const { server } = await faulty({ slowLoris: { rate: 1, pauseMs: 10 } })
  const slow = source(server.address, { limits: { tries: 1, stallSeconds: 0.3, idleSeconds: 5 } })
  const error = await failure(slow.fetch('raw', RAW, join(emptyFolder(), RAW)))
  expect(error).toBeInstanceOf(InfrastructureError)
  expect(error.message).toContain('fewer than 65536 bytes in 0.3 s')

  const silent = await serving((_request, response) =>
    response.writeHead(200, { 'content-length': 5000 }).write('SIMPLE  ='),
  )
  const waiting = source(silent.address, { limits: { tries: 1, idleSeconds: 0.2 } })
  expect((await failure(waiting.fetch('raw', RAW, join(emptyFolder(), RAW)))).message).toContain('no byte for 0.2 s')
})

test('an archive that is away, busy for long or broken is infrastructure', async () => {
  const { address, server } = await serving((_request, response) =>
    response.writeHead(503, { 'retry-after': '3600' }).end(),
  )
  const target = join(emptyFolder(), RAW)
  expect(await failure(source(address).fetch('raw', RAW, target))).toMatchObject({
    name: 'InfrastructureError',
    retryAfterSeconds: 3600,
  })
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  expect(await failure(source(address).fetch('raw', RAW, target))).toBeInstanceOf(InfrastructureError)
})

test.each(['../../x', 'a b.fits', `${'x'.repeat(300)}.fits`, '/etc/passwd', '', '.hidden', 'a/b', 'a\0b', '-rf'])(
  'the name %j is refused before anything is asked or written',
  async (name) => {
    const { server } = await faulty({})
    const folder = emptyFolder()
    expect(await failure(source(server.address).fetch('raw', name, join(folder, 'target')))).toBeInstanceOf(
      PreconditionError,
    )
    expect([listing(folder), server.served]).toEqual([[], []])
  },
)

test('connections at once stay within the limit, over all sources of the archive', async () => {
  let now = 0
  let most = 0
  const data = fitsLike('many', 5)
  const { address } = await serving((_request, response) => {
    now += 1
    most = Math.max(most, now)
    setTimeout(() => {
      now -= 1
      response.end(data)
    }, 20)
  })
  const folder = emptyFolder()
  const sources = [source(address, { limits: { connections: 2 } }), source(address, { limits: { connections: 2 } })]
  const all = Array.from({ length: 10 }, async (_, n) =>
    sources[n % 2]?.fetch('raw', `R${n}.fits`, join(folder, `R${n}.fits`)),
  )
  await Promise.all(all)
  expect(most).toBe(2)
  expect(listing(folder)).toHaveLength(10)
})

test('a disk that does not take the file is infrastructure', async () => {
  const { server } = await faulty({})
  const error = await failure(source(server.address).fetch('raw', RAW, join(emptyFolder(), 'gone', RAW)))
  expect(error).toBeInstanceOf(InfrastructureError)
  expect(error.message).toContain(`${RAW} cannot be written: ENOENT`)
})

test('two that want the same target take turns', async () => {
  const { server, expected } = await faulty({ latencyMs: 20, dropAfterBytes: { rate: 0.5 } }, { blocks: 200 })
  const folder = emptyFolder()
  const archive = source(server.address)
  const both = await Promise.all([1, 2].map(() => archive.fetch('raw', RAW, join(folder, RAW))))
  expect(both).toEqual([expect.objectContaining(expected), expect.objectContaining(expected)])
  expect(listing(folder)).toEqual([RAW])
})

test('giving up keeps what has arrived', async () => {
  const { server, expected } = await faulty({ bytesPerSecond: 1_000_000 })
  const folder = emptyFolder()
  const stop = new AbortController()
  const fetching = source(server.address, { limits: { bytesPerSecond: 1_000_000 } }).fetch(
    'raw',
    RAW,
    join(folder, RAW),
    stop.signal,
  )
  while (!listing(folder).includes(`.${RAW}.part`) || readFileSync(join(folder, `.${RAW}.part`)).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  stop.abort(new Error('the operator cancels'))
  expect((await failure(fetching)).message).toContain('the operator cancels')
  server.faults = {}
  expect(await source(server.address).fetch('raw', RAW, join(folder, RAW))).toMatchObject(expected)
  expect(server.served.at(-1)?.range).not.toBeNull()
})

test('all faults at once: each file ends whole, once, and no other error than those of the archive is seen', async () => {
  const names = Object.fromEntries(
    Array.from({ length: 12 }, (_, n) => [`UVES.2026-03-02T03:${10 + n}:00.000.fits`, 30 + 40 * n]),
  )
  const archive = folderArchive(names)
  const server = await FaultyArchive.start({
    folder: archive.folder,
    seed: 42,
    token: 'token-0',
    faults: {
      latencyMs: 5,
      bytesPerSecond: 50_000_000,
      dropAfterBytes: { rate: 0.3 },
      wrongLength: { rate: 0.1 },
      damage: { rate: 0.1 },
      busy: { rate: 0.05, burst: 3, retryAfterSeconds: 0 },
      missing: { rate: 0.1 },
      loginPage: { rate: 0.05 },
      slowLoris: { rate: 0.03, pauseMs: 10 },
      tokenExpiresAfter: 15,
      redirect: { rate: 0.05, to: 'http://127.0.0.2:1' },
      packed: { rate: 0.4 },
      endless: { rate: 0.03 },
    },
  })
  toStop.push(() => server.stop())
  process.env['PHOENIX_TEST_TOKEN_3'] = 'token-0'
  const folder = emptyFolder()
  const limits = { stallSeconds: 0.4, maximumBytes: 5_000_000 }
  const http = source(server.address, { token: 'env:PHOENIX_TEST_TOKEN_3', limits })
  const seen = new Set<string>()
  let renewed = 0
  const bring = async (name: string) => {
    for (;;) {
      try {
        return await http.fetch('raw', name, join(folder, name))
      } catch (error) {
        if (!(error instanceof Error)) throw error
        seen.add(error.name)
        if (![FileMissing, FileRefused, ArchiveUnauthorized, InfrastructureError].some((kind) => error instanceof kind))
          throw error
        if (error.message.includes('401')) {
          renewed += 1
          server.renewToken(`token-${renewed}`)
          process.env['PHOENIX_TEST_TOKEN_3'] = `token-${renewed}`
        }
      }
    }
  }
  const files = await Promise.all(Object.keys(names).map(bring))
  const expected = [...archive.files].map(([, data]) => sha256Of(data))
  expect(files.map(({ sha256 }) => sha256)).toEqual(expected)
  expect(files.map(({ path }) => sha256Of(readFileSync(path)))).toEqual(expected)
  expect(listing(folder)).toEqual(Object.keys(names).toSorted())
  expect(renewed).toBeGreaterThan(0)
  expect([...seen]).toEqual(expect.arrayContaining(['ArchiveUnauthorized', 'FileMissing']))
})

describe('what tells one content of a file from another', () => {
  const stampFrom = async (headers: Record<string, string>, status = 200) => {
    const asked: string[] = []
    const { address } = await serving((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.writeHead(status, headers).end()
    })
    const stamp = await source(address).stampOf('UV_MBIA.fits')
    expect(asked).toEqual(['HEAD /dataPortal/file/UV_MBIA.fits'])
    return stamp?.replace(address, 'archive') ?? null
  }

  test('is its checksum, else its ETag, else date and size; a weak ETag or a size alone is not enough', async () => {
    const hex = 'ab'.repeat(32)
    const date = 'Mon, 02 Mar 2026 03:36:00 GMT'
    expect(await stampFrom({ 'x-checksum-sha256': hex, etag: '"1"' })).toBe(`archive sha256 ${hex} `)
    expect(await stampFrom({ etag: '"1"', 'last-modified': date })).toBe('archive etag "1" ')
    const dated = { etag: 'W/"1"', 'last-modified': date, 'content-length': '2880' }
    expect(await stampFrom(dated)).toBe(`archive of ${date}, 2880 bytes `)
    expect(await stampFrom({ etag: 'W/"1"', 'content-length': '2880' })).toBeNull()
  })

  test('is not known where the archive does not answer such questions; a file that is not there is missing', async () => {
    expect(await stampFrom({}, 405)).toBeNull()
    expect(await failure(stampFrom({}, 404))).toBeInstanceOf(FileMissing)
    expect(await failure(stampFrom({}, 403))).toBeInstanceOf(ArchiveUnauthorized)
  })

  test('changes with the file', async () => {
    const { folder } = folderArchive({})
    const write = (text: string) => writeFileSync(join(folder, 'mcalib', 'UV_MBIA.fits'), text.padEnd(2880))
    write('SIMPLE  =')
    const server = await FaultyArchive.start({ folder, seed: 1 })
    toStop.push(() => server.stop())
    const { address } = server
    const before = await source(address).stampOf('UV_MBIA.fits')
    expect(await source(address).stampOf('UV_MBIA.fits')).toBe(before)
    write('SIMPLE  = another')
    expect(await source(address).stampOf('UV_MBIA.fits')).not.toBe(before)
  })
})
