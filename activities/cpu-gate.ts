/**
 * Lets as many recipes run as the host has cores, and no more than fit its memory together. One that alone is larger than the host runs
 * all the same, but alone. Who waits is served by priority (1 first), then in the order of arrival; nobody small overtakes one that waits
 * for memory. It lives in the host's one worker process, so that a freed core is taken within a millisecond.
 */
export class CpuGate {
  /** For all recipes together. */
  readonly memoryBytes: number
  readonly #cores: number
  #inUse = 0
  #usedBytes = 0
  readonly #waiting: Waiting[] = []

  constructor(cores: number, memoryBytes = Number.POSITIVE_INFINITY) {
    this.#cores = cores
    this.memoryBytes = memoryBytes
  }

  /**
   * Resolves with the function that gives the core back; rejects with the signal's reason when that aborts first. `most` says with how many
   * cores in use, this one counted, it may enter now; who may not lets others pass.
   *
   * @param memoryBytes what the recipe takes at its peak; 0 when nobody knows
   */
  async enter(
    priority: number,
    signal: AbortSignal,
    most: () => number = () => Infinity,
    memoryBytes = 0,
  ): Promise<() => void> {
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1)
        reject(signal.reason)
        // A large one that goes may have stood before small ones.
        this.look()
      }
      const entry: Waiting = {
        priority,
        most,
        memoryBytes,
        enter: () => {
          signal.removeEventListener('abort', onAbort)
          resolve(this.#take(memoryBytes))
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      const behind = this.#waiting.findIndex((other) => other.priority > priority)
      this.#waiting.splice(behind === -1 ? this.#waiting.length : behind, 0, entry)
      this.look()
    })
  }

  /** For a recipe that runs already, found by a worker that has just started: counted, never kept waiting. */
  join(memoryBytes = 0): () => void {
    return this.#take(memoryBytes)
  }

  /** Time has passed: who waits may perhaps enter now. */
  look(): void {
    for (;;) {
      const next = this.#waiting.find(({ most }) => this.#inUse < Math.min(this.#cores, most()))
      if (next === undefined || !this.#fits(next)) return
      this.#waiting.splice(this.#waiting.indexOf(next), 1)
      next.enter()
    }
  }

  #fits({ memoryBytes }: Waiting): boolean {
    return this.#inUse === 0 || this.#usedBytes + memoryBytes <= this.memoryBytes
  }

  #take(memoryBytes: number): () => void {
    this.#inUse += 1
    this.#usedBytes += memoryBytes
    let given = false
    return () => {
      if (given) return
      given = true
      this.#inUse -= 1
      this.#usedBytes -= memoryBytes
      this.look()
    }
  }
}

interface Waiting {
  readonly priority: number
  readonly most: () => number
  readonly memoryBytes: number
  readonly enter: () => void
}
