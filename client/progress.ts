/** Work that is over sooner says nothing of itself. */
const SAY_EVERY_MS = 5_000

/** Tells of long work how far it is and how long the rest may take, every five seconds. */
export class Progress {
  readonly #total: number
  readonly #what: string
  readonly #say: (line: string) => void
  readonly #now: () => number
  readonly #startedAt: number
  #saidAt: number

  constructor(total: number, what: string, say: (line: string) => void, now: () => number = Date.now) {
    this.#total = total
    this.#what = what
    this.#say = say
    this.#now = now
    this.#startedAt = now()
    this.#saidAt = this.#startedAt
  }

  /** So many of them are done by now. */
  reached(done: number): void {
    const now = this.#now()
    if (now - this.#saidAt < SAY_EVERY_MS || done >= this.#total) return
    this.#saidAt = now
    const left = timeLeft(now - this.#startedAt, done, this.#total - done)
    this.#say(`${done} of ${this.#total} ${this.#what} (${Math.floor((100 * done) / this.#total)} %)${left}`)
  }
}

/** `, about 3 min left` at the pace until now, to be said after what is done; empty when nothing is, or nothing is left. */
export function timeLeft(milliseconds: number, done: number, left: number): string {
  return done <= 0 || left <= 0 ? '' : `, about ${inWords((milliseconds / done) * left)} left`
}

/** `40 s`, `12 min`, `3.5 h`: as exact as an estimate can be. */
function inWords(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 100) return `${Math.ceil(seconds)} s`
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}
