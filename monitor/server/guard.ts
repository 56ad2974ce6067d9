import { createHash } from 'node:crypto'
import os from 'node:os'
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import { secureHeaders } from 'hono/secure-headers'
import type { Settings } from '../../settings/settings.ts'
import type { Access } from './access.ts'

/** What every route knows of who asks. */
export interface Guarded {
  Variables: {
    /** Null: may look, and change nothing. */
    operator: string | null
  }
}

/** Nothing from outside, no script or style but the files of the page itself, in nobody's frame. Plain HTTP on this machine: no HSTS. */
export const headers: MiddlewareHandler = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  crossOriginResourcePolicy: 'same-origin',
  crossOriginOpenerPolicy: 'same-origin',
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
  strictTransportSecurity: false,
})

/**
 * A page of another site can make a browser ask us. By the name of another host (DNS rebinding) it gets nothing; from another origin it
 * gets nothing but the page itself, to which people link.
 */
export function sameSite({ monitor, host }: Pick<Settings, 'monitor' | 'host'>): MiddlewareHandler {
  const names = new Set(
    ['localhost', '127.0.0.1', '[::1]', bracketed(monitor.address), host, os.hostname(), ...monitor.hosts].map((name) =>
      name.toLowerCase(),
    ),
  )
  return async (context, next) => {
    const asked = context.req.header('host') ?? ''
    if (!names.has(asked.toLowerCase().replace(/:\d+$/, ''))) {
      return context.text('This monitor does not answer under that name (PHOENIX_MONITOR_HOSTS adds one).\n', 403)
    }
    const origin = context.req.header('origin')
    const isOurs = origin === undefined ? isSameSite(context) : origin.toLowerCase() === `http://${asked}`.toLowerCase()
    // Behind a proxy that speaks TLS, the origin is https.
    const isOursByTls = origin?.toLowerCase() === `https://${asked}`.toLowerCase()
    if (!isOurs && !isOursByTls) return context.text('A page of another site may not ask this monitor.\n', 403)
    return next()
  }
}

/** A browser says where a request comes from; a program that is none says nothing. */
function isSameSite(context: Context): boolean {
  const site = context.req.header('sec-fetch-site')
  if (site === undefined || site === 'same-origin' || site === 'none') return true
  return context.req.method === 'GET' && context.req.header('sec-fetch-mode') === 'navigate'
}

/** Who asks: by the session of a browser, or by the token itself, as a script shows it. */
export function whoAsks(access: Access, settings: Pick<Settings, 'home' | 'operator'>): MiddlewareHandler<Guarded> {
  const cookie = sessionCookie(settings)
  return async (context, next) => {
    const bearer = /^Bearer (\S+)$/.exec(context.req.header('authorization') ?? '')?.[1]
    const session = getCookie(context, cookie)
    const bySession = session === undefined ? null : access.operatorOf(session)
    const byToken = bearer !== undefined && access.isToken(bearer) ? settings.operator : null
    context.set('operator', bySession ?? byToken)
    return next()
  }
}

/** For everything that changes something, and for all data when others than this machine can ask. */
export const operatorsOnly: MiddlewareHandler<Guarded> = async (context, next) => {
  if (context.get('operator') === null) {
    return context.json({ error: 'Sign in first: `phoenix monitor --link` prints a link that does it.' }, 401)
  }
  if (context.req.method !== 'GET' && !/^application\/json\b/.test(context.req.header('content-type') ?? '')) {
    return context.json({ error: 'expected application/json' }, 415)
  }
  return next()
}

/** Cookies know no ports: two installations on one machine need two names. */
export function sessionCookie({ home }: Pick<Settings, 'home'>): string {
  return `phoenix-${createHash('sha256').update(home).digest('hex').slice(0, 8)}`
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
