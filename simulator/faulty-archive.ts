import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { FaultPlan, type Faults } from './faulty-archive-faults.ts'
import { type StoredFile, StoredFiles } from './faulty-archive-files.ts'
import { sendBody, sendEndless, sendSlowly } from './faulty-archive-body.ts'

export interface FaultyArchiveOptions {
  /** A folder archive: `raw/`, `mcalib/`, each with a `SHA256SUMS`. */
  readonly folder: string
  readonly seed: number
  readonly faults?: Faults
  /** The bearer token that is asked for; null: everybody may read. */
  readonly token?: string | null
  /** 0: any free one. */
  readonly port?: number
}

/** One request as it was answered. */
export interface Served {
  readonly path: string
  readonly range: string | null
  readonly authorization: string | null
  readonly fault: string
}

/**
 * An HTTP archive like ESO's data portal (`/dataPortal/file/<dp_id or file name>`, `/<kind>/SHA256SUMS`) on a loopback address, with the
 * faults of a bad week. The faults of a request follow from the seed and from how many requests came before, so that a run can be repeated.
 */
export class FaultyArchive {
  readonly address: string
  readonly served: Served[] = []
  /** May be changed while the archive runs. */
  faults: Faults
  readonly #server: Server
  readonly #files: StoredFiles
  readonly #plan: FaultPlan
  #token: string | null
  #requestsOfToken = 0

  private constructor(server: Server, address: string, options: FaultyArchiveOptions) {
    this.#server = server
    this.address = address
    this.faults = options.faults ?? {}
    this.#files = new StoredFiles(options.folder, options.seed)
    this.#plan = new FaultPlan(options.seed)
    this.#token = options.token ?? null
    server.on('request', (request, response) => {
      // A client that goes away is a daily thing; anything else must be seen.
      this.#serve(request, response).catch((error: unknown) => {
        if (response.destroyed) return
        response.destroy()
        this.#server.emit('error', error)
      })
    })
  }

  static async start(options: FaultyArchiveOptions): Promise<FaultyArchive> {
    const server = createServer({ keepAliveTimeout: 1000 })
    server.listen(options.port ?? 0, '127.0.0.1')
    await once(server, 'listening')
    const bound = server.address()
    if (bound === null || typeof bound === 'string') throw new Error('the faulty archive has no port')
    return new FaultyArchive(server, `http://127.0.0.1:${bound.port}`, options)
  }

  /** What an operator does when the token has expired. */
  renewToken(token: string): void {
    this.#token = token
    this.#requestsOfToken = 0
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? '/', this.address).pathname)
    const { range = null, authorization = null } = request.headers
    const fault = this.#plan.next(path, this.faults)
    const say = (what: string) => this.served.push({ path, range, authorization, fault: what })
    if (fault.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, fault.latencyMs))
    if (!this.#isLetIn(authorization)) {
      say('401')
      return end(response, 401, {}, 'Unauthorized')
    }
    const list = /^\/(raw|mcalib)\/SHA256SUMS$/.exec(path)?.[1]
    if (list !== undefined) {
      say('list')
      const text = await this.#files.list(list)
      return text === null ? end(response, 404, {}, 'none') : end(response, 200, { 'content-type': 'text/plain' }, text)
    }
    say(fault.kind)
    if (fault.kind === 'redirect') {
      return end(response, 302, { location: `${this.faults.redirect?.to ?? ''}${path}` }, '')
    }
    if (fault.kind === 'busy') {
      const headers = { 'retry-after': String(this.faults.busy?.retryAfterSeconds ?? 0) }
      return end(response, fault.draw < 0.5 ? 503 : 429, headers, 'come back later')
    }
    if (fault.kind === 'loginPage') {
      const type = fault.draw < 0.5 ? 'text/html; charset=utf-8' : 'application/octet-stream'
      return end(response, 200, { 'content-type': type }, LOGIN_PAGE)
    }
    if (fault.kind === 'endless') return sendEndless(response)
    const file = fault.kind === 'missing' ? null : await this.#file(path, fault.isPacked)
    if (file === null) return end(response, 404, { 'content-type': 'text/plain' }, 'no such file')
    await this.#send(file, fault, request, response)
  }

  async #send(
    file: StoredFile,
    fault: ReturnType<FaultPlan['next']>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const first = rangeStart(request, file)
    if (first !== null && first >= file.bytes) {
      return end(response, 416, { 'content-range': `bytes */${file.bytes}` }, '')
    }
    const from = first ?? 0
    const length = file.bytes - from
    const wrong = fault.kind === 'wrongLength' ? wrongBy(fault.draw, length) : 0
    response.writeHead(first === null ? 200 : 206, {
      'content-type': file.isPacked ? 'application/x-compress' : 'application/fits',
      'content-length': length + wrong,
      'accept-ranges': 'bytes',
      etag: file.etag,
      ...(file.sha256 === null || this.faults.withoutChecksums === true ? {} : { 'x-checksum-sha256': file.sha256 }),
      ...(first === null ? {} : { 'content-range': `bytes ${from}-${file.bytes - 1}/${file.bytes}` }),
    })
    const { dropAfterBytes, bytesPerSecond, slowLoris } = this.faults
    const dropAt = dropAfterBytes?.bytes ?? Math.floor(fault.draw * length)
    await (fault.kind === 'slowLoris'
      ? sendSlowly(response, file, from, slowLoris?.pauseMs ?? 1000)
      : sendBody(response, file, from, {
          bytesPerSecond: bytesPerSecond ?? null,
          dropAfterBytes: fault.kind === 'dropAfterBytes' ? Math.min(dropAt, length) : null,
          damageAt: fault.kind === 'damage' ? from + Math.floor(fault.draw * length) : null,
          isCut: wrong > 0,
        }))
  }

  #isLetIn(authorization: string | null): boolean {
    if (this.#token === null) return true
    if (authorization !== `Bearer ${this.#token}`) return false
    this.#requestsOfToken += 1
    const { tokenExpiresAfter } = this.faults
    return tokenExpiresAfter === undefined || this.#requestsOfToken <= tokenExpiresAfter
  }

  async #file(path: string, isPacked: boolean): Promise<StoredFile | null> {
    const name = /^\/dataPortal\/file\/([A-Za-z0-9][A-Za-z0-9._:+-]*)$/.exec(path)?.[1]
    return name === undefined ? null : this.#files.find(name, isPacked)
  }
}

const LOGIN_PAGE =
  '<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><form>User name, password</form></body></html>\n'

function end(response: ServerResponse, status: number, headers: Record<string, string>, text: string): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text)
}

/** Half of the wrong lengths promise too much, half too little, by up to a hundredth. */
function wrongBy(draw: number, length: number): number {
  const bytes = 1 + Math.floor(((2 * draw) % 1) * (length / 100))
  return draw < 0.5 ? bytes : -Math.min(bytes, length - 1)
}

/** Null: the whole file is sent, as for a range that the validator says is of another file. */
function rangeStart({ headers }: IncomingMessage, { etag }: StoredFile): number | null {
  const start = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1]
  const validator = headers['if-range']
  return start === undefined || (validator !== undefined && validator !== etag) ? null : Number(start)
}
