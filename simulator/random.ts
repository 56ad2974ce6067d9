import { createHash } from 'node:crypto'

/** Reproducible random numbers: the same seed text gives the same sequence on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  readonly uniform: () => number
  /** Whole number, first to last inclusive. */
  readonly integer: (first: number, last: number) => number
  readonly pick: <T>(choices: readonly [T, ...T[]]) => T
  /** Standard normal. */
  readonly normal: () => number
  /** Poisson with a mean >= 0; above 50 the rounded normal, which differs by less than any detector shows. */
  readonly poisson: (mean: number) => number
}

/** Generator sfc32 (Chris Doty-Humphrey, PractRand), seeded by the SHA-256 of a text such as `1/UVES.2026....fits`. */
export function randomFrom(seed: string): Random {
  const digest = createHash('sha256').update(seed).digest()
  let a = digest.readInt32LE(0)
  let b = digest.readInt32LE(4)
  let c = digest.readInt32LE(8)
  let counter = digest.readInt32LE(12)
  let spare = Number.NaN

  const uniform = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 4294967296
  }

  // The polar method gives two numbers at a time; the second is kept for the next call.
  const normal = () => {
    if (!Number.isNaN(spare)) {
      const kept = spare
      spare = Number.NaN
      return kept
    }
    for (;;) {
      const u = 2 * uniform() - 1
      const v = 2 * uniform() - 1
      const square = u * u + v * v
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square)
        spare = v * factor
        return u * factor
      }
    }
  }

  const poisson = (mean: number) => {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))
    // Inversion: the smallest count whose cumulative probability reaches a uniform number (which stays below 1 - 2e-10).
    const target = uniform()
    let probability = Math.exp(-mean)
    let cumulative = probability
    let count = 0
    while (cumulative <= target) {
      count++
      probability *= mean / count
      cumulative += probability
    }
    return count
  }

  const integer = (first: number, last: number) => first + Math.floor(uniform() * (last - first + 1))
  return { uniform, integer, normal, poisson, pick: (choices) => choices[integer(0, choices.length - 1)] ?? choices[0] }
}
