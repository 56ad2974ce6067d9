import { Hono } from 'hono'
import { Gauge, Registry } from 'prom-client'
import { type Metric, readMetrics } from '../../../database/metrics.ts'
import { type Guarded, isLoopback, operatorsOnly } from '../guard.ts'
import { shared } from '../live.ts'
import type { Monitor } from '../monitor.ts'

/** However often it is asked, the record is read at most this often. */
const FRESH_MS = 5_000

/** `/metrics`: the numbers of the record in the text format of Prometheus. From another machine only with the token, as all data. */
export function metricsRoutes({ database, settings }: Monitor): Hono<Guarded> {
  const text = shared(FRESH_MS, async () => exposition(await readMetrics(database)))
  const routes = new Hono<Guarded>()
  if (!isLoopback(settings.monitor.address)) routes.use(operatorsOnly)
  return routes.get('/', async (context) =>
    context.text(await text(''), 200, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE }),
  )
}

async function exposition(metrics: readonly Metric[]): Promise<string> {
  const registry = new Registry()
  for (const { name, help, samples } of metrics) {
    const labelNames = Object.keys(samples[0]?.labels ?? {})
    const gauge = new Gauge({ name, help, labelNames, registers: [registry] })
    for (const { labels, value } of samples) gauge.set(labels, value)
  }
  return registry.metrics()
}
