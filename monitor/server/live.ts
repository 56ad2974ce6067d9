import { setTimeout as delay } from 'node:timers/promises'
import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'

const LOOK_EVERY_MS = 1_000
/** A connection that says nothing is closed by proxies. */
const SAY_SOMETHING_EVERY_MS = 15_000

/**
 * A stream of server-sent events that lasts as long as the browser listens. `look` is called every second and sends what is new. When the
 * database is away the stream ends, and the browser comes again by itself.
 */
export function liveStream(
  context: Context,
  closing: AbortSignal,
  look: (stream: SSEStreamingApi) => Promise<void>,
): Response {
  return streamSSE(context, async (stream) => {
    const ended = new AbortController()
    stream.onAbort(() => ended.abort())
    const end = AbortSignal.any([ended.signal, closing])
    let saidAt = Date.now()
    while (!end.aborted) {
      await look(stream)
      if (Date.now() - saidAt > SAY_SOMETHING_EVERY_MS) {
        await stream.write(': still here\n\n')
        saidAt = Date.now()
      }
      await delay(LOOK_EVERY_MS, null, { signal: end }).catch(() => null)
    }
  })
}

/** Sends a document under an event name, if it is another one than last time. */
export function sendsChanges(event: string): (stream: SSEStreamingApi, document: unknown) => Promise<void> {
  let last = ''
  return async (stream, document) => {
    const data = JSON.stringify(document)
    if (data === last) return
    last = data
    await stream.writeSSE({ event, data })
  }
}

/** Asks once for all who want to know the same within so many milliseconds. */
export function shared<Value>(
  milliseconds: number,
  ask: (key: string) => Promise<Value>,
): (key: string) => Promise<Value> {
  const known = new Map<string, { at: number; value: Promise<Value> }>()
  return (key) => {
    const now = Date.now()
    for (const [other, { at }] of known) if (now - at > milliseconds) known.delete(other)
    const found = known.get(key)
    if (found !== undefined) return found.value
    const value = ask(key)
    known.set(key, { at: now, value })
    value.catch(() => known.delete(key))
    return value
  }
}
