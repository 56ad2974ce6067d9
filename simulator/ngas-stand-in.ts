import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { type NgasRequest, readNgasRequest } from './ngas-stand-in-request.ts'

export interface NgasStandInOptions {
  /** `user:password`; null: no login is asked for. */
  readonly login?: string | null
  /** Requests at once; one more gets a bare 503. */
  readonly mostRequests?: number
  /** `fits` names files by the ARCFILE of their header. */
  readonly plugIn?: 'generic' | 'fits'
  /** Between the last byte of an upload and the row in the database. */
  readonly commitMs?: number
}

interface StoredVersion {
  readonly fileId: string
  readonly fileName: string
  readonly version: number
  readonly bytes: number
  readonly checksum: string
  readonly checksumKind: string
  flags: string
}

/**
 * A stand-in for an NGAS server that has its odd ways: HTTP/1.0 and one request per connection, 400 in place of 404, no reply at all after
 * errors of input and output, a new version for equal content, no guard against parallel uploads of one name, success of a check that found
 * damage, files of one name over each other. What it stores is kept in memory.
 */
export class NgasStandIn {
  readonly address: string
  /** `<method> <command> <file id>` of each request, in order. */
  readonly requests: string[] = []
  state: 'ONLINE' | 'OFFLINE' = 'ONLINE'
  readonly #server: Server
  readonly #options: NgasStandInOptions
  readonly #versions: StoredVersion[] = []
  /** The bytes by the path that the server makes of name and version. */
  readonly #disk = new Map<string, Buffer>()
  readonly #sockets = new Set<Socket>()
  #active = 0

