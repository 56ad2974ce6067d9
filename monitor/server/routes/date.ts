import { Hono } from 'hono'
import type { SSEStreamingApi } from 'hono/streaming'
import { startPlace } from '../../../client/place.ts'
import { dateMark, type DateView, dateView } from '../../../database/date-view.ts'
import { activeHolds } from '../../../database/holds.ts'
import { absWithoutAnswer, type RegisteredAb } from '../../../database/plan.ts'
import { calibrationOutlook, type CalibrationOutlook } from '../../../domain/calibration-outlook.ts'
import { isOpenRun } from '../../../domain/date-run.ts'
import { PreconditionError } from '../../../domain/failure.ts'
import { type Hold, inScope } from '../../../domain/hold.ts'
import { isObservingDate } from '../../../domain/observing-date.ts'
import { loadInstrument } from '../../../settings/instruments.ts'
import { dateWorkflowId } from '../../../workflows/ids.ts'
import type { Guarded } from '../guard.ts'
import { liveStream, sendsChanges, shared } from '../live.ts'
import type { Monitor } from '../monitor.ts'

/** A date with what holds it. */
export interface DatePage extends DateView {
  readonly holds: readonly Hold[]
  readonly workflowId: string
}

const SHARED_MS = 900

/** `/api/dates/UVES/2026-03-01`; under `.../live` the whole first, then what changes: rows of ABs, and the rest. */
export function dateRoutes(monitor: Monitor): Hono<Guarded> {
  const { database, closing } = monitor
  const mark = shared(SHARED_MS, (key) => dateMark(database, ...placeOf(key)))
  const page = shared(SHARED_MS, (key) => readPage(monitor, ...placeOf(key)))
  return new Hono<Guarded>()
    .get('/:instrument/:date', async (context) => {
      const { instrument, date } = context.req.param()
      const found = isObservingDate(date) ? await readPage(monitor, instrument, date) : null
      return found === null
        ? context.json({ error: `${instrument} ${date} is not registered` }, 404)
        : context.json(found)
    })
    .get('/:instrument/:date/live', (context) => {
      const { instrument, date } = context.req.param()
      if (!isObservingDate(date)) return context.json({ error: 'not a date' }, 404)
      const key = `${instrument} ${date}`
      const send = sendsRows()
      let seen: string | null = null
      return liveStream(context, closing, async (stream) => {
        const now = await mark(key)
        if (now === seen) return
        seen = now
        const found = await page(key)
        if (found !== null) await send(stream, found)
      })
    })
}

async function readPage({ database, settings }: Monitor, instrument: string, date: string): Promise<DatePage | null> {
  const view = await dateView(database, instrument, date)
  if (view === null) return null
  const run = view.runs.find(({ state }) => isOpenRun(state))
  const place = startPlace(settings, { instrument, date, orderId: run?.orderId ?? 0, host: run?.host ?? settings.host })
  const holds = (await activeHolds(database)).filter(({ scope }) => inScope(scope, place))
  const outlook = await outlookOf(settings.instrumentDir, await absWithoutAnswer(database, instrument, date))
  const abs = view.abs.map((ab) => ({ ...ab, ...outlook.get(ab.abName) }))
  return { ...view, abs, holds, workflowId: dateWorkflowId(settings.queuePrefix, instrument, date) }
}

/** Of blocks that have no scores yet. Without a readable instrument file nothing is said: whoever processes the date is told. */
async function outlookOf(
  instrumentDir: string,
  abs: readonly RegisteredAb[],
): Promise<ReadonlyMap<string, CalibrationOutlook>> {
  const [first] = abs
  if (first === undefined) return new Map()
  try {
    const instrument = await loadInstrument(instrumentDir, first.ab.instrument)
    return new Map(abs.map(({ abName, ab }) => [abName, calibrationOutlook(ab, instrument)]))
  } catch (error) {
    if (error instanceof PreconditionError) return new Map()
    throw error
  }
}

/** Of 600 blocks a second changes two or three: only those are sent, and only those are drawn again. */
function sendsRows(): (stream: SSEStreamingApi, page: DatePage) => Promise<void> {
  const sent = new Map<string, string>()
  const sendRest = sendsChanges('date')
  return async (stream, { abs, ...rest }) => {
    const texts = new Map(abs.map((ab) => [ab.abName, JSON.stringify(ab)]))
    const changed = [...texts].filter(([name, text]) => sent.get(name) !== text)
    const isOther = sent.size === 0 || [...sent.keys()].some((name) => !texts.has(name))
    if (changed.length > 0 || isOther) {
      const event = isOther ? 'all abs' : 'abs'
      const list = isOther ? [...texts] : changed
      await stream.writeSSE({ event, data: `[${list.map(([, text]) => text).join(',')}]` })
      sent.clear()
      for (const [name, text] of texts) sent.set(name, text)
    }
    await sendRest(stream, rest)
  }
}

function placeOf(key: string): [string, string] {
  const [instrument = '', date = ''] = key.split(' ')
  return [instrument, date]
}
