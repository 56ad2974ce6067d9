/**
 * Lets as many recipes run as the host has cores. It waits for a core and for nothing else; who waits is served by priority (1 first),
 * then in the order of arrival. It lives in the host's one worker process, so that a freed core is taken within a millisecond.
 */
export class CpuGate {
  #free: number
  readonly #waiting: Waiting[] = []

  constructor(cores: number) {
    this.#free = cores
  }

  /** Resolves with the function that gives the core back; rejects with the signal's reason when that aborts first. */
  async enter(priority: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#free > 0) return this.#take()
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1)
        reject(signal.reason)
      }
      const entry: Waiting = {
        priority,
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

  #take(): () => void {
    this.#free -= 1
    let given = false
    return () => {
      if (given) return
      given = true
      this.#free += 1
      if (this.#free > 0) this.#waiting.shift()?.enter()
    }
  }
}

interface Waiting {
  readonly priority: number
  readonly enter: () => void
}
