import { randomFrom } from './random.ts'

/** The faults of an archive. A rate is the share of the requests that it hits; a request has one fault at most, beside being slow. */
export interface Faults {
  /** Longest wait before an answer. */
  readonly latencyMs?: number
  /** Of each connection. */
  readonly bytesPerSecond?: number
  /** The connection breaks, after so many bytes or anywhere. */
  readonly dropAfterBytes?: Rate & { readonly bytes?: number }
  /** Content-Length says too much or too little. */
  readonly wrongLength?: Rate
  /** One byte of the body is another one. */
  readonly damage?: Rate
  /** 503 and 429 with Retry-After, so many in a row. */
  readonly busy?: Rate & { readonly burst: number; readonly retryAfterSeconds: number }
  /** 404 for a file that is there; at most once for each. */
  readonly missing?: Rate
  /** 200 with a page. */
  readonly loginPage?: Rate
  /** A byte now and then. */
  readonly slowLoris?: Rate & { readonly pauseMs: number }
  /** Requests until the token is answered with 401. */
  readonly tokenExpiresAfter?: number
  readonly redirect?: Rate & { readonly to: string }
  /** Files that come as `.Z`; the same files each time. */
  readonly packed?: Rate
  /** A body that begins like a FITS file and never ends. */
  readonly endless?: Rate
  /** No X-Checksum-Sha256. */
  readonly withoutChecksums?: boolean
}

interface Rate {
  readonly rate: number
}

const KINDS = [
  'redirect',
  'busy',
  'missing',
  'loginPage',
  'endless',
  'slowLoris',
  'wrongLength',
  'damage',
  'dropAfterBytes',
] as const
export type FaultKind = (typeof KINDS)[number] | 'none'

export interface Fault {
  readonly kind: FaultKind
  readonly latencyMs: number
  readonly isPacked: boolean
  /** In [0, 1): where, or which of two ways. */
  readonly draw: number
}

/** What happens to the n-th request. */
export class FaultPlan {
  readonly #seed: number
  readonly #missed = new Set<string>()
  #count = 0
  #busyLeft = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  next(path: string, faults: Faults): Fault {
    const random = randomFrom(`${this.#seed}/faults/${this.#count}`)
    this.#count += 1
    // All numbers are drawn each time, so that a fault that is switched on or off leaves the others where they were.
    const latencyMs = (faults.latencyMs ?? 0) * random.uniform()
    const draw = random.uniform()
    const hits = KINDS.filter((kind) => random.uniform() < (faults[kind]?.rate ?? 0))
    const isPacked = randomFrom(`${this.#seed}/packed/${path}`).uniform() < (faults.packed?.rate ?? 0)
    return { kind: this.#kind(hits, path, faults), latencyMs, isPacked, draw }
  }

  #kind(hits: readonly FaultKind[], path: string, { busy }: Faults): FaultKind {
    if (this.#busyLeft > 0) {
      this.#busyLeft -= 1
      return 'busy'
    }
    const [kind = 'none'] = hits.filter((hit) => hit !== 'missing' || !this.#missed.has(path))
    if (kind === 'busy') this.#busyLeft = (busy?.burst ?? 1) - 1
    if (kind === 'missing') this.#missed.add(path)
    return kind
  }
}
