import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InfrastructureError } from '../domain/failure.ts'
import { addChecksums, checksumOf, type ChecksumJudgement, judgeChecksums, withChecksums } from './checksum.ts'
import { FitsError } from './fits-error.ts'
import { dataByteLength, type Hdu, paddedByteLength } from './hdu.ts'
import { BLOCK_BYTES, formatHeader, type Header, headerByteLength, parseHeader } from './header.ts'

/** An HDU that stays on disk: its header, and where its data are. Offsets and lengths in bytes; padding not counted. */
export interface HduOnDisk {
  readonly index: number
  readonly header: Header
  readonly headerOffset: number
  readonly dataOffset: number
  readonly dataBytes: number
}

const HEADER_READ_BYTES = 10 * BLOCK_BYTES
const DATA_READ_BYTES = 1 << 20

/** The bytes of a FITS file; with `checksum`, every HDU gets DATASUM and CHECKSUM. Throws FitsError if a header lies about its data. */
export function formatFits(
  hdus: readonly Hdu[],
  { checksum = false }: { readonly checksum?: boolean } = {},
): Uint8Array {
  const pieces = hdus.flatMap(({ header, data }, index) => {
    const claimed = dataByteLength(header)
    if (claimed !== data.byteLength)
      throw new FitsError(`HDU ${index}: the header claims ${claimed} bytes of data, there are ${data.byteLength}`)
    const firstKeyword = index === 0 ? 'SIMPLE' : 'XTENSION'
    if (header.cards[0]?.keyword !== firstKeyword)
      throw new FitsError(`HDU ${index} begins with ${header.cards[0]?.keyword ?? 'END'}, expected ${firstKeyword}`)
    const padded = Buffer.alloc(paddedByteLength(claimed), paddingByte(header))
    padded.set(data)
    return [formatHeader(checksum ? withChecksums(header, padded) : header), padded]
  })
  return Buffer.concat(pieces)
}

/**
 * Writes the file whole or not at all: under another name in the same folder, synced to disk, then renamed.
 * Adds DATASUM and CHECKSUM unless told not to. Throws InfrastructureError if the disk does not take it.
 */
