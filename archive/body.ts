import type { Readable } from 'node:stream'
import { InfrastructureError } from '../domain/failure.ts'
import type { TransferLimits } from './transfer-limits.ts'

type Patience = Pick<TransferLimits, 'idleSeconds' | 'stallSeconds' | 'leastBytes'>

/**
 * The bytes of an answer as they come, in batches that are worth a write to disk. Only the time spent waiting for the network counts
 * against the archive, not the time in which the reader was busy.
 *
 * @throws InfrastructureError when the connection breaks, no byte comes for `idleSeconds`, or too few come for `stallSeconds`
 */
export async function* batches(archive: string, body: Readable, limits: Patience): AsyncGenerator<Buffer[]> {
  const watch = new StallWatch(limits, (what) => body.destroy(new Error(what)))
  body.on('error', () => undefined) // told by the iteration; one that comes after it must not end the process
  let batch: Buffer[] = []
  try {
    const chunks: AsyncIterator<Buffer> = body[Symbol.asyncIterator]()
    for (let bytes = 0, since = performance.now(); ; ) {
      watch.waitingSince = performance.now()
      const next = await chunks.next()
      watch.waited(next.done === true ? 0 : next.value.byteLength)
      if (next.done === true) {
        if (batch.length > 0) yield batch
        return
      }
      batch.push(next.value)
      bytes += next.value.byteLength
      if (bytes < BATCH_BYTES && performance.now() - since < BATCH_MS) continue
      yield batch
      batch = []
      bytes = 0
      since = performance.now()
    }
  } catch (error) {
    // What came before the break is worth keeping.
    if (batch.length > 0) yield batch
    const why = error instanceof Error ? error.message : String(error)
    throw new InfrastructureError(`archive ${archive}: transfer broken: ${why}`, { cause: error })
  } finally {
    watch.stop()
    body.destroy()
  }
}

const BATCH_BYTES = 1 << 19
const BATCH_MS = 100

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
