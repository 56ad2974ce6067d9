/**
 * Lets as many recipes run as the host has cores. It waits for a core and for nothing else; who waits is served by priority (1 first),
 * then in the order of arrival. It lives in the host's one worker process, so that a freed core is taken within a millisecond.
 */
export class CpuGate {
  readonly #cores: number
  #inUse = 0
  readonly #waiting: Waiting[] = []

  constructor(cores: number) {
    this.#cores = cores
  }

  /**
   * Resolves with the function that gives the core back; rejects with the signal's reason when that aborts first. `most` says with how many
   * cores in use, this one counted, it may enter now; who may not lets others pass.
   */
  async enter(priority: number, signal: AbortSignal, most: () => number = () => Infinity): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#hasRoom(most)) return this.#take()
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1)
        reject(signal.reason)
      }
      const entry: Waiting = {
        priority,
        most,
        enter: () => {
          signal.removeEventListener('abort', onAbort)
          resolve(this.#take())
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      const behind = this.#waiting.findIndex((other) => other.priority > priority)
      this.#waiting.splice(behind === -1 ? this.#waiting.length : behind, 0, entry)
    })
  }

  /** For a recipe that runs already, found by a worker that has just started: counted, never kept waiting. */
  join(): () => void {
    return this.#take()
  }

  /** Time has passed: who waits may perhaps enter now. */
  look(): void {
    for (;;) {
      const next = this.#waiting.findIndex(({ most }) => this.#hasRoom(most))
      if (next === -1) return
      for (const { enter } of this.#waiting.splice(next, 1)) enter()
    }
  }

  #hasRoom(most: () => number): boolean {
    return this.#inUse < Math.min(this.#cores, most())
  }

  #take(): () => void {
    this.#inUse += 1
    let given = false
    return () => {
      if (given) return
      given = true
      this.#inUse -= 1
      this.look()
    }
  }
}

interface Waiting {
  readonly priority: number
  readonly most: () => number
  readonly enter: () => void
}
