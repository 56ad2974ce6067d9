import type { Readable } from 'node:stream'
import { InfrastructureError } from '../domain/failure.ts'
import type { TransferLimits } from './transfer-limits.ts'

type Patience = Pick<TransferLimits, 'idleSeconds' | 'stallSeconds' | 'leastBytes'>

/**
 * The bytes of an answer in batches: whatever has come since the last one was taken. Only the time spent waiting for the network counts
 * against the archive, not the time in which the reader was busy.
 *
 * The stream's own iterator is not used, since it copies what has come into one buffer.
 *
 * @throws InfrastructureError when the connection breaks, no byte comes for `idleSeconds`, or too few come for `stallSeconds`
 */
export async function* batches(archive: string, body: Readable, limits: Patience): AsyncGenerator<Buffer[]> {
  const watch = new StallWatch(limits, (what) => body.destroy(new Error(what)))
  let batch: Buffer[] = []
  let bytes = 0
  let end: 'whole' | Error | null = null
  let wake: () => void = () => undefined
  const endWith = (how: 'whole' | Error) => {
    end ??= how
    wake()
  }
  body.on('data', (chunk: Buffer) => {
    batch.push(chunk)
    bytes += chunk.byteLength
    if (bytes >= BATCH_BYTES) body.pause()
    wake()
  })
  body.on('end', () => endWith('whole'))
  body.on('error', (error) => endWith(error))
  body.on('close', () => endWith(new Error('connection closed')))
  // Broken between its headers and now.
  if (body.destroyed) endWith(body.errored ?? new Error('connection closed'))
  try {
    for (;;) {
      if (bytes === 0 && end === null) {
        watch.waitingSince = performance.now()
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      watch.waited(bytes)
      if (bytes > 0) {
        const taken = batch
        batch = []
        bytes = 0
        body.resume()
        yield taken
      } else if (end === 'whole') return
      else if (end !== null) throw broken(archive, end)
    }
  } finally {
    watch.stop()
    body.destroy()
  }
}

const BATCH_BYTES = 1 << 19

function broken(archive: string, cause: Error): InfrastructureError {
  const why = cause.message !== '' ? cause.message : cause.name
  return new InfrastructureError(`archive ${archive}: transfer broken: ${why}`, { cause })
}

class StallWatch {
  waitingSince: number | null = null
  readonly #limits: Patience
  readonly #stalled: (what: string) => void
  readonly #timer: NodeJS.Timeout
  #waitedMs = 0
  #bytes = 0

  constructor(limits: Patience, stalled: (what: string) => void) {
    this.#limits = limits
    this.#stalled = stalled
    this.#timer = setInterval(() => this.#look(), Math.min(limits.idleSeconds, limits.stallSeconds, 10) * 100)
  }

  waited(bytes: number): void {
    this.#waitedMs += performance.now() - (this.waitingSince ?? performance.now())
    this.waitingSince = null
    this.#bytes += bytes
    if (this.#bytes >= this.#limits.leastBytes) this.#waitedMs = this.#bytes = 0
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const { idleSeconds, stallSeconds, leastBytes } = this.#limits
    const idleMs = this.waitingSince === null ? 0 : performance.now() - this.waitingSince
    if (idleMs > idleSeconds * 1000) this.#stalled(`no byte for ${idleSeconds} s`)
    else if (this.#waitedMs + idleMs > stallSeconds * 1000) {
      this.#stalled(`fewer than ${leastBytes} bytes in ${stallSeconds} s`)
    }
  }
}
