import { randomBytes, timingSafeEqual } from 'node:crypto'

const SESSION_MS = 12 * 3_600_000
/** Of one monitor; whoever signs in once more than this ends the oldest session. */
const MOST_SESSIONS = 100

interface Session {
  readonly operator: string
  readonly expiresAt: number
}

/**
 * Who may change something: whoever knows the token of this start of the monitor, which lies in a file that only the operators' account
 * can read. A browser shows it once and gets a session, so that the token itself is in no history and no log.
 */
export class Access {
  /** 256 random bits, new at every start. */
  readonly token = randomBytes(32).toString('base64url')
  readonly #sessions = new Map<string, Session>()

  /** A session for who shows the token; null for a wrong one. */
  signIn(token: string, operator: string): { id: string; seconds: number } | null {
    if (!this.isToken(token)) return null
    const id = randomBytes(32).toString('base64url')
    this.#sessions.set(id, { operator, expiresAt: Date.now() + SESSION_MS })
    for (const [oldest] of this.#sessions) {
      if (this.#sessions.size <= MOST_SESSIONS) break
      this.#sessions.delete(oldest)
    }
    return { id, seconds: SESSION_MS / 1000 }
  }

  signOut(sessionId: string): void {
    this.#sessions.delete(sessionId)
  }

  /** The operator of a session; null when there is no such session, or its time is over. */
  operatorOf(sessionId: string): string | null {
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return null
    if (session.expiresAt > Date.now()) return session.operator
    this.#sessions.delete(sessionId)
    return null
  }

  isToken(given: string): boolean {
    const [a, b] = [Buffer.from(given), Buffer.from(this.token)]
    return a.byteLength === b.byteLength && timingSafeEqual(a, b)
  }
}
