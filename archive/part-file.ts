import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { syncPath } from './copy-file.ts'

const factsSchema = z.object({
  /** What is being fetched, and from where. */
  resource: z.string(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  totalBytes: z.number().int().nonnegative().nullable(),
  checksums: z.array(z.object({ algorithm: z.enum(['md5', 'sha1', 'sha256', 'sha512', 'crc32']), hex: z.string() })),
})
const sidecarSchema = factsSchema.extend({ owner: z.string() })

/** What the archive said of the file whose first bytes are here: the rest is taken only from that same file. */
export type PartFacts = z.infer<typeof factsSchema>

/**
 * The part of a file that has arrived, as it was sent: `.<target>.part` beside the target, and `.<target>.part.json` with what the archive
 * said of it. The names follow from the target, so that a process that is started after a crash finds both.
 */
export class PartFile {
  readonly path: string
  /** Where a packed file is unpacked to; of no use to a later process. */
  readonly unpackedPath: string
  readonly #sidecar: string
  readonly #target: string
  readonly #handle: FileHandle
  #bytes: number
  #facts: PartFacts | null
  #unsyncedBytes = 0
  #syncing: Promise<void> | null = null
  #syncError: Error | null = null

  private constructor(stem: string, target: string, handle: FileHandle, bytes: number, facts: PartFacts | null) {
    this.path = `${stem}.part`
    this.unpackedPath = `${stem}.unpacked`
    this.#sidecar = `${stem}.part.json`
    this.#target = target
    this.#handle = handle
    this.#bytes = bytes
    this.#facts = facts
  }

  /** The part that an earlier try or process left of this resource, or an empty one. */
  static async open(target: string, resource: string): Promise<PartFile> {
    const folder = dirname(target)
    let stem = join(folder, `.${basename(target)}`)
    let sidecar = await readSidecar(`${stem}.part.json`)
    if (sidecar !== null && isAnotherLivingProcess(sidecar.owner)) {
      // A worker that is still ending, for example. It keeps its part, we make our own from the beginning.
      stem = `${stem}.${randomBytes(6).toString('hex')}`
      sidecar = null
    }
    const isOurs = sidecar?.resource === resource
    const handle = await open(`${stem}.part`, isOurs ? 'a+' : 'w+', 0o600)
    const bytes = (await handle.stat()).size
    const facts = isOurs && bytes > 0 ? factsSchema.parse(sidecar) : null
    const part = new PartFile(stem, target, handle, bytes, facts)
    if (facts === null) await part.startAgain()
    else await part.#writeSidecar(facts)
    return part
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Null as long as nothing is here. */
  get facts(): PartFacts | null {
    return this.#facts
  }

  /** To be called before the first byte is appended, and when more has become known. */
  async setFacts(facts: PartFacts): Promise<void> {
    await this.#writeSidecar(facts)
    this.#facts = facts
  }

  async append(chunks: readonly Buffer[]): Promise<void> {
    for (let rest = chunks; rest.length > 0; ) {
      const { bytesWritten } = await this.#handle.writev(rest, this.#bytes)
      this.#bytes += bytesWritten
      this.#unsyncedBytes += bytesWritten
      rest = without(rest, bytesWritten)
    }
    if (this.#syncError !== null) throw this.#syncError
    // On the way, so that little is left to wait for at the end. The kernel tells of a failure once: it is kept.
    if (this.#unsyncedBytes < SYNC_BYTES || this.#syncing !== null) return
    this.#unsyncedBytes = 0
    this.#syncing = this.#sync()
  }

  /** What is here, from the beginning. */
  async *read(): AsyncGenerator<Buffer> {
    const end = this.#bytes
    for (let position = 0; position < end; ) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, end - position))
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.byteLength, position)
      if (bytesRead === 0) throw new Error(`${this.path} has become shorter`)
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }

  /** Forgets what is here. */
  async startAgain(): Promise<void> {
    await rm(this.#sidecar, { force: true })
    await this.#handle.truncate(0)
    this.#bytes = 0
    this.#facts = null
  }

  /** Gives the whole file its name: the part itself, or what was unpacked from it. */
  async finish(isUnpacked: boolean): Promise<void> {
    if (isUnpacked) await syncPath(this.unpackedPath)
    else await this.#syncAll()
    await rename(isUnpacked ? this.unpackedPath : this.path, this.#target)
    await syncPath(dirname(this.#target))
    await rm(this.#sidecar, { force: true })
    await rm(this.path, { force: true })
  }

  /** Removes all of it: nobody will want the rest. */
  async discard(): Promise<void> {
    for (const path of [this.#sidecar, this.path, this.unpackedPath]) await rm(path, { force: true })
  }

  async close(): Promise<void> {
    await this.#syncing
    await this.#handle.close()
    if (this.#bytes === 0) await this.discard()
    else await rm(this.unpackedPath, { force: true })
  }

  async #syncAll(): Promise<void> {
    await this.#syncing
    await this.#sync()
    if (this.#syncError !== null) throw this.#syncError
  }

  async #sync(): Promise<void> {
    try {
      await this.#handle.datasync()
    } catch (error) {
      this.#syncError = error instanceof Error ? error : new Error(String(error))
    } finally {
      this.#syncing = null
    }
  }

  async #writeSidecar(facts: PartFacts): Promise<void> {
    const next = `${this.#sidecar}.next`
    await writeFile(next, JSON.stringify({ ...facts, owner: OWNER }), { mode: 0o600 })
    await rename(next, this.#sidecar)
  }
}

const READ_BYTES = 1 << 19
const SYNC_BYTES = 1 << 23

/** A number alone does not name a process, since numbers are used again: its start time is added. */
const OWNER = `${process.pid} ${startTime(process.pid)}`

function isAnotherLivingProcess(owner: string): boolean {
  const [pid, started] = owner.split(' ')
  return owner !== OWNER && startTime(Number(pid)) === started
}

/** Field 22 of /proc/<pid>/stat; empty when there is no such process, or it has ended and waits to be reaped. */
function startTime(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '')
  } catch {
    return ''
  }
}

/** Null for none, and for one that a crash or somebody else has spoilt: then the file is fetched from its beginning. */
async function readSidecar(path: string): Promise<z.infer<typeof sidecarSchema> | null> {
  try {
    return sidecarSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}

function without(chunks: readonly Buffer[], bytes: number): readonly Buffer[] {
  let skip = bytes
  return chunks.flatMap((chunk) => {
    const skipped = Math.min(skip, chunk.byteLength)
    skip -= skipped
    return skipped === chunk.byteLength ? [] : [chunk.subarray(skipped)]
  })
}
