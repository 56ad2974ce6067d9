import { Hono } from 'hono'
import { qc1Trend, trendNames } from '../../../database/qc1-trend.ts'
import type { Guarded } from '../guard.ts'
import type { Monitor } from '../monitor.ts'

/** `/api/qc1/UVES`: what can be drawn; with `?name=signal to noise` its values, one for each attempt. */
export function qc1Routes({ database }: Monitor): Hono<Guarded> {
  return new Hono<Guarded>().get('/:instrument', async (context) => {
    const { instrument } = context.req.param()
    const { name, setting, from, to } = context.req.query()
    if (name === undefined || name === '')
      return context.json({ instrument, ...(await trendNames(database, instrument)) })
    const trend = await qc1Trend(database, {
      instrument,
      name,
      ...(setting === undefined || setting === '' ? {} : { setting }),
      ...(from === undefined || from === '' ? {} : { from }),
      ...(to === undefined || to === '' ? {} : { to }),
    })
    return context.json({ instrument, ...(await trendNames(database, instrument)), trend })
  })
}
