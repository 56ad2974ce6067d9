import { useEffect, useState } from 'preact/hooks'

/** What the server said when it did not do what was asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** Asks for a document. @throws Refusal with the server's line, or with one of ours when there was no answer */
export async function ask<Document>(path: string, options: RequestInit = {}): Promise<Document> {
  const reply = await fetch(path, options).catch(() => {
    throw new Refusal('the monitor does not answer')
  })
  const text = await reply.text()
  if (reply.ok) return JSON.parse(text)
  throw new Refusal(errorOf(text) ?? `the monitor answered with ${reply.status}`)
}

/** Orders something: JSON there and back. */
export async function order<Document>(path: string, body: unknown, method = 'POST'): Promise<Document> {
  return ask(path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
}

export interface Loaded<Document> {
  readonly document: Document | null
  readonly error: string | null
}

/** A document that is asked for once, and again when `path` or `version` changes; the old one stays until the new one is there. */
export function useDocument<Document>(path: string | null, version = 0): Loaded<Document> {
  const [loaded, setLoaded] = useState<Loaded<Document> & { of: string | null }>({
    of: null,
    document: null,
    error: null,
  })
  useEffect(() => {
    if (path === null) return
    let isWanted = true
    ask<Document>(path).then(
      (document) => isWanted && setLoaded({ of: path, document, error: null }),
      (error: unknown) => isWanted && setLoaded({ of: path, document: null, error: messageOf(error) }),
    )
    return () => {
      isWanted = false
    }
  }, [path, version])
  return loaded
}

/**
 * Listens to a stream of the server while the page is in sight; nothing is sent to a page that nobody sees. Returns what is wrong with the
 * connection, or null. The browser itself comes again when it breaks.
 */
export function useStream(path: string, events: Record<string, (data: string) => void>): string | null {
  const [trouble, setTrouble] = useState<string | null>(null)
  useEffect(() => {
    let source: EventSource | null = null
    const open = () => {
      const stream = new EventSource(path)
      stream.addEventListener('open', () => setTrouble(null))
      stream.addEventListener('error', () =>
        setTrouble(`no connection since ${new Date().toISOString().slice(11, 19)} UT`),
      )
      for (const [name, take] of Object.entries(events)) {
        stream.addEventListener(name, (event) => take(event.data))
      }
      source = stream
    }
    const close = () => {
      source?.close()
      source = null
    }
    const look = () => {
      if (document.hidden) close()
      else if (source === null) open()
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      close()
    }
    // The handlers only set states, which stay the same.
  }, [path])
  return trouble
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function errorOf(text: string): string | null {
  try {
    const reply: unknown = JSON.parse(text)
    return typeof reply === 'object' && reply !== null && 'error' in reply ? String(reply.error) : null
  } catch {
    return text === '' ? null : text.trim()
  }
}
