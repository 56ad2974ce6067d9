import { Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import { type Guarded, isLoopback, sessionCookie } from '../guard.ts'
import type { Monitor } from '../monitor.ts'

const signIn = z.strictObject({ token: z.string().max(200), operator: z.string().trim().min(1).max(60).optional() })

/** What the page knows of whoever looks, and how to sign in and out. */
export interface Session {
  readonly operator: string | null
  /** Data are for operators only, since others than this machine can ask. */
  readonly isClosed: boolean
  readonly host: string
  readonly temporalUi: Monitor['temporalUi']
}

export function sessionRoutes({ settings, access, temporalUi }: Monitor): Hono<Guarded> {
  const cookie = sessionCookie(settings)
  const isClosed = !isLoopback(settings.monitor.address)
  return new Hono<Guarded>()
    .get('/', (context) => {
      const operator = context.get('operator')
      const known = operator !== null || !isClosed
      const session: Session = {
        operator,
        isClosed,
        host: known ? settings.host : '',
        temporalUi: known ? temporalUi : null,
      }
      return context.json(session)
    })
    .post('/', async (context) => {
      const given = signIn.safeParse(await context.req.json().catch(() => null))
      const operator = given.data?.operator ?? settings.operator
      const session = given.success ? access.signIn(given.data.token, operator) : null
      if (session === null) {
        return context.json(
          { error: 'That link is of an earlier start: `phoenix monitor --link` prints a new one.' },
          401,
        )
      }
      setCookie(context, cookie, session.id, {
        httpOnly: true,
        sameSite: 'Strict',
        path: '/',
        maxAge: session.seconds,
        secure: context.req.header('x-forwarded-proto') === 'https',
      })
      return context.json({ operator })
    })
    .delete('/', (context) => {
      const session = getCookie(context, cookie)
      if (session !== undefined) access.signOut(session)
      deleteCookie(context, cookie, { path: '/' })
      return context.json({ operator: null })
    })
}
