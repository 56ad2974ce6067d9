import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { failureLine, isConnectionLost } from '../../client/failure-line.ts'
import { InfrastructureError, PreconditionError } from '../../domain/failure.ts'
import { type Guarded, headers, isLoopback, operatorsOnly, sameSite, whoAsks } from './guard.ts'
import type { Monitor } from './monitor.ts'
import { abRoutes } from './routes/ab.ts'
import { actionRoutes } from './routes/actions.ts'
import { archiveRoutes } from './routes/archive.ts'
import { campaignRoutes } from './routes/campaigns.ts'
import { dateRoutes } from './routes/date.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { overviewRoutes } from './routes/overview.ts'
import { pageRoutes } from './routes/page.ts'
import { qc1Routes } from './routes/qc1.ts'
import { sessionRoutes } from './routes/session.ts'

const MOST_BODY_BYTES = 64 * 1024

/** The monitor as a function from request to reply: every view's data under /api, the page under every other path. */
export function buildApp(monitor: Monitor): Hono<Guarded> {
  const { settings, access } = monitor
  const app = new Hono<Guarded>()
  app.use(headers)
  app.use(sameSite(settings))
  app.use(whoAsks(access, settings))
  app.use(bodyLimit({ maxSize: MOST_BODY_BYTES, onError: (context) => context.json({ error: 'too long' }, 413) }))
  app.use('/api/*', async (context, next) => {
    context.header('Cache-Control', 'no-store')
    return next()
  })
  app.route('/api/session', sessionRoutes(monitor))
  app.on(['POST', 'PUT', 'DELETE', 'PATCH'], '/api/*', operatorsOnly)
  if (!isLoopback(settings.monitor.address)) app.use('/api/*', operatorsOnly)
  app.route('/api', overviewRoutes(monitor))
  app.route('/api/dates', dateRoutes(monitor))
  app.route('/api/abs', abRoutes(monitor))
  app.route('/api/campaigns', campaignRoutes(monitor))
  app.route('/api/qc1', qc1Routes(monitor))
  app.route('/api/archive', archiveRoutes(monitor))
  app.route('/api', actionRoutes(monitor))
  app.all('/api/*', (context) => context.json({ error: 'there is nothing at this address' }, 404))
  app.route('/metrics', metricsRoutes(monitor))
  app.route('/', pageRoutes())
  app.onError((error, context) => {
    if (error instanceof PreconditionError) return context.json({ error: failureLine(error, null).line }, 409)
    monitor.log.error({ err: error, path: context.req.path }, 'request failed')
    if (isConnectionLost(error)) return context.json({ error: 'the database is away' }, 503)
    if (error instanceof InfrastructureError) return context.json({ error: failureLine(error, null).line }, 502)
    // What it is stands in the log: a page is no place for the inside of a program.
    return context.json({ error: 'the monitor failed here: its log says how' }, 500)
  })
  return app
}