export async function writeFits(
  path: string,
  hdus: readonly Hdu[],
  { checksum = true }: { readonly checksum?: boolean } = {},
): Promise<void> {
  const bytes = formatFits(hdus, { checksum })
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.partial`)
  try {
    await withFile(temporary, 'wx', async (file) => {
      await file.writeFile(bytes)
      await file.sync()
    })
    await rename(temporary, path)
    await withFile(dirname(path), 'r', (folder) => folder.sync())
  } catch (error) {
    await rm(temporary, { force: true })
    throw new InfrastructureError(`cannot write ${path}: ${reason(error)}`, { cause: error })
  }
}

/** All HDUs with their data in memory. Throws as `readHeaders`. */
export async function readFits(path: string): Promise<Hdu[]> {
  return reading(path, async (file) => {
    const hdus: Hdu[] = []
    for (const place of await findHdus(file)) hdus.push(await loadHdu(file, place))
    return hdus
  })
}

/** One HDU with its data, by its number (0 = primary) or EXTNAME; no other data are read. Throws as `readHeaders`. */
export async function readHdu(path: string, which: number | string): Promise<Hdu> {
  return reading(path, async (file) => {
    const places = await findHdus(file)
    const place = places.find(({ index, header }) => index === which || header.string('EXTNAME') === which)
    if (place === undefined) throw new FitsError(`no HDU ${which} among ${places.length}`)
    return loadHdu(file, place)
  })
}

/**
 * The headers of all HDUs, without reading data. Throws FitsError (with the path) if this is no FITS file, a header is broken,
 * the file is shorter than its headers claim (how many bytes are missing), the last block is not padded, or bytes follow
 * the last HDU; InfrastructureError if the file cannot be read.
 */
export async function readHeaders(path: string): Promise<HduOnDisk[]> {
  return reading(path, findHdus)
}

/**
 * Holds DATASUM and CHECKSUM of every HDU against the file, which is read piece by piece. Nothing is thrown for a wrong
 * sum: CHECKSUM is wrong and DATASUM right when a header was edited on the way. Throws as `readHeaders`.
 */
export async function verifyChecksums(path: string): Promise<HduChecksums[]> {
  return reading(path, async (file) => {
    const results: HduChecksums[] = []
    for (const { index, header, headerOffset, dataOffset, dataBytes } of await findHdus(file)) {
      const computedDatasum = await sumOf(file, dataOffset, paddedByteLength(dataBytes))
      const hduSum = addChecksums(await sumOf(file, headerOffset, dataOffset - headerOffset), computedDatasum)
      results.push({ hdu: index, ...judgeChecksums(header, computedDatasum, hduSum), computedDatasum })
    }
    return results
  })
}

export interface HduChecksums extends ChecksumJudgement {
  /** 0 = primary. */
  readonly hdu: number
  readonly computedDatasum: number
}

async function findHdus(file: FileHandle): Promise<HduOnDisk[]> {
  const { size } = await file.stat()
  const hdus: HduOnDisk[] = []
  for (let offset = 0; offset < size || offset === 0; ) {
    const hdu = await findHdu(file, hdus.length, offset, size)
    hdus.push(hdu)
    offset = hdu.dataOffset + paddedByteLength(hdu.dataBytes)
  }
  return hdus
}

async function findHdu(file: FileHandle, index: number, headerOffset: number, size: number): Promise<HduOnDisk> {
  const bytes = await readHeaderBytes(file, index, headerOffset, size)
  const header = parseHeader(bytes, headerOffset)
  const dataOffset = headerOffset + bytes.byteLength
  const dataBytes = dataByteLength(header)
  const missing = dataOffset + paddedByteLength(dataBytes) - size
  const missingData = dataOffset + dataBytes - size
  if (missingData > 0)
    throw new FitsError(`truncated: ${missing} bytes are missing, ${missingData} of them data of HDU ${index}`)
  if (missing > 0) throw new FitsError(`the last block is not padded: ${missing} bytes are missing after HDU ${index}`)
  return { index, header, headerOffset, dataOffset, dataBytes }
}

/** Exactly the blocks of the header. */
async function readHeaderBytes(file: FileHandle, index: number, offset: number, size: number): Promise<Uint8Array> {
  for (let length = HEADER_READ_BYTES; ; length *= 4) {
    const bytes = await readBytes(file, offset, Math.min(length, size - offset))
    const start = Buffer.from(bytes.subarray(0, 10)).toString('latin1')
    if (start !== (index === 0 ? 'SIMPLE  = ' : 'XTENSION= '))
      throw new FitsError(
        index === 0
          ? 'not a FITS file: it does not begin with SIMPLE'
          : `${size - offset} bytes follow the last HDU, from byte ${offset} on, and are no extension`,
      )
    const found = headerByteLength(bytes)
    if (found !== undefined && found <= bytes.byteLength) return bytes.subarray(0, found)
    if (offset + bytes.byteLength >= size)
      throw new FitsError(`truncated: the file ends at byte ${size} inside the header of HDU ${index}`)
  }
}

async function loadHdu(file: FileHandle, { header, dataOffset, dataBytes }: HduOnDisk): Promise<Hdu> {
  return { header, data: await readBytes(file, dataOffset, dataBytes) }
}

async function sumOf(file: FileHandle, offset: number, length: number): Promise<number> {
  let sum = 0
  const buffer = new Uint8Array(Math.min(length, DATA_READ_BYTES))
  for (let at = 0; at < length; at += buffer.byteLength)
    sum = checksumOf(await readInto(file, buffer.subarray(0, length - at), offset + at), sum)
  return sum
}

async function readBytes(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  return readInto(file, new Uint8Array(length), offset)
}

async function readInto(file: FileHandle, bytes: Uint8Array, offset: number): Promise<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.byteLength - at, offset + at)
    if (bytesRead === 0)
      throw new FitsError(`the file became shorter while it was read: byte ${offset + at} is missing`)
    at += bytesRead
  }
  return bytes
}

/** Every FitsError gets the path; what the operating system says is infrastructure. */
async function reading<Result>(path: string, read: (file: FileHandle) => Promise<Result>): Promise<Result> {
  try {
    return await withFile(path, 'r', read)
  } catch (error) {
    if (error instanceof FitsError) throw new FitsError(`${path}: ${error.message}`, { cause: error })
    throw new InfrastructureError(`cannot read ${path}: ${reason(error)}`, { cause: error })
  }
}

async function withFile<Result>(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, flags)
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

/** ASCII tables are padded with blanks, everything else with zero bytes (FITS 4.0, sections 3.3.2, 7.2.3, 7.3.3). */
function paddingByte(header: Header): number {
  return header.get('XTENSION') !== undefined && header.string('XTENSION') === 'TABLE' ? 0x20 : 0
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
