import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoredFile } from './faulty-archive-files.ts'

interface Manner {
  readonly bytesPerSecond: number | null
  /** Break the connection after so many bytes. */
  readonly dropAfterBytes: number | null
  /** The byte of the file to be changed. */
  readonly damageAt: number | null
  /** Break the connection at the end, since more was promised. */
  readonly isCut: boolean
}

/** Sends the file from a byte on. */
export async function sendBody(
  response: ServerResponse,
  file: StoredFile,
  from: number,
  manner: Manner,
): Promise<void> {
  const { bytesPerSecond, dropAfterBytes, damageAt, isCut } = manner
  let sent = 0
  for await (const piece of file.read(from)) {
    const chunk = Buffer.from(dropAfterBytes === null ? piece : piece.subarray(0, dropAfterBytes - sent))
    const damaged = damageAt === null ? -1 : damageAt - from - sent
    if (damaged >= 0 && damaged < chunk.length) chunk[damaged] = (chunk[damaged] ?? 0) ^ 0x10
    if (!(await write(response, chunk))) return
    sent += chunk.byteLength
    if (bytesPerSecond !== null) await sleep((chunk.byteLength / bytesPerSecond) * 1000)
    if (dropAfterBytes !== null && sent >= dropAfterBytes) break
  }
  if (dropAfterBytes === null && !isCut) response.end()
  // What was sent must be on its way, else the connection breaks earlier than it should.
  else response.write('', () => response.socket?.destroySoon())
}

/** One byte and a pause, until the client has had enough. */
export async function sendSlowly(
  response: ServerResponse,
  file: StoredFile,
  from: number,
  pauseMs: number,
): Promise<void> {
  for await (const piece of file.read(from)) {
    for (const byte of piece) {
      if (!(await write(response, Buffer.of(byte)))) return
      await sleep(pauseMs)
    }
  }
  response.end()
}

/** The first card of a FITS file, and then zeros for ever. */
export async function sendEndless(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/fits' })
  const zeros = Buffer.alloc(1 << 16)
  for (let chunk: Buffer = Buffer.from('SIMPLE  =                    T'.padEnd(80)); await write(response, chunk); )
    chunk = zeros
}

/** False when the client has gone. */
async function write(response: ServerResponse, chunk: Buffer): Promise<boolean> {
  if (response.destroyed) return false
  if (response.write(chunk)) return true
  const gone = new AbortController()
  const leave = () => gone.abort()
  response.once('close', leave)
  try {
    await once(response, 'drain', { signal: gone.signal })
    return true
  } catch {
    return false
  } finally {
    response.off('close', leave)
  }
}
