import { cancellationSignal, heartbeat } from '@temporalio/activity'

const EVERY_MS = 5_000

/**
 * Keeps the whole body of an activity alive for Temporal, whatever it waits for. The signal aborts when Temporal wants no answer any
 * more (workflow terminated, attempt timed out): the body then stops waiting and leaves a running recipe to the next attempt.
 */
export async function withHeartbeat<Result>(body: (abandoned: AbortSignal) => Promise<Result>): Promise<Result> {
  const startedAt = Date.now()
  const timer = setInterval(() => heartbeat({ seconds: Math.round((Date.now() - startedAt) / 1000) }), EVERY_MS)
  try {
    return await body(cancellationSignal())
  } finally {
    clearInterval(timer)
  }
}
