import { z } from 'zod'
import { instrumentSchema } from '../domain/instrument.ts'

/** JSON schema of an instrument file, for editors: what its author may write, with the meaning of each item. */
export function instrumentJsonSchema(): string {
  const schema = z.toJSONSchema(instrumentSchema, { io: 'input' })
  return `${JSON.stringify({ title: 'Instrument file of phoenix', ...schema }, null, 2)}\n`
}
