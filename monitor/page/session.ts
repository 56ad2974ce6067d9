import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { Session as ServerSession } from '../server/routes/session.ts'
import { ask, messageOf, order } from './data.ts'
import type { Wire } from './wire.ts'

export type Session = Wire<ServerSession>

const unknown: Session = { operator: null, isClosed: false, host: '', temporalUi: null }
export const SessionContext = createContext<Session>(unknown)

export function useSession(): Session {
  return useContext(SessionContext)
}

/** Who looks at the page. A link that `phoenix monitor --link` has printed signs in, and its token leaves the address at once. */
export function useOwnSession(): { session: Session; isKnown: boolean; trouble: string | null; signOut: () => void } {
  const [session, setSession] = useState<Session | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const look = async () => setSession(await ask<Session>('/api/session'))
  const tell = (error: unknown) => setTrouble(messageOf(error))
  useEffect(() => {
    const { token, operator } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
    if (token === undefined) {
      look().catch(tell)
      return
    }
    history.replaceState(null, '', location.pathname + location.search)
    order('/api/session', { token, ...(operator === undefined ? {} : { operator }) })
      .catch(tell)
      .then(look)
      .catch(tell)
  }, [])
  const signOut = () => void order('/api/session', {}, 'DELETE').then(look).catch(tell)
  return { session: session ?? unknown, isKnown: session !== null, trouble, signOut }
}
