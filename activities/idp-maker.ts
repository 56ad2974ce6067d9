import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import { OutcomeError } from '../domain/failure.ts'
import { type IdpToMake, type MadeIdp, makeIdp } from '../idp/make-idp.ts'
import type { ThreadAnswer } from '../idp/make-idp-thread.ts'

/** Makes IDPs off the worker's own thread: a conversion takes some tenths of a second, and heartbeats and the gate must not wait for it. */
export interface IdpMaker {
  readonly make: (idp: IdpToMake) => Promise<MadeIdp>
  readonly close: () => Promise<void>
}

export function startIdpMaker(threads: number): IdpMaker {
  // Threads run compiled code only; from source (in tests) the same function runs here.
  if (!import.meta.url.endsWith('.js')) return { make: makeIdp, close: async () => {} }
  const pool = new Piscina<IdpToMake, ThreadAnswer>({
    filename: fileURLToPath(new URL('../idp/make-idp-thread.js', import.meta.url)),
    // One is there before the first block needs it: loading takes a quarter of a second.
    minThreads: 1,
    maxThreads: threads,
    idleTimeout: 60_000,
  })
  return {
    make: async (idp) => {
      const answer = await pool.run(idp)
      if ('made' in answer) return answer.made
      throw new OutcomeError(answer.outcome.kind, answer.outcome.cause)
    },
    close: () => pool.close(),
  }
}