  private constructor(server: Server, address: string, options: NgasStandInOptions) {
    this.#server = server
    this.address = address
    this.#options = options
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket))
      this.#serve(socket).catch(() => socket.destroy())
    })
  }

  static async start(options: NgasStandInOptions = {}): Promise<NgasStandIn> {
    const server = createServer({ allowHalfOpen: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const bound = server.address()
    if (bound === null || typeof bound === 'string') throw new Error('the stand-in has no port')
    return new NgasStandIn(server, `ngas://127.0.0.1:${bound.port}`, options)
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  versionsOf(fileId: string): readonly StoredVersion[] {
    return this.#versions.filter((stored) => stored.fileId === fileId)
  }

  /** What a bad disk does: the bytes change, or are gone, and nobody is told. */
  damage(fileId: string, how: 'changed' | 'gone'): void {
    for (const stored of this.versionsOf(fileId)) {
      const path = pathOf(stored)
      const data = this.#disk.get(path)
      if (how === 'gone' || data === undefined) this.#disk.delete(path)
      else {
        const changed = Buffer.from(data)
        changed[data.length >> 1] = (data[data.length >> 1] ?? 0) ^ 1
        this.#disk.set(path, changed)
      }
    }
  }

  async #serve(socket: Socket): Promise<void> {
    this.#active += 1
    try {
      if (this.#active > (this.#options.mostRequests ?? 100)) {
        socket.end('HTTP/1.0 503 Service Unavailable\r\n\r\n')
        return
      }
      const request = await readNgasRequest(socket)
      if (request === null) return
      this.requests.push(`${request.method} ${request.command} ${request.query.get('file_id') ?? ''}`.trim())
      const reply = await this.#reply(request)
      if (reply === null) socket.destroy()
      else socket.end(reply)
    } finally {
      this.#active -= 1
    }
  }

  /** Null: the connection is closed with no reply. */
  async #reply(request: NgasRequest): Promise<Buffer | null> {
    const { login = null } = this.#options
    if (login !== null && request.headers.get('authorization') !== `Basic ${Buffer.from(login).toString('base64')}`) {
      return this.#failure('Unauthorized', '401 Unauthorized')
    }
    if (request.method === 'HEAD') return null
    switch (request.command) {
      case 'STATUS':
        return this.#status(request.query)
      case 'RETRIEVE':
        return this.#retrieve(request)
      case 'CHECKFILE':
        return this.#checkFile(request.query)
      case 'ARCHIVE':
      case 'QARCHIVE':
        return this.#archive(request)
      default:
        return this.#failure('Command not found', '404 Not Found')
    }
  }

  #find(query: ReadonlyMap<string, string>, version = query.get('file_version')): StoredVersion | undefined {
    const all = this.versionsOf(query.get('file_id') ?? '').toSorted((a, b) => b.version - a.version)
    return version === undefined ? all[0] : all.find((stored) => stored.version === Number(version))
  }

  #status(query: ReadonlyMap<string, string>): Buffer {
    if (!query.has('file_id')) return this.#success('Successfully handled command STATUS')
    const stored = this.state === 'ONLINE' ? this.#find(query) : undefined
    return stored === undefined
      ? this.#unavailable(query)
      : this.#success('Successfully handled command STATUS', stored)
  }

  #retrieve({ query, headers }: NgasRequest): Buffer | null {
    if (this.state !== 'ONLINE') return this.#failure('NGAMS_ER_IMPROPER_STATE: server is OFFLINE')
    const stored = this.#find(query)
    if (stored === undefined) return this.#unavailable(query)
    const data = this.#disk.get(pathOf(stored))
    if (data === undefined) return null
    const from = Number(/^bytes=(\d+)-/.exec(headers.get('range') ?? '')?.[1] ?? 0)
    const lines = [
      'HTTP/1.0 200 OK',
      'Content-Type: image/x-fits',
      `Content-Disposition: attachment; filename="${stored.fileName}"`,
      `Content-Length: ${data.length - from}`,
      ...(headers.has('range') ? [`Content-Range: bytes ${from}-${data.length - 1}/${data.length}`] : []),
    ]
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), data.subarray(from)])
  }

  /** Reports success whatever it finds; without a version it looks at the first, not at the newest. */
  #checkFile(query: ReadonlyMap<string, string>): Buffer {
    const stored = this.#find(query, query.get('file_version') ?? '1')
    const data = stored === undefined ? undefined : this.#disk.get(pathOf(stored))
    if (stored === undefined || data === undefined) return this.#unavailable(query)
    const what = `Checked file with File ID: ${stored.fileId}/File Version: ${stored.version}`
    if (String(crc32(data)) === stored.checksum) {
      return this.#success(`NGAMS_INFO_FILE_OK:4056:INFO: ${what} - file found to be consistent.`)
    }
    stored.flags = '10000000'
    return this.#success(
      `NGAMS_ER_FILE_NOK:4057:ERROR: ${what} - file found to be inconsistent. Descrepancy: ERROR: Inconsistent checksum found`,
    )
  }

  async #archive({ query, headers, body, missingBytes }: NgasRequest): Promise<Buffer | null> {
    const total = Number(headers.get('content-length') ?? 0)
    if (headers.has('transfer-encoding') || total === 0)
      return this.#failure('No Content-Length', '411 Length Required')
    if (this.state !== 'ONLINE') return this.#failure('NGAMS_ER_IMPROPER_STATE: server is OFFLINE')
    // Unescaped a second time, and only the last part of a path.
    const fileName =
      decodeURIComponent((query.get('filename') ?? '').replaceAll('+', ' '))
        .split('/')
        .at(-1) ?? ''
    if (fileName === '') return this.#failure('NGAMS_ER_MISSING_URI')
    const type = query.get('mime_type') ?? headers.get('content-type')
    if (type !== 'image/x-fits') return this.#failure(`Unknown mime type: ${type}`)
    if (missingBytes > 0) {
      return this.#failure(`Only read ${body.length} out of ${total} bytes (${missingBytes} bytes missing)`)
    }
    const variant = query.get('crc_variant') ?? 'crc32'
    const crc = String(crc32(body))
    const theirs = headers.get('ngas-file-crc')
    if (variant !== '-1' && theirs !== undefined && theirs !== crc) {
      return this.#failure(`Checksum error for file ${fileName}, local crc = ${crc}, but remote crc = ${theirs}`)
    }
    const fileId = this.#fileId(query, fileName, body)
    if (fileId === null)
      return this.#failure("cannot access local variable 'filename' where it is not associated with a value")
    const { commitMs = 0 } = this.#options
    await sleep(commitMs * 0.8)
    const version = Math.max(0, ...this.versionsOf(fileId).map((stored) => stored.version)) + 1
    const stored: StoredVersion = {
      fileId,
      fileName,
      version,
      bytes: body.length,
      checksum: variant === '-1' ? 'None' : crc,
      checksumKind: variant === '-1' ? '' : variant,
      flags: '00000000',
    }
    this.#disk.set(pathOf(stored), body)
    // Here others come in between: they are told the same version, or fail on the row.
    await sleep(commitMs * 0.2)
    const same = this.#versions.findIndex((other) => other.fileId === fileId && other.version === version)
    if (same < 0) this.#versions.push(stored)
    else if (version === 1)
      return this.#failure('UNIQUE constraint failed: ngas_files.file_id, ngas_files.file_version')
    else this.#versions[same] = stored
    return this.#success(`Successfully handled Archive Push Request for data file with URI: ${fileName}`, stored)
  }

  #fileId(query: ReadonlyMap<string, string>, fileName: string, body: Buffer): string | null {
    if (this.#options.plugIn !== 'fits') return query.get('file_id') ?? fileName
    if (query.get('ignore_arcfile') === '1') return fileName
    const arcFile = /ARCFILE = '([^']+)'/.exec(body.subarray(0, 28_800).toString('latin1'))?.[1]
    return arcFile === undefined || arcFile.endsWith('.fits') ? null : arcFile
  }

  #unavailable(query: ReadonlyMap<string, string>): Buffer {
    return this.#failure(`NGAMS_ER_UNAVAIL_FILE:4031:ERROR: File with ID: ${query.get('file_id')} not available`)
  }

  #success(message: string, stored?: StoredVersion): Buffer {
    return this.#document('200 OK', 'SUCCESS', message, stored)
  }

  #failure(message: string, status = '400 Bad Request'): Buffer {
    return this.#document(status, 'FAILURE', message)
  }

  #document(http: string, status: string, message: string, stored?: StoredVersion): Buffer {
    const text = message
      .replaceAll('&', '&amp;')
      .replaceAll('"', '&quot;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
    const file =
      stored === undefined
        ? ''
        : `
  <DiskStatus DiskId="804ed7411e644777f928fa75082a5eed" SlotId="volume1" Checksum="" Mounted="1">
    <FileStatus FileName="${pathOf(stored)}" FileId="${stored.fileId}" FileVersion="${stored.version}" Format="image/x-fits" FileSize="${stored.bytes}" UncompressedFileSize="${stored.bytes}" Compression="NONE" IngestionDate="2026-11-23T18:44:06.102" Ignore="0" Checksum="${stored.checksum}" ChecksumPlugIn="${stored.checksumKind}" FileStatus="${stored.flags}"/>
  </DiskStatus>`
    const body = `<?xml version="1.0" ?>
<!DOCTYPE NgamsStatus SYSTEM "${this.address.replace('ngas', 'http')}/RETRIEVE?internal=ngamsStatus.dtd">
<NgamsStatus>
  <Status Date="2026-11-23T18:44:06.104" Version="12.0/2022-11-29T07:00:00" HostId="host:7777" Message="${text}" Status="${status}" State="${this.state}" SubState="IDLE"/>${file}
</NgamsStatus>
`
    return Buffer.from(
      `HTTP/1.0 ${http}\r\nContent-Type: text/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  }
}

function pathOf({ fileName, version }: Pick<StoredVersion, 'fileName' | 'version'>): string {
  return `${version}/${fileName}`
}
