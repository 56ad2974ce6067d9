import { Hono } from 'hono'
import type { SSEStreamingApi } from 'hono/streaming'
import { abLog, liveText } from '../../../client/ab-log.ts'
import { type AbKey, findAbs, openStart } from '../../../database/ab-record.ts'
import { abMark, type AbView, abView } from '../../../database/ab-view.ts'
import { attemptText } from '../../../database/attempts.ts'
import { PreconditionError } from '../../../domain/failure.ts'
import { printable } from '../../../pipeline/read-log.ts'
import type { Guarded } from '../guard.ts'
import { liveStream } from '../live.ts'
import type { Monitor } from '../monitor.ts'

/** What the page shows of a block. */
export type AbPage = AbView

/** Of a live log the end is what one looks at. */
const LIVE_LOG_BYTES = 200_000
const TEXTS = { log: 'log', header: 'raw header', frames: 'set of frames' } as const

/** `/api/abs/UVES/<name>.ab`, its texts under `.../log`, `.../header`, `.../frames`; live: that something has changed, and the log. */
export function abRoutes({ database, settings, closing }: Monitor): Hono<Guarded> {
  return new Hono<Guarded>()
    .get('/:instrument/:name', async (context) => {
      const key = await keyOf(context.req.param())
      if (key === null) return context.json({ error: `no block called ${context.req.param('name')}` }, 404)
      const page: AbPage = await abView(database, key)
      return context.json(page)
    })
    .get('/:instrument/:name/live', async (context) => {
      const key = await keyOf(context.req.param())
      if (key === null) return context.json({ error: 'no such block' }, 404)
      return liveStream(context, closing, followBlock(key))
    })
    .get('/:instrument/:name/:text{log|header|frames}', async (context) => {
      const key = await keyOf(context.req.param())
      if (key === null) return context.json({ error: 'no such block' }, 404)
      const generation = Number(context.req.query('generation') ?? key.generation)
      const text = await textOf(key, generation, context.req.param('text'))
      // Never guessed to be anything else than text.
      return text === null ? context.body(null, 204) : context.text(text)
    })

  async function keyOf({ instrument, name }: { instrument: string; name: string }): Promise<AbKey | null> {
    const found = await findAbs(database, name)
    return found.find((ab) => ab.instrument === instrument) ?? null
  }

  async function textOf(key: AbKey, generation: number, text: string): Promise<string | null> {
    if (!Number.isInteger(generation)) return null
    if (text === 'log') return logOf(key, generation)
    const kind = text === 'header' ? TEXTS.header : TEXTS.frames
    const found = await attemptText(database, { ...key, generation }, kind)
    return found === null ? null : printable(found)
  }

  /** That there is none is no mistake of whoever looks. */
  async function logOf(key: AbKey, generation: number): Promise<string | null> {
    try {
      return (await abLog(database, settings.host, key, generation)).text
    } catch (error) {
      if (error instanceof PreconditionError) return null
      throw error
    }
  }

  function followBlock(key: AbKey): (stream: SSEStreamingApi) => Promise<void> {
    let seen: string | null = null
    let told = ''
    return async (stream) => {
      const mark = await abMark(database, key.instrument, key.abName)
      if (seen !== null && mark !== seen) await stream.writeSSE({ event: 'changed', data: '' })
      seen = mark
      const open = await openStart(database, key)
      const text = open === null ? null : await liveText(database, settings.host, key, open, LIVE_LOG_BYTES)
      if (text === null || text === told) return
      const goesOn = told !== '' && text.startsWith(told)
      await stream.writeSSE({ event: goesOn ? 'log' : 'whole log', data: goesOn ? text.slice(told.length) : text })
      told = text
    }
  }
}
