import type { FetchedFile, FileKind, FileSource } from './archive.ts'
import { FileMissing } from './archive.ts'
import { checkedFileName, dpId } from '../domain/file-name.ts'
import { parseChecksumList } from './checksum-list.ts'
import { batches } from './body.ts'
import { withBackOff } from './back-off.ts'
import { download } from './download.ts'
import { ask, giveUp, type HttpAccess, throwUnlessFine } from './http-client.ts'
import { type Checksum, statedChecksums } from './stated-checksums.ts'
import { readToken, type TokenReference } from './token.ts'
import { sharedLimit, TRANSFER_LIMITS, type TransferLimits } from './transfer-limits.ts'

export interface HttpArchiveOptions {
  /**
   * Where the files are: `<name>` is the dp_id of a raw and the file name of a calibration, `<dp_id>` and `<file>` are always that, `<kind>`
   * is `raw` or `mcalib`. Without any of these, `/<name>` is added; without a path, `/dataPortal/file/<name>` as at ESO.
   */
  readonly address: string
  /** Where the bearer token is; null: none is sent. */
  readonly token?: TokenReference | null
  readonly redirectHosts?: readonly string[]
  /** Path of a `SHA256SUMS` on the same server, which may hold `<kind>`; null: the archive has none. */
  readonly checksumList?: string | null
  readonly limits?: Partial<TransferLimits>
}

/** An archive that serves files by HTTP as ESO's data portal does. It is a source only. */
export class HttpArchive implements FileSource {
  readonly name: string
  readonly #template: string
  readonly #origin: string
  readonly #access: HttpAccess
  readonly #checksumList: string | null
  readonly #sums = new Map<FileKind, { readAtMs: number; sums: ReadonlyMap<string, string> }>()

  constructor({ address, token = null, redirectHosts = [], checksumList = null, limits = {} }: HttpArchiveOptions) {
    this.#template = pathTemplate(address)
    this.#origin = new URL(this.#address('raw', 'x')).origin
    this.name = this.#origin
    this.#checksumList = checksumList
    this.#access = {
      name: this.name,
      redirectHosts,
      keepAlive: true,
      limits: { ...TRANSFER_LIMITS, ...limits },
      authorization: async () => (token === null ? null : `Bearer ${await readToken(token)}`),
    }
  }

  async fetch(kind: FileKind, fileName: string, target: string, signal?: AbortSignal): Promise<FetchedFile> {
    const url = new URL(this.#address(kind, checkedFileName(fileName)))
    const { limits } = this.#access
    const shared = sharedLimit(this.name, limits)
    const open = async (headers: Readonly<Record<string, string>>, aborted?: AbortSignal) => {
      const answer = await ask(this.#access, url, { headers, signal: aborted })
      if (answer.status !== 416) throwUnlessFine(this.#access, answer, fileName)
      return answer
    }
    const checksums = await this.#listed(kind, fileName, signal)
    const resource = { archive: this.name, fileName, identity: url.href, checksums, open }
    return download(resource, target, limits, shared, signal)
  }

  /** By the archive's checksum, ETag, or date and size; null when it tells none of these, or cannot be asked so. */
  async stampOf(fileName: string, signal?: AbortSignal): Promise<string | null> {
    const url = new URL(this.#address('mcalib', checkedFileName(fileName)))
    const listed = await this.#listed('mcalib', fileName, signal)
    const { limits } = this.#access
    const headers = await withBackOff(
      limits,
      async () => {
        using _connection = await sharedLimit(this.name, limits).connection()
        const answer = await ask(this.#access, url, { method: 'HEAD', signal })
        if (NO_HEAD.has(answer.status)) return giveUp(answer)
        throwUnlessFine(this.#access, answer, fileName)
        giveUp(answer)
        return answer.headers
      },
      signal,
    )
    const told = headers === undefined ? null : versionTold(headers)
    return told === null ? null : `${this.name} ${told} ${listed.map(({ hex }) => hex).join()}`
  }

  #address(kind: FileKind, fileName: string): string {
    const values = {
      name: kind === 'raw' ? dpId(fileName) : fileName,
      dp_id: dpId(fileName),
      file: fileName,
      kind,
    }
    return filled(this.#template, values)
  }

  /** The checksum of a file by the archive's list; the list is read again, at most once a minute, when a file is not in it. */
  async #listed(kind: FileKind, fileName: string, signal?: AbortSignal): Promise<readonly Checksum[]> {
    if (this.#checksumList === null) return []
    let known = this.#sums.get(kind)
    if (known === undefined || (!known.sums.has(fileName) && Date.now() - known.readAtMs > LIST_AGE_MS)) {
      known = { readAtMs: Date.now(), sums: await this.#readList(kind, this.#checksumList, signal) }
      this.#sums.set(kind, known)
    }
    const hex = known.sums.get(fileName)
    return hex === undefined ? [] : [{ algorithm: 'sha256', hex }]
  }

  async #readList(kind: FileKind, path: string, signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const url = new URL(filled(path, { kind }), this.#origin)
    try {
      const text = await withBackOff(this.#access.limits, () => readText(this.#access, url, signal), signal)
      return parseChecksumList(text)
    } catch (error) {
      if (error instanceof FileMissing) return new Map()
      throw error
    }
  }
}

/** What some servers answer when they are only asked about a file. */
const NO_HEAD = new Set([400, 405, 501])

/** A page in place of a file has none of these either, or one that no file has. */
function versionTold(headers: Readonly<Record<string, string>>): string | null {
  const { etag, 'last-modified': date, 'content-length': bytes } = headers
  const checksum = statedChecksums(headers, true).find(({ algorithm }) => algorithm !== 'crc32')
  if (checksum !== undefined) return `${checksum.algorithm} ${checksum.hex}`
  if (etag !== undefined && !etag.startsWith('W/')) return `etag ${etag}`
  return date === undefined || bytes === undefined ? null : `of ${date}, ${bytes} bytes`
}

const LIST_AGE_MS = 60_000
const LIST_BYTES = 64 * 2 ** 20

async function readText(access: HttpAccess, url: URL, signal?: AbortSignal): Promise<string> {
  const answer = await ask(access, url, { signal })
  throwUnlessFine(access, answer, url.pathname)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const batch of batches(access.name, answer.body, access.limits)) {
    for (const chunk of batch) bytes += chunk.byteLength
    if (bytes > LIST_BYTES) throw new FileMissing(`${url.pathname} of archive ${access.name} is too large for a list`)
    chunks.push(...batch)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function pathTemplate(address: string): string {
  if (/<(name|dp_id|file|kind)>/.test(address)) return address
  const base = address.replace(/\/+$/, '')
  return /^https?:\/\/[^/]+$/i.test(base) ? `${base}/dataPortal/file/<name>` : `${base}/<name>`
}

/** The values are checked file names or words of ours: letters, digits and . _ : + - need no escape in a path (RFC 3986, 3.3). */
function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/<([a-z_]+)>/g, (whole, key: string) => values[key] ?? whole)
}
