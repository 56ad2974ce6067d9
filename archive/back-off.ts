import { setTimeout as sleep } from 'node:timers/promises'
import { InfrastructureError } from '../domain/failure.ts'
import type { TransferLimits } from './transfer-limits.ts'

/** The archive said when it may be asked again. */
export class ArchiveBusy extends InfrastructureError {
  readonly retryAfterSeconds: number | null

  constructor(message: string, retryAfterSeconds: number | null) {
    super(message)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

type Patience = Pick<TransferLimits, 'tries' | 'pauseSeconds' | 'longestPauseSeconds'>

/** Repeats what failed by InfrastructureError, with growing pauses, until `tries` failures came in a row. Other errors are thrown at once. */
export async function withBackOff<Result>(
  limits: Patience,
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work()
    } catch (error) {
      await pauseOrThrow(limits, failures, error, signal)
    }
  }
}

/** Waits before the next try, or throws the error when there is to be none: it is no InfrastructureError, or one too many in a row. */
export async function pauseOrThrow(
  limits: Patience,
  failures: number,
  error: unknown,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted()
  if (!(error instanceof InfrastructureError) || failures >= limits.tries) throw error
  const asked = error instanceof ArchiveBusy ? error.retryAfterSeconds : null
  // Better thrown than slept through: whoever called us holds a slot that others could use.
  if (asked !== null && asked > limits.longestPauseSeconds) throw error
  const ms = pauseSeconds(limits, failures, asked) * 1000
  await sleep(ms, undefined, signal === undefined ? {} : { signal })
}

/**
 * Seconds to wait after so many failures. The jitter (half to whole) keeps the hosts of a cluster from coming back all at once, and is
 * added to what the archive asks for, never taken from it.
 */
export function pauseSeconds(
  limits: Patience,
  failures: number,
  askedSeconds: number | null,
  random = Math.random(),
): number {
  const grown = Math.min(limits.longestPauseSeconds, limits.pauseSeconds * 2 ** (failures - 1))
  const jittered = grown * (0.5 + random / 2)
  return askedSeconds === null ? jittered : askedSeconds + Math.min(jittered, 1)
}

/** Retry-After as seconds or as a date (RFC 9110, 10.2.3); null for anything else. */
export function retryAfterSeconds(value: string | undefined, nowMs = Date.now()): number | null {
  if (value === undefined) return null
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value)
  const date = /^[A-Z][a-z]{2}/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, (date - nowMs) / 1000)
}
