import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { ArchiveUnauthorized, FileMissing, IdpRefused } from '../../archive/archive.ts'
import { InfrastructureError, PreconditionError } from '../../domain/failure.ts'
import { NgasStandIn, type NgasStandInOptions } from '../../simulator/ngas-stand-in.ts'
import { emptyFolder, fitsLike, listing, sha256Of } from './folder-archive.ts'
import { BadLine, newName, ngasArchive, ngasServer } from './ngas-servers.ts'

const toStop: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of toStop.splice(0)) await stop()
})

async function standIn(options: NgasStandInOptions = {}): Promise<NgasStandIn> {
  const server = await NgasStandIn.start(options)
  toStop.push(() => server.stop())
  return server
}

async function badLine(address: string, ...plan: BadLine['plan']): Promise<BadLine> {
  const line = await BadLine.to(address)
  line.plan.push(...plan)
  toStop.push(() => line.stop())
  return line
}

/** A file as a date has it before ingestion. */
function product(name: string, blocks = 100, data = fitsLike(name, blocks)) {
  const path = join(emptyFolder(), name)
  writeFileSync(path, data)
  return { name, path, data, facts: { bytes: data.length, sha256: sha256Of(data) } }
}

const failure = async (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('nothing failed'),
    (error: Error) => error,
  )

/** A server of the real kind is named by `NGAS_URL`, such as `http://127.0.0.1:7777`; it keeps what these tests store. */
const real = process.env['NGAS_URL']
const servers: [string, () => Promise<string>][] = [['the stand-in', async () => (await standIn()).address]]
if (real !== undefined && real !== '') servers.push(['a real server', async () => real.replace(/^https?/, 'ngas')])

describe.each(servers)('%s', (_, address) => {
  const versions = async (at: string, name: string) => {
    const server = ngasServer(at)
    let count = 0
    while ((await server.status(name, count + 1)) !== null) count += 1
    return count
  }

  test('what is stored is read back and fetched byte by byte', async () => {
    const at = await address()
    const archive = ngasArchive(at)
    const { name, path, data, facts } = product(newName())
    expect(await archive.readBack(name)).toBeNull()
    await archive.store(name, path)
    expect(await archive.readBack(name)).toEqual(facts)
    expect(listing(join(path, '..'))).toEqual([name])
    const folder = emptyFolder()
    const fetched = await archive.fetch('mcalib', name, join(folder, name))
    expect(fetched).toEqual({ ...facts, path: join(folder, name), checksum: 'agrees' })
    expect(readFileSync(fetched.path).equals(data)).toBe(true)
    expect(listing(folder)).toEqual([name])
    const again = emptyFolder()
    expect(await archive.fetchIdp(name, join(again, 'mine.fits'))).toEqual(facts)
    expect(readFileSync(join(again, 'mine.fits')).equals(data)).toBe(true)
    expect(await archive.bytesOf(name)).toBe(data.length)
    expect(await archive.bytesOf(newName())).toBeNull()
    expect(await failure(archive.fetchIdp(newName(), join(again, 'x.fits')))).toBeInstanceOf(FileMissing)
  })

  test('storing the same again changes nothing; another file of the name is refused, with both checksums', async () => {
    const at = await address()
    const archive = ngasArchive(at)
    const { name, path, data, facts } = product(newName())
    await archive.store(name, path)
    await archive.store(name, path)
    expect(await versions(at, name)).toBe(1)
    const other = product(name, 0, fitsLike('other', 100))
    const error = await failure(archive.store(name, other.path))
    expect(error).toBeInstanceOf(IdpRefused)
    expect(error.message).toContain(String(crc32(data)))
    expect(error.message).toContain(String(crc32(other.data)))
    expect(await versions(at, name)).toBe(1)
    expect(await archive.readBack(name)).toEqual(facts)
  })

  test('a lost reply hides a stored file: it is found, and not sent again', async () => {
    const at = await address()
    const line = await badLine(at, 'lose reply')
    const { name, path, facts } = product(newName())
    await ngasArchive(line.address).store(name, path)
    expect(line.plan).toEqual([])
    expect(await versions(at, name)).toBe(1)
    expect(await ngasArchive(at).readBack(name)).toEqual(facts)
  })

  test('a cut upload is sent again, and there is one version', async () => {
    const at = await address()
    const line = await badLine(at, 'cut', 'cut')
    const { name, path, facts } = product(newName(), 300)
    await ngasArchive(line.address).store(name, path)
    expect(line.plan).toEqual([])
    expect(await versions(at, name)).toBe(1)
    expect(await ngasArchive(at).readBack(name)).toEqual(facts)
  })

  test('eight at once store one version', async () => {
    const at = await address()
    const archive = ngasArchive(at)
    const { name, path, facts } = product(newName())
    await Promise.all(Array.from({ length: 8 }, () => archive.store(name, path)))
    expect(await versions(at, name)).toBe(1)
    expect(await archive.readBack(name)).toEqual(facts)
  })

  test('a file that nobody stored is missing', async () => {
    const folder = emptyFolder()
    const archive = ngasArchive(await address())
    expect(await failure(archive.fetch('raw', newName(), join(folder, 'x.fits')))).toBeInstanceOf(FileMissing)
    expect(listing(folder)).toEqual([])
  })
})

