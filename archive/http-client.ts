import type { Readable } from 'node:stream'
import type * as Undici from 'undici'
import { InfrastructureError } from '../domain/failure.ts'
import { ArchiveUnauthorized, FileMissing } from './archive.ts'
import { ArchiveBusy, retryAfterSeconds } from './back-off.ts'
import type { TransferLimits } from './transfer-limits.ts'

/** How one archive is asked. */
export interface HttpAccess {
  /** Name of the archive, in messages and holds. */
  readonly name: string
  /** Value of the Authorization header, read for each request; sent to the archive's own origin only. */
  readonly authorization: () => Promise<string | null>
  /** Hosts that a redirect may lead to beside the archive's own: `host`, `host:port`, or `http://host` where plain HTTP is meant. */
  readonly redirectHosts: readonly string[]
  /** False for a server of HTTP/1.0: each connection serves one request. */
  readonly keepAlive: boolean
  readonly limits: TransferLimits
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Must be read or destroyed. */
  readonly body: Readable
}

export interface Asking {
  readonly method?: 'GET' | 'HEAD' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Readable
  readonly signal?: AbortSignal | undefined
}

/**
 * Sends a request and follows redirects, each hop held against the allowed hosts. Any status is an answer.
 *
 * @throws InfrastructureError when there is no answer; ArchiveUnauthorized for a redirect to where we may not go
 */
export async function ask(access: HttpAccess, address: URL, asking: Asking = {}): Promise<Answer> {
  let url = address
  for (let hop = 0; hop <= MOST_HOPS; hop += 1) {
    const answer = await askOnce(access, url, asking, url.origin === address.origin)
    const location = REDIRECTS.has(answer.status) ? answer.headers['location'] : undefined
    // A body cannot be sent twice, so an upload follows nothing.
    if (location === undefined || asking.body !== undefined) return answer
    giveUp(answer)
    const next = URL.canParse(location, url.href) ? new URL(location, url) : null
    if (next === null || !mayFollow(access, address, url, next)) {
      const where = next === null ? 'no address' : `${next.protocol}//${next.host}`
      throw new ArchiveUnauthorized(
        access.name,
        `redirects to ${where}, which is not allowed: a log-in page, or a host to be named in PHOENIX_ARCHIVE_HOSTS`,
      )
    }
    url = next
  }
  throw new InfrastructureError(`archive ${access.name}: more than ${MOST_HOPS} redirects`)
}

/** Throws what the status of an answer means, unless it is a success. The texts of the server stay out of our messages. */
export function throwUnlessFine(access: HttpAccess, answer: Answer, what: string): void {
  const { status, headers } = answer
  if (status >= 200 && status < 300) return
  giveUp(answer)
  if (status === 401 || status === 403) {
    throw new ArchiveUnauthorized(access.name, `answers ${status}: the token is missing, expired or not enough`)
  }
  if (status === 404 || status === 410) throw new FileMissing(`${what} is not in archive ${access.name}`)
  const message = `archive ${access.name} answers ${status} for ${what}`
  if (status === 429 || status >= 500) throw new ArchiveBusy(message, retryAfterSeconds(headers['retry-after']))
  throw new InfrastructureError(message)
}

/** Ends an answer whose body nobody wants. */
export function giveUp({ body }: Answer): void {
  body.destroy()
}

const MOST_HOPS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Connections are counted per archive elsewhere; the agent only keeps them. */
const agents = new Map<number, Undici.Agent>()

function agentFor({ connectSeconds }: TransferLimits, undici: typeof Undici): Undici.Agent {
  const known = agents.get(connectSeconds)
  if (known !== undefined) return known
  // Times of bodies are watched where they are read, since a body that waits for our disk or our bandwidth limit is not idle.
  const agent = new undici.Agent({ connect: { timeout: connectSeconds * 1000 }, bodyTimeout: 0 })
  agents.set(connectSeconds, agent)
  return agent
}

async function askOnce(access: HttpAccess, url: URL, asking: Asking, isOwnOrigin: boolean): Promise<Answer> {
  const authorization = isOwnOrigin ? await access.authorization() : null
  const { method = 'GET', headers, body, signal } = asking
  // Loaded here: most commands ask no server, and it takes its time.
  const undici = await import('undici')
  try {
    const answer = await undici.request(url, {
      method,
      dispatcher: agentFor(access.limits, undici),
      headersTimeout: access.limits.idleSeconds * 1000,
      reset: !access.keepAlive,
      headers: { 'accept-encoding': 'identity', ...headers, ...(authorization === null ? {} : { authorization }) },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    })
    // Told to whoever reads the body; one that nobody reads yet, or any more, must not end the process.
    answer.body.on('error', () => undefined)
    return { status: answer.statusCode, headers: firstValues(answer.headers), body: answer.body }
  } catch (error) {
    signal?.throwIfAborted()
    // Errors of sockets, of the HTTP parser and of the client's time-outs all have a code; what has none is a defect of ours.
    if (!(error instanceof Error) || !('code' in error)) throw error
    throw new InfrastructureError(`archive ${access.name}: ${error.message || String(error.code)}`, { cause: error })
  }
}

function mayFollow({ redirectHosts }: HttpAccess, start: URL, from: URL, to: URL): boolean {
  if (to.protocol !== 'https:' && to.protocol !== 'http:') return false
  if (to.origin === start.origin) return true
  if (redirectHosts.some((allowed) => allowed === `${to.protocol}//${to.host}`)) return true
  if (from.protocol === 'https:' && to.protocol === 'http:') return false
  return to.host === start.host || redirectHosts.includes(to.host)
}

function firstValues(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value
    if (first !== undefined) values[name] = first
  }
  return values
}
