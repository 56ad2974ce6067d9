import { setTimeout as sleep } from 'node:timers/promises'

/** What a transfer may take, of the network and of our patience. Times in seconds. */
export interface TransferLimits {
  /** Transfers at once with one archive, over the whole process. */
  readonly connections: number
  /** All transfers of the process with one archive together; null: no limit. */
  readonly bytesPerSecond: number | null
  /** The largest file, packed or unpacked. */
  readonly maximumBytes: number
  readonly connectSeconds: number
  /** Longest wait for the headers of an answer or the next byte. */
  readonly idleSeconds: number
  /** In each such span at least `leastBytes` must arrive: against a server that sends a byte now and then. */
  readonly stallSeconds: number
  readonly leastBytes: number
  /** Failures in a row, without progress, after which the archive counts as away. */
  readonly tries: number
  /** First pause after a failure; it doubles, up to `longestPauseSeconds`, which also bounds what Retry-After may ask for. */
  readonly pauseSeconds: number
  readonly longestPauseSeconds: number
}

export const TRANSFER_LIMITS: TransferLimits = {
  connections: 4,
  bytesPerSecond: null,
  maximumBytes: 4 * 2 ** 30,
  connectSeconds: 10,
  idleSeconds: 60,
  stallSeconds: 120,
  leastBytes: 64 * 1024,
  tries: 5,
  pauseSeconds: 0.5,
  longestPauseSeconds: 60,
}

/** The connections and the bandwidth that all transfers of this process with one archive share. */
export class SharedLimit {
  readonly #waiting: (() => void)[] = []
  #free: number
  readonly #bytesPerSecond: number | null
  #freeAtMs = 0

  constructor({ connections, bytesPerSecond }: Pick<TransferLimits, 'connections' | 'bytesPerSecond'>) {
    this.#free = connections
    this.#bytesPerSecond = bytesPerSecond
  }

  /** Waits for a connection; the result gives it back. */
  async connection(): Promise<Disposable> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return { [Symbol.dispose]: () => this.#giveBack() }
  }

  /** Waits until so many bytes more are within the bandwidth. */
  async bytes(count: number, signal?: AbortSignal): Promise<void> {
    if (this.#bytesPerSecond === null) return
    const now = performance.now()
    const waitMs = this.#freeAtMs - now
    this.#freeAtMs = Math.max(now, this.#freeAtMs) + (count / this.#bytesPerSecond) * 1000
    if (waitMs > 0) await sleep(waitMs, undefined, signal === undefined ? {} : { signal })
  }

  #giveBack(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next()
  }
}

const shared = new Map<string, SharedLimit>()

/** The limit of an archive, by its address: two sources at one address share it. */
export function sharedLimit(address: string, limits: TransferLimits): SharedLimit {
  const known = shared.get(address)
  if (known !== undefined) return known
  const limit = new SharedLimit(limits)
  shared.set(address, limit)
  return limit
}