test('a raw is found by its file name, or by the dp_id that a plug-in took from its header', async () => {
  const server = await standIn()
  const { path, facts, data } = product('x.fits')
  const upload = { path, bytes: data.length, crc32: crc32(data) }
  await ngasServer(server.address).archive({ ...upload, fileId: 'UVES.2026-03-02T03:36:00.000' })
  const target = join(emptyFolder(), 'raw.fits')
  expect(await ngasArchive(server.address).fetch('raw', 'UVES.2026-03-02T03:36:00.000.fits', target)).toMatchObject(
    facts,
  )
})

test('the newest version is fetched and read back', async () => {
  const server = await standIn()
  const [first, second] = [product('a.fits', 10), product('a.fits', 0, fitsLike('newer', 20))]
  for (const { path, data } of [first, second]) {
    await ngasServer(server.address).archive({ fileId: 'a.fits', path, bytes: data.length, crc32: crc32(data) })
  }
  const archive = ngasArchive(server.address)
  expect(await archive.readBack('a.fits')).toEqual(second.facts)
  expect(await archive.fetch('mcalib', 'a.fits', join(emptyFolder(), 'a.fits'))).toMatchObject(second.facts)
})

test('a broken RETRIEVE goes on where it broke, although the server answers 200 to a range', async () => {
  const server = await standIn()
  const { path, data, facts } = product('a.fits', 400)
  await ngasServer(server.address).archive({ fileId: 'a.fits', path, bytes: data.length, crc32: crc32(data) })
  const folder = emptyFolder()
  const stop = new AbortController()
  // A megabyte takes a second, so the first call is given up in the middle.
  const slow = ngasArchive(server.address.replace('127.0.0.1', 'localhost'), { limits: { bytesPerSecond: 1_000_000 } })
  const fetching = failure(slow.fetch('mcalib', 'a.fits', join(folder, 'a.fits'), stop.signal))
  while ((listing(folder).includes('.a.fits.part') ? readFileSync(join(folder, '.a.fits.part')).length : 0) === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  stop.abort()
  await fetching
  expect(listing(folder)).toEqual(['.a.fits.part', '.a.fits.part.json'])
  expect(await slow.fetch('mcalib', 'a.fits', join(folder, 'a.fits'))).toMatchObject({ ...facts, checksum: 'agrees' })
  expect(server.requests.filter((request) => request.startsWith('GET RETRIEVE'))).toHaveLength(2)
})

test('a lost reply of a server that takes its time is waited for, by this process and by the next', async () => {
  const server = await standIn({ commitMs: 300 })
  const line = await badLine(server.address, 'lose reply')
  const { name, path, facts } = product(newName())
  await ngasArchive(line.address, { settleSeconds: 3 }).store(name, path)
  expect(server.versionsOf(name)).toHaveLength(1)
  expect(await ngasArchive(server.address).readBack(name)).toEqual(facts)

  // What a process that was killed after its last byte leaves: its mark, and a file on its way.
  const second = product(newName())
  const upload = { fileId: second.name, path: second.path, bytes: second.data.length, crc32: crc32(second.data) }
  writeFileSync(join(second.path, '..', `.${second.name}.sent`), '')
  const killed = ngasServer(server.address).archive(upload)
  await ngasArchive(server.address, { settleSeconds: 3 }).store(second.name, second.path)
  await killed
  expect(server.versionsOf(second.name)).toHaveLength(1)
  expect(listing(join(second.path, '..'))).toEqual([second.name])
})

test('damage on its disk is seen by reading back, although the server says that all is well', async () => {
  const server = await standIn()
  const archive = ngasArchive(server.address)
  const { name, path, facts } = product(newName())
  await archive.store(name, path)
  server.damage(name, 'changed')
  const check = await fetch(`${server.address.replace('ngas', 'http')}/CHECKFILE?file_id=${name}`)
  expect([check.status, /Status="(\w+)" State/.exec(await check.text())?.[1]]).toEqual([200, 'SUCCESS'])
  const found = await archive.readBack(name)
  expect(found?.bytes).toBe(facts.bytes)
  expect(found?.sha256).not.toBe(facts.sha256)
  // The check has marked it: it is no longer taken for ours, and no second version is made.
  expect((await failure(archive.store(name, path))).message).toContain('marked as damaged (10000000)')
  const fetched = await archive.fetch('mcalib', name, join(emptyFolder(), name))
  expect(fetched.checksum).toBe('differs')
  server.damage(name, 'gone')
  expect(await failure(archive.readBack(name))).toBeInstanceOf(InfrastructureError)
  expect(server.versionsOf(name)).toHaveLength(1)
})

test('while the server is OFFLINE nothing is missing and nothing is sent', async () => {
  const server = await standIn()
  const archive = ngasArchive(server.address)
  const { name, path } = product(newName())
  await archive.store(name, path)
  server.state = 'OFFLINE'
  const errors = await Promise.all(
    [
      archive.store(name, path),
      archive.store('b.fits', path),
      archive.readBack(name),
      archive.fetch('mcalib', name, join(emptyFolder(), name)),
    ].map(failure),
  )
  for (const error of errors) {
    expect(error).toBeInstanceOf(InfrastructureError)
    expect(error.message).toContain('OFFLINE')
  }
  expect(server.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1)
})

test('a bare 503 is waited out', async () => {
  const server = await standIn({ mostRequests: 1, commitMs: 30 })
  const products = Array.from({ length: 4 }, () => product(newName()))
  const archive = ngasArchive(server.address, { limits: { tries: 50, connections: 3 } })
  await Promise.all(products.map(({ name, path }) => archive.store(name, path)))
  for (const { name, facts } of products) {
    expect(server.versionsOf(name)).toHaveLength(1)
    expect(await archive.readBack(name)).toEqual(facts)
  }
})

test('a login is sent at once from its reference; a wrong one holds the archive and is never shown', async () => {
  const server = await standIn({ login: 'phoenix:top:secret' })
  const { name, path, facts } = product(newName())
  const login = join(emptyFolder(), 'login')
  writeFileSync(login, 'phoenix:top:secret\n')
  const archive = ngasArchive(server.address, { login })
  await archive.store(name, path)
  expect(await archive.readBack(name)).toEqual(facts)
  writeFileSync(login, 'phoenix:other-secret')
  const error = await failure(archive.store(name, path))
  expect(error).toBeInstanceOf(ArchiveUnauthorized)
  expect(`${error.message} ${error.stack}`).not.toMatch(/secret|cGhvZW5peDp/)
})

test('a plug-in that names files by their header is told not to', async () => {
  const server = await standIn({ plugIn: 'fits' })
  const { name, path, facts } = product(newName())
  const archive = ngasArchive(server.address)
  await archive.store(name, path)
  expect(await archive.readBack(name)).toEqual(facts)
})

test('bytes that change on the way are refused by the server, and sent again', async () => {
  const server = await standIn()
  const { path, data } = product('a.fits')
  const upload = { fileId: 'a.fits', path, bytes: data.length, crc32: 12345 }
  const error = await failure(ngasServer(server.address).archive(upload))
  expect([error.name, error.message]).toEqual([
    'InfrastructureError',
    expect.stringContaining('Checksum error for file a.fits'),
  ])
  expect(server.versionsOf('a.fits')).toEqual([])
})

test.each(['../../x', 'a b.fits', `${'x'.repeat(300)}.fits`, '/etc/passwd'])(
  'the name %j is refused before anything is asked',
  async (name) => {
    const server = await standIn()
    const archive = ngasArchive(server.address)
    const { path } = product('a.fits')
    const folder = emptyFolder()
    const works = [archive.store(name, path), archive.readBack(name), archive.fetch('raw', name, join(folder, 'x'))]
    for (const error of await Promise.all(works.map(failure))) expect(error).toBeInstanceOf(PreconditionError)
    expect([server.requests, listing(folder)]).toEqual([[], []])
  },
)

test.each([`${'x'.repeat(60)}.fits`, 'a+b.fits'])('%s is no name for NGAS', async (name) => {
  const server = await standIn()
  expect(await failure(ngasArchive(server.address).store(name, product('a.fits').path))).toBeInstanceOf(IdpRefused)
  expect(server.requests).toEqual([])
})

test('what tells one content of a calibration from another is its version and checksum', async () => {
  const server = await standIn()
  const archive = ngasArchive(server.address)
  const put = async (blocks: number) => {
    const { path, data } = product('UV_MBIA.fits', blocks)
    await ngasServer(server.address).archive({ fileId: 'UV_MBIA.fits', path, bytes: data.length, crc32: crc32(data) })
  }
  await put(3)
  const before = await archive.stampOf('UV_MBIA.fits')
  expect(await archive.stampOf('UV_MBIA.fits')).toBe(before)
  await put(4)
  expect(await archive.stampOf('UV_MBIA.fits')).not.toBe(before)
  await expect(archive.stampOf('UV_MFLT.fits')).rejects.toThrow(FileMissing)
})
