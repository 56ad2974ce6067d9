import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { PreconditionError } from '../../domain/failure.ts'

/**
 * Opens one member of a zip file as a stream of its contents (APPNOTE.TXT 6.3: end of central directory 4.3.16,
 * central directory 4.3.12, local header 4.3.7). Only what a wheel of less than 4 GB holds: stored and deflated
 * members. Throws PreconditionError where the file is no such zip or has no such member.
 */
export async function openZipMember(path: string, isWanted: (name: string) => boolean): Promise<Readable> {
  const member = await findMember(path, isWanted)
  if (member.compressedBytes === 0) return Readable.from([])
  const compressed = createReadStream(path, { start: member.start, end: member.start + member.compressedBytes - 1 })
  if (member.method === 0) return compressed
  const inflate = createInflateRaw()
  compressed.on('error', (error) => inflate.destroy(error))
  return compressed.pipe(inflate)
}

interface Member {
  readonly method: number
  readonly start: number
  readonly compressedBytes: number
}

const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const headerSignature = 0x04034b50

async function findMember(path: string, isWanted: (name: string) => boolean): Promise<Member> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const read = async (start: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start)
      if (bytesRead !== length) throw new PreconditionError(`${path} is not a complete zip file`)
      return buffer
    }
    const tailLength = Math.min(size, 22 + 65_535) // the record and the longest comment behind it
    const tail = await read(size - tailLength, tailLength)
    const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
    if (end < 0 || end + 22 > tail.length || tail.readUInt32LE(end) !== endSignature) {
      throw new PreconditionError(`${path} is not a complete zip file`)
    }
    const directory = await read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12))
    for (const entry of entries(directory)) {
      if (!isWanted(entry.name)) continue
      if (entry.method !== 0 && entry.method !== 8)
        throw new PreconditionError(`${path}: ${entry.name}: unknown compression`)
      const header = await read(entry.headerStart, 30)
      if (header.readUInt32LE(0) !== headerSignature) throw new PreconditionError(`${path} is a damaged zip file`)
      const start = entry.headerStart + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
      return { method: entry.method, start, compressedBytes: entry.compressedBytes }
    }
    throw new PreconditionError(`${path} does not hold the wanted file`)
  } finally {
    await file.close()
  }
}

function* entries(directory: Buffer) {
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === entrySignature; ) {
    const nameLength = directory.readUInt16LE(at + 28)
    yield {
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      compressedBytes: directory.readUInt32LE(at + 20),
      headerStart: directory.readUInt32LE(at + 42),
    }
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
}
