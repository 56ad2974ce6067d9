import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { CommandContext } from '../../../client/context.ts'
import { giveUpDate } from '../../../client/give-up.ts'
import { hold } from '../../../client/hold.ts'
import { scopeOf } from '../../../client/hold-scope.ts'
import { Output } from '../../../client/output.ts'
import { resume } from '../../../client/resume.ts'
import { PreconditionError } from '../../../domain/failure.ts'
import type { Guarded } from '../guard.ts'
import type { Monitor } from '../monitor.ts'

const scope = z.strictObject({
  instrument: z.string().max(40).optional(),
  date: z.string().max(10).optional(),
  host: z.string().max(200).optional(),
  archive: z.string().max(500).optional(),
  all: z.literal(true).optional(),
})
const reason = z.string().trim().max(500)
const newHold = z.strictObject({ kind: z.enum(['pause', 'stop', 'cancel']), scope, reason })
const release = z.strictObject({ scope })
const surrender = z.strictObject({ instrument: z.string().max(40), date: z.string().max(10), reason: reason.min(1) })

/**
 * What an operator orders from the page. Each is the command of the same name, carried out by the same code under the operator's name; the
 * reply holds the lines that the command would say.
 */
export function actionRoutes({ settings, database }: Monitor): Hono<Guarded> {
  return new Hono<Guarded>()
    .post('/holds', async (context) => {
      const asked = checked(newHold, await jsonOf(context))
      const { output, lines } = listening()
      const as = asOperator(context.get('operator'), output)
      await hold(as, database, asked.kind, await scopeOf(settings, scopeArguments(asked.scope)), asked.reason)
      return context.json({ lines })
    })
    .post('/resume', async (context) => {
      const asked = checked(release, await jsonOf(context))
      const { output, lines } = listening()
      const as = asOperator(context.get('operator'), output)
      await resume(as, database, await scopeOf(settings, scopeArguments(asked.scope)))
      return context.json({ lines })
    })
    .post('/give-up', async (context) => {
      const { instrument, date, reason: why } = checked(surrender, await jsonOf(context))
      const { output, lines } = listening()
      const as = asOperator(context.get('operator'), output)
      await giveUpDate(as, database, { instrument, date }, { reason: why, yes: true })
      return context.json({ lines: [...lines, `${instrument} ${date} counts as stopped; nothing was deleted`] })
    })

  function asOperator(operator: string | null, output: Output): CommandContext {
    if (operator === null) throw new Error('an action without an operator')
    return { settings: { ...settings, operator }, output }
  }
}

/** What a command says on its way, warnings included. */
function listening(): { output: Output; lines: readonly string[] } {
  const lines: string[] = []
  const keep = (text: string) => void lines.push(text.trimEnd())
  return {
    output: new Output({ out: () => undefined, error: keep, width: null, colour: false, size: null }, true),
    lines,
  }
}

function scopeArguments({ instrument, date, ...others }: z.infer<typeof scope>) {
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined))
  return { scope: instrument, date, ...given }
}

async function jsonOf({ req }: Context): Promise<unknown> {
  const text = await req.text()
  try {
    return JSON.parse(text)
  } catch {
    throw new PreconditionError('the order is not JSON')
  }
}

function checked<Value>(schema: z.ZodType<Value>, body: unknown): Value {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new PreconditionError(`${issue?.path.join('.')}: ${issue?.message}`)
}
