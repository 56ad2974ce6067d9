import { createReadStream, utimesSync } from 'node:fs'
import { rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { InfrastructureError } from '../domain/failure.ts'
import { checkedFileName, dpId } from '../domain/file-name.ts'
import {
  type FetchedFile,
  type FileFacts,
  type FileKind,
  FileMissing,
  type FileSource,
  IdpRefused,
  type IdpArchive,
} from './archive.ts'
import { withBackOff } from './back-off.ts'
import { batches } from './body.ts'
import { fileFacts } from './copy-file.ts'
import { download } from './download.ts'
import type { HttpAccess } from './http-client.ts'
import { isCrc32, type NgasFile } from './ngas-reply.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { NgasServer, ReplyLost, UploadRefused } from './ngas-server.ts'
import { crc32Checksum, Sums } from './stated-checksums.ts'
import { readToken, type TokenReference } from './token.ts'
import { sharedLimit, TRANSFER_LIMITS, type TransferLimits } from './transfer-limits.ts'

export interface NgasArchiveOptions {
  /** `ngas://host:port` */
  readonly address: string
  /** Where `user:password` is; null: the server asks for no login. */
  readonly login?: TokenReference | null
  readonly redirectHosts?: readonly string[]
  readonly limits?: Partial<TransferLimits>
  /** How long after the last byte of an upload the file may still appear in the server's database, when its reply was lost. */
  readonly settleSeconds?: number
}

/**
 * NGAS, the archive system that ESO and ALMA run. The server makes a new version of whatever it is sent, so the promises that a file is
 * stored once, and under one content, are kept here: look, send, look again, one upload of a name at a time.
 */
export class NgasArchive implements FileSource, IdpArchive {
  readonly name: string
  readonly #access: HttpAccess
  readonly #server: NgasServer
  readonly #settleSeconds: number

  constructor({ address, login = null, redirectHosts = [], limits = {}, settleSeconds = 15 }: NgasArchiveOptions) {
    const { host } = new URL(address.replace(/^ngas:/i, 'http:'))
    this.name = `ngas://${host}`
    this.#settleSeconds = settleSeconds
    this.#access = {
      name: this.name,
      redirectHosts,
      keepAlive: false,
      // Longer than the 60 s after which the server itself drops a request that does not move.
      limits: { ...TRANSFER_LIMITS, idleSeconds: 90, ...limits },
      authorization: async () =>
        login === null ? null : `Basic ${Buffer.from(await readToken(login)).toString('base64')}`,
    }
    this.#server = new NgasServer(`http://${host}`, this.#access)
  }

  async fetch(kind: FileKind, fileName: string, target: string, signal?: AbortSignal): Promise<FetchedFile> {
    return this.#fetchStored(await this.#find(checkedFileName(fileName), kind, signal), fileName, target, signal)
  }

  async stampOf(fileName: string, signal?: AbortSignal): Promise<string> {
    const { fileId, version, bytes, checksum } = await this.#find(checkedFileName(fileName), 'mcalib', signal)
    return `${this.name} ${fileId} version ${version} ${bytes} ${checksum}`
  }

  async fetchIdp(archiveName: string, target: string, signal?: AbortSignal): Promise<FileFacts> {
    const fileId = checkedFileId(archiveName)
    const stored = await withBackOff(this.#access.limits, () => this.#server.status(fileId, undefined, signal), signal)
    if (stored === null) throw new FileMissing(`${archiveName} is not in archive ${this.name}`)
    const { bytes, sha256 } = await this.#fetchStored(stored, archiveName, target, signal)
    return { bytes, sha256 }
  }

  async bytesOf(archiveName: string): Promise<number | null> {
    const fileId = checkedFileId(archiveName)
    const stored = await withBackOff(this.#access.limits, () => this.#server.status(fileId))
    return stored?.bytes ?? null
  }

  /** The server tells of one file at a time. */
  names(): Promise<null> {
    return Promise.resolve(null)
  }

  async #fetchStored(stored: NgasFile, fileName: string, target: string, signal?: AbortSignal): Promise<FetchedFile> {
    const { limits } = this.#access
    // The version is part of the identity, so that a part is only continued from the same bytes.
    const identity = `${this.name} ${stored.fileId} ${stored.version}`
    const checksums = isCrc32(stored) ? [crc32Checksum(Number(stored.checksum))] : []
    const open = (headers: Readonly<Record<string, string>>, aborted?: AbortSignal) =>
      this.#server.retrieve(stored, { headers, signal: aborted })
    const resource = { archive: this.name, fileName, identity, checksums, open }
    return download(resource, target, limits, sharedLimit(this.name, limits), signal)
  }

  async store(archiveName: string, path: string): Promise<void> {
    const fileId = checkedFileId(archiveName)
    await oneAtATime(`${this.name} ${fileId}`, async () => {
      const facts = await sizeAndCrc(path)
      await new Store(this.#server, this.#access, this.#settleSeconds, { fileId, path, ...facts }).run()
    })
  }

  /** The bytes themselves are read: CHECKFILE reports success of a damaged file, and RETRIEVE sends one without a word. */
  async readBack(archiveName: string): Promise<FileFacts | null> {
    const fileId = checkedFileId(archiveName)
    const { limits } = this.#access
    return withBackOff(limits, async () => {
      const stored = await this.#server.status(fileId)
      if (stored === null) return null
      using _connection = await sharedLimit(this.name, limits).connection()
      return this.#read(stored)
    })
  }

  async #read(stored: NgasFile): Promise<FileFacts> {
    const { body, headers } = await this.#server.retrieve(stored, {})
    const sums = new Sums(['sha256'])
    let bytes = 0
    for await (const batch of batches(this.name, body, this.#access.limits)) {
      for (const chunk of batch) {
        sums.update(chunk)
        bytes += chunk.byteLength
      }
      await sharedLimit(this.name, this.#access.limits).bytes(batch.reduce((sum, chunk) => sum + chunk.byteLength, 0))
    }
    // HTTP/1.0: the end of the connection is the end of the file, whyever it ended.
    const promised = headers['content-length']
    if (promised !== undefined && Number(promised) !== bytes) {
      throw new InfrastructureError(`archive ${this.name}: ${stored.fileId} ended after ${bytes} of ${promised} bytes`)
    }
    return { bytes, sha256: sums.all()[0]?.hex ?? '' }
  }

  /** Raws may be stored by their file name or, where the server reads ARCFILE, by their dp_id. */
  async #find(fileName: string, kind: FileKind, signal?: AbortSignal): Promise<NgasFile> {
    const ids = kind === 'raw' && dpId(fileName) !== fileName ? [fileName, dpId(fileName)] : [fileName]
    for (const id of ids) {
      const stored = await withBackOff(this.#access.limits, () => this.#server.status(id, undefined, signal), signal)
      if (stored !== null) return stored
    }
    throw new FileMissing(`${fileName} is not in archive ${this.name}`)
  }
}

interface UploadFacts {
  readonly fileId: string
  readonly path: string
  readonly bytes: number
  readonly crc32: number
}

/** Brings one file into the server once. */
class Store {
  readonly #server: NgasServer
  readonly #access: HttpAccess
  readonly #settleMs: number
  readonly #upload: UploadFacts
  /** Says, also to a later process, that an upload was begun whose end nobody has seen. */
  readonly #mark: string

  constructor(server: NgasServer, access: HttpAccess, settleSeconds: number, upload: UploadFacts) {
    this.#server = server
    this.#access = access
    this.#settleMs = settleSeconds * 1000
    this.#upload = upload
    this.#mark = join(dirname(upload.path), `.${upload.fileId}.sent`)
  }

  async run(): Promise<void> {
    await withBackOff(this.#access.limits, async () => {
      if (!(await this.#isStored())) await this.#send()
    })
    await rm(this.#mark, { force: true })
  }

  /**
   * Whether the server has the file. As long as an upload may still be on its way into the server's database, "not there" is not believed.
   *
   * @throws IdpRefused when another file has the name, or the server's copy is damaged
   */
  async #isStored(): Promise<boolean> {
    for (;;) {
      const stored = await this.#server.status(this.#upload.fileId)
      if (stored !== null) return this.#isSame(stored)
      const waitMs = (await this.#lastSentMs()) + this.#settleMs - Date.now()
      if (waitMs <= 0) return false
      await sleep(Math.min(waitMs, LOOK_EVERY_MS))
    }
  }

  async #send(): Promise<void> {
    const { fileId } = this.#upload
    using _connection = await sharedLimit(this.#access.name, this.#access.limits).connection()
    await writeFile(this.#mark, '', { mode: 0o600 })
    try {
      // Killed in the middle of a long upload, we must not take its beginning for the time of its end.
      const onSent = () => utimesSync(this.#mark, new Date(), new Date())
      const stored = await this.#server.archive({ ...this.#upload, onSent })
      if (stored.fileId !== fileId) {
        throw new IdpRefused(
          `archive ${this.#access.name} stores ${fileId} as ${stored.fileId}: its plug-in for FITS files names them itself`,
        )
      }
      // Parallel uploads may each be told that they are version N: the database has the truth.
      const seen = await this.#server.status(fileId, stored.version)
      if (seen === null)
        throw new ReplyLost(`archive ${this.#access.name} does not know ${fileId} after it has stored it`)
      await this.#isSame(seen)
    } catch (error) {
      if (error instanceof UploadRefused) throw new IdpRefused(error.message, { cause: error })
      // From now on the server may take its time.
      if (error instanceof ReplyLost) await writeFile(this.#mark, '', { mode: 0o600 })
      else await rm(this.#mark, { force: true })
      throw error
    }
  }

  /** True, or thrown: what else is there under this name must not get a second version. */
  async #isSame(stored: NgasFile): Promise<true> {
    const { fileId, bytes, crc32: crc, path } = this.#upload
    const what = `archive ${this.#access.name} has ${fileId} version ${stored.version}`
    if (stored.flags !== '' && !/^0+$/.test(stored.flags))
      throw new IdpRefused(`${what}, marked as damaged (${stored.flags})`)
    if (isCrc32(stored)) {
      if (stored.bytes === bytes && Number(stored.checksum) === crc) return true
    } else if (stored.bytes === bytes && (await this.#holdsOurBytes(stored, path))) return true
    throw new IdpRefused(
      `${what} with other content: ${stored.bytes} bytes, ${stored.checksumKind} ${stored.checksum}; ours has ${bytes} bytes, crc32 ${crc}`,
    )
  }

  /** For a kind of checksum that we do not make: compared by the bytes. */
  async #holdsOurBytes(stored: NgasFile, path: string): Promise<boolean> {
    const { body } = await this.#server.retrieve(stored, {})
    const sums = new Sums(['sha256'])
    for await (const batch of batches(this.#access.name, body, this.#access.limits)) {
      for (const chunk of batch) sums.update(chunk)
    }
    return sums.all()[0]?.hex === (await fileFacts(path)).sha256
  }

  async #lastSentMs(): Promise<number> {
    return (await stat(this.#mark).catch(() => null))?.mtimeMs ?? 0
  }
}

const LOOK_EVERY_MS = 500
/** Of the server's database schemas. */
const FILE_ID_LENGTH = 64

/** A plus sign does not survive in the `filename` of the server, which unescapes it twice. */
function checkedFileId(name: string): string {
  if (checkedFileName(name).length > FILE_ID_LENGTH || name.includes('+')) {
    throw new IdpRefused(`NGAS takes names of at most ${FILE_ID_LENGTH} characters without +, not ${name}`)
  }
  return name
}

async function sizeAndCrc(path: string): Promise<{ bytes: number; crc32: number }> {
  let bytes = 0
  let crc = 0
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 1 << 18 })
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    crc = crc32(chunk, crc)
  }
  return { bytes, crc32: crc }
}
