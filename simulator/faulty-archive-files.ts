import { createHash } from 'node:crypto'
import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseChecksumList } from '../archive/checksum-list.ts'
import { packLzw } from './pack-lzw.ts'

/** A file as the archive sends it. */
export interface StoredFile {
  readonly bytes: number
  readonly etag: string
  readonly isPacked: boolean
  /** Of the file as it is unpacked; null when the list of the folder does not have it. */
  readonly sha256: string | null
  /** From a byte on, in pieces. */
  readonly read: (from: number) => AsyncIterable<Buffer>
}

const PIECE_BYTES = 1 << 16
const FOLDERS = ['raw', 'mcalib'] as const

/** The files of a folder archive, by dp_id or by name. */
export class StoredFiles {
  readonly #folder: string
  readonly #seed: number
  readonly #packed = new Map<string, Promise<Buffer>>()

  constructor(folder: string, seed: number) {
    this.#folder = folder
    this.#seed = seed
  }

  async find(name: string, isPacked: boolean): Promise<StoredFile | null> {
    for (const folder of FOLDERS) {
      for (const fileName of [name, `${name}.fits`]) {
        const path = join(this.#folder, folder, fileName)
        const facts = await stat(path).catch(() => null)
        if (facts?.isFile() !== true) continue
        const sums = parseChecksumList((await this.list(folder)) ?? '')
        const etag = createHash('md5')
          .update(`${this.#seed} ${path} ${facts.mtimeMs} ${facts.size} ${isPacked}`)
          .digest('hex')
        const common = { etag: `"${etag}"`, isPacked, sha256: sums.get(fileName) ?? null }
        if (!isPacked) return { ...common, bytes: facts.size, read: (from) => readFrom(path, from) }
        const packed = await this.#pack(path)
        return { ...common, bytes: packed.byteLength, read: (from) => piecesOf(packed, from) }
      }
    }
    return null
  }

  async list(folder: string): Promise<string | null> {
    return readFile(join(this.#folder, folder, 'SHA256SUMS'), 'utf8').catch(() => null)
  }

  #pack(path: string): Promise<Buffer> {
    const known = this.#packed.get(path)
    if (known !== undefined) return known
    const packing = readFile(path).then((data) => packLzw(data))
    this.#packed.set(path, packing)
    return packing
  }
}

async function* readFrom(path: string, from: number): AsyncGenerator<Buffer> {
  await using handle = await open(path)
  for (let position = from; ; ) {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES)
    const { bytesRead } = await handle.read(buffer, 0, PIECE_BYTES, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

async function* piecesOf(data: Buffer, from: number): AsyncGenerator<Buffer> {
  for (let at = from; at < data.byteLength; at += PIECE_BYTES) yield data.subarray(at, at + PIECE_BYTES)
}
