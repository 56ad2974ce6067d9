import { createReadStream } from 'node:fs'
import { InfrastructureError } from '../domain/failure.ts'
import { ArchiveUnauthorized } from './archive.ts'
import { ArchiveBusy } from './back-off.ts'
import { batches } from './body.ts'
import { type Answer, ask, type Asking, giveUp, type HttpAccess } from './http-client.ts'
import { type NgasFile, type NgasReply, parseNgasReply } from './ngas-reply.ts'

/** The server had everything, or a part of it, and we do not know what became of it: look before sending again. */
export class ReplyLost extends InfrastructureError {}

/** The server did not take the file and never will. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused'
}

export interface Upload {
  readonly fileId: string
  readonly path: string
  readonly bytes: number
  readonly crc32: number
  /** Called when the last byte is about to leave. */
  readonly onSent?: () => void
}

/** The commands of one NGAS server, each with what its odd answers mean (docs/archives.md, "NGAS"). */
export class NgasServer {
  readonly #access: HttpAccess
  readonly #address: string

  constructor(address: string, access: HttpAccess) {
    this.#address = address
    this.#access = access
  }

  /**
   * The newest version of a file, or the one asked for; null when the server has none. From the server's database: it does not look at the
   * disk.
   *
   * @throws InfrastructureError unless the server is ONLINE, since OFFLINE it says of every file that it does not have it
   */
  async status(fileId: string, version?: number, signal?: AbortSignal): Promise<NgasFile | null> {
    const query = { file_id: fileId, ...(version === undefined ? {} : { file_version: String(version) }) }
    const { answer, reply } = await this.#command('STATUS', query, { signal })
    if (reply.state !== 'ONLINE')
      throw new InfrastructureError(`${this.#name} is ${reply.state || 'in no known state'}`)
    if (answer.status === 200 && reply.status === 'SUCCESS' && reply.file !== null) return reply.file
    if (reply.message.includes('NGAMS_ER_UNAVAIL_FILE')) return null
    throw this.#failure(answer, reply)
  }

  /** The bytes of one version: an answer whose body is the file. The server does not check them while it sends. */
  async retrieve({ fileId, version }: NgasFile, asking: Asking): Promise<Answer> {
    const answer = await ask(
      this.#access,
      this.#url('RETRIEVE', { file_id: fileId, file_version: String(version) }),
      asking,
    )
    if (answer.status === 200 || answer.status === 206 || answer.status === 416) return answer
    throw this.#failure(answer, parseNgasReply(await this.#text(answer)))
  }

  /**
   * Sends a file. The name and the id are the same, since the server makes its path from the name alone.
   *
   * @throws UploadRefused; ReplyLost, also when the server says that another upload was in the way; InfrastructureError when it took nothing
   */
  async archive({ fileId, path, bytes, crc32, onSent }: Upload): Promise<NgasFile> {
    const query = {
      filename: fileId,
      file_id: fileId,
      mime_type: 'image/x-fits',
      crc_variant: 'crc32z',
      // Else a server with the FITS plug-in would name the file by the ARCFILE of its header.
      ignore_arcfile: '1',
    }
    const headers = { 'content-type': 'image/x-fits', 'content-length': String(bytes), 'ngas-file-crc': String(crc32) }
    const body = createReadStream(path, { highWaterMark: 1 << 18 })
    if (onSent !== undefined) body.once('end', onSent)
    const { answer, reply } = await this.#command('QARCHIVE', query, { method: 'POST', headers, body }).catch(
      (error: unknown) => {
        if (!(error instanceof InfrastructureError) || error instanceof ArchiveBusy) throw error
        throw new ReplyLost(error.message, { cause: error })
      },
    )
    if (answer.status === 200 && reply.status === 'SUCCESS' && reply.file !== null) return reply.file
    if (answer.status === 200 || /UNIQUE constraint failed/.test(reply.message)) {
      throw new ReplyLost(this.#failure(answer, reply).message)
    }
    if (/Only read \d+ out of|Checksum error for file|NGAMS_ER_IMPROPER_STATE/.test(reply.message)) {
      throw this.#failure(answer, reply)
    }
    throw new UploadRefused(this.#failure(answer, reply).message)
  }

  get #name(): string {
    return `archive ${this.#access.name}`
  }

  #url(command: string, query: Readonly<Record<string, string>>): URL {
    const url = new URL(`/${command}`, this.#address)
    // Not URLSearchParams, which writes a space as +.
    url.search = Object.entries(query)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&')
    return url
  }

  async #command(
    command: string,
    query: Readonly<Record<string, string>>,
    asking: Asking,
  ): Promise<{ answer: Answer; reply: NgasReply }> {
    const answer = await ask(this.#access, this.#url(command, query), asking)
    const { name } = this.#access
    if (answer.status === 401 || answer.status === 403) {
      giveUp(answer)
      throw new ArchiveUnauthorized(
        name,
        `answers ${answer.status} to ${command}: the login is missing, wrong or not enough`,
      )
    }
    if (answer.status >= 429) {
      giveUp(answer)
      throw new ArchiveBusy(`archive ${name} answers ${answer.status} to ${command}: too many requests at once`, null)
    }
    const reply = parseNgasReply(await this.#text(answer))
    if (reply.status === '') throw new InfrastructureError(`archive ${name} answers ${command} with no NGAS status`)
    return { answer, reply }
  }

  async #text(answer: Answer): Promise<string> {
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const batch of batches(this.#access.name, answer.body, this.#access.limits)) {
      for (const chunk of batch) bytes += chunk.byteLength
      if (bytes > REPLY_BYTES) throw new InfrastructureError(`${this.#name} sends a status without end`)
      chunks.push(...batch)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  #failure(answer: Answer, reply: NgasReply): InfrastructureError {
    // Of the server's text, what a terminal can show.
    const message = reply.message.replace(/[^\x20-\x7e]/g, '?').slice(0, 500)
    return new InfrastructureError(`${this.#name} answers ${answer.status}: ${message || 'no message'}`)
  }
}

const REPLY_BYTES = 1 << 20
