import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FileMissing, IdpRefused } from '../../archive/archive.ts'
import { FolderArchive } from '../../archive/folder.ts'
import { InfrastructureError, PreconditionError } from '../../domain/failure.ts'

const sumOf = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
const RAW = 'UVES.2026-03-02T03:36:00.000.fits'
const ADP = 'ADP.2026-03-02T12:00:00.000.fits'

let folder: string
let root: string
let archive: FolderArchive
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-archive-'))
  root = join(folder, 'archive')
  for (const room of ['raw', 'mcalib', 'gencalib', 'idp']) mkdirSync(join(root, room), { recursive: true })
  archive = new FolderArchive(root)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (room: string, name: string, bytes: Buffer | string) => writeFileSync(join(root, room, name), bytes)
const target = () => join(folder, 'target.fits')

describe('fetching', () => {
  test("brings the file with its sum, and says what the archive's own list thinks of it", async () => {
    const bytes = Buffer.alloc(700_000, 'phoenix')
    put('raw', RAW, bytes)
    expect(await archive.fetch('raw', RAW, target())).toEqual({
      path: target(),
      bytes: 700_000,
      sha256: sumOf(bytes),
      checksum: 'unlisted',
    })
    put('raw', 'SHA256SUMS', `${sumOf(bytes)}  ${RAW}\n`)
    expect(await archive.fetch('raw', RAW, target())).toMatchObject({ checksum: 'agrees' })
    put('raw', 'SHA256SUMS', `${sumOf('other')}  ${RAW}\n`)
    expect(await archive.fetch('raw', RAW, target())).toMatchObject({ checksum: 'differs', sha256: sumOf(bytes) })
    expect(readFileSync(target()).equals(bytes)).toBe(true)
  })

  test('follows a symbolic link, since observatories link their storage', async () => {
    writeFileSync(join(folder, 'elsewhere'), 'data')
    symlinkSync(join(folder, 'elsewhere'), join(root, 'mcalib', 'UV_MBIA.fits'))
    expect(await archive.fetch('mcalib', 'UV_MBIA.fits', target())).toMatchObject({ bytes: 4 })
  })

  test('a file that the archive does not have is missing; a folder of that name is no file', async () => {
    put('raw', 'another.fits', 'data')
    mkdirSync(join(root, 'raw', 'folder.fits'))
    for (const name of [RAW, 'folder.fits']) {
      await expect(archive.fetch('raw', name, target())).rejects.toThrow(FileMissing)
    }
    expect(readdirSync(folder)).toEqual(['archive'])
  })

  test('an archive that is not mounted says nothing about a file', async () => {
    await expect(archive.fetch('raw', RAW, target())).rejects.toThrow(/is empty: is it mounted/)
    rmSync(root, { recursive: true })
    for (const work of [archive.fetch('raw', RAW, target()), archive.readBack(ADP), archive.store(ADP, target())]) {
      await expect(work).rejects.toThrow(InfrastructureError)
    }
  })

  test('a target that cannot be written is our own machine, and leaves nothing', async () => {
    put('raw', RAW, 'data')
    await expect(archive.fetch('raw', RAW, join(folder, 'none', 'x.fits'))).rejects.toThrow(InfrastructureError)
    mkdirSync(target())
    await expect(archive.fetch('raw', RAW, target())).rejects.toThrow(InfrastructureError)
    expect(readdirSync(folder).toSorted()).toEqual(['archive', 'target.fits'])
  })

  test('replaces what an earlier try left, and is never seen half: whoever looks finds a partial name or the whole', async () => {
    const bytes = Buffer.alloc(8_000_000, 'x')
    put('raw', RAW, bytes)
    writeFileSync(target(), 'old')
    const seen = new Set<number>()
    let done = false
    const looking = (async () => {
      while (!done) {
        seen.add(readFileSync(target()).byteLength)
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    await archive.fetch('raw', RAW, target())
    done = true
    await looking
    seen.add(readFileSync(target()).byteLength)
    expect([...seen].toSorted((a, b) => a - b)).toEqual([3, 8_000_000])
    expect(readdirSync(folder).toSorted()).toEqual(['archive', 'target.fits'])
  })

  test('two at once for one target both succeed', async () => {
    put('raw', RAW, Buffer.alloc(1_000_000, 'y'))
    await Promise.all([archive.fetch('raw', RAW, target()), archive.fetch('raw', RAW, target())])
    expect(readFileSync(target()).byteLength).toBe(1_000_000)
    expect(readdirSync(folder).toSorted()).toEqual(['archive', 'target.fits'])
  })
})

test('what tells one content of a calibration from another changes with the file or with its sum on the list', async () => {
  put('mcalib', 'UV_MBIA.fits', 'one')
  const before = await archive.stampOf('UV_MBIA.fits')
  expect(await archive.stampOf('UV_MBIA.fits')).toBe(before)
  put('mcalib', 'SHA256SUMS', `${sumOf('one')}  UV_MBIA.fits\n`)
  const listed = await archive.stampOf('UV_MBIA.fits')
  expect(listed).not.toBe(before)
  put('mcalib', 'UV_MBIA.fits', 'two two')
  expect(await archive.stampOf('UV_MBIA.fits')).not.toBe(listed)
  await expect(archive.stampOf('UV_MFLT.fits')).rejects.toThrow(FileMissing)
})

describe('what was ingested', () => {
  test('is fetched as it lies there, its size told without reading, all names listed but that of the list of sums', async () => {
    put('idp', ADP, 'spectrum')
    put('idp', 'stray', '')
    put('idp', 'SHA256SUMS', '')
    expect(await archive.fetchIdp(ADP, target())).toEqual({ bytes: 8, sha256: sumOf('spectrum') })
    expect(readFileSync(target(), 'utf8')).toBe('spectrum')
    expect(await archive.bytesOf(ADP)).toBe(8)
    expect(await archive.bytesOf('ADP.other.fits')).toBeNull()
    expect(await archive.names()).toEqual([ADP, 'stray'])
    await expect(archive.fetchIdp('ADP.other.fits', target())).rejects.toThrow(FileMissing)
  })

  test('is not lost when the archive is not mounted: it is away', async () => {
    rmSync(join(root, 'idp'), { recursive: true })
    await expect(archive.fetchIdp(ADP, target())).rejects.toThrow(InfrastructureError)
    await expect(archive.bytesOf(ADP)).rejects.toThrow(InfrastructureError)
    await expect(archive.names()).rejects.toThrow(InfrastructureError)
  })
})

describe('storing', () => {
  const product = () => join(folder, 'product.fits')
  const stored = () => readFileSync(join(root, 'idp', ADP), 'utf8')
  const listed = () => readFileSync(join(root, 'idp', 'SHA256SUMS'), 'utf8')

  test('puts the file and its sum; again changes nothing', async () => {
    writeFileSync(product(), 'spectrum')
    expect(await archive.readBack(ADP)).toBeNull()
    for (let time = 0; time < 2; time += 1) {
      await archive.store(ADP, product())
      expect(stored()).toBe('spectrum')
      expect(listed()).toBe(`${sumOf('spectrum')}  ${ADP}\n`)
      expect(await archive.readBack(ADP)).toEqual({ bytes: 8, sha256: sumOf('spectrum') })
    }
    expect(readdirSync(join(root, 'idp')).toSorted()).toEqual([ADP, 'SHA256SUMS'])
  })

  test('finishes what was stored without its sum', async () => {
    writeFileSync(product(), 'spectrum')
    put('idp', ADP, 'spectrum')
    await archive.store(ADP, product())
    expect(listed()).toBe(`${sumOf('spectrum')}  ${ADP}\n`)
  })

  test('another file of that name is refused for good, and stays as it is', async () => {
    writeFileSync(product(), 'spectrum')
    put('idp', ADP, 'of somebody else')
    await expect(archive.store(ADP, product())).rejects.toThrow(IdpRefused)
    expect(stored()).toBe('of somebody else')
    expect(existsSync(join(root, 'idp', 'SHA256SUMS'))).toBe(false)
  })

  test('what is read back is what lies there now', async () => {
    writeFileSync(product(), 'spectrum')
    await archive.store(ADP, product())
    truncateSync(join(root, 'idp', ADP), 3)
    expect(await archive.readBack(ADP)).toEqual({ bytes: 3, sha256: sumOf('spe') })
  })

  test('a folder that is not there is not made: it may be that the archive is not mounted', async () => {
    writeFileSync(product(), 'spectrum')
    rmSync(join(root, 'idp'), { recursive: true })
    await expect(archive.store(ADP, product())).rejects.toThrow(InfrastructureError)
    await expect(archive.readBack(ADP)).rejects.toThrow(InfrastructureError)
    expect(readdirSync(root).toSorted()).toEqual(['gencalib', 'mcalib', 'raw'])
    writeFileSync(join(root, 'idp'), 'a file')
    await expect(archive.store(ADP, product())).rejects.toThrow(InfrastructureError)
  })
})

test('no name leads out of the archive', async () => {
  writeFileSync(join(folder, 'secret'), 'secret')
  for (const name of ['../../secret', '../secret', '/etc/passwd', '..', '', 'a/b', 'a\0b', '.hidden']) {
    await expect(archive.fetch('raw', name, target())).rejects.toThrow(PreconditionError)
    await expect(archive.store(name, target())).rejects.toThrow(PreconditionError)
    await expect(archive.readBack(name)).rejects.toThrow(PreconditionError)
    await expect(archive.fetchIdp(name, target())).rejects.toThrow(PreconditionError)
    await expect(archive.bytesOf(name)).rejects.toThrow(PreconditionError)
  }
  expect(readdirSync(folder).toSorted()).toEqual(['archive', 'secret'])
})
