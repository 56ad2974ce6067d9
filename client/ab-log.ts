import { existsSync } from 'node:fs'
import { type AbKey, lastStartLog, openStart } from '../database/ab-record.ts'
import { attemptText } from '../database/attempts.ts'
import type { Database } from '../database/connect.ts'
import { PreconditionError } from '../domain/failure.ts'
import { printable, readLog } from '../pipeline/read-log.ts'

export interface AbLog {
  readonly generation: number
  /** attempt: of the answer. live: of a recipe at work. start: of the last start that gave no answer. */
  readonly source: 'attempt' | 'live' | 'start'
  /** Without control characters. */
  readonly text: string
}

/**
 * The log of one generation of a block: of its answer; else live, from the folder of the recipe on this host; else what its last start
 * left. @throws PreconditionError when there is none, saying why
 */
export async function abLog(database: Database, host: string, key: AbKey, generation: number): Promise<AbLog> {
  const { instrument, abName } = key
  const answer = await attemptText(database, { instrument, abName, generation }, 'log')
  if (answer !== null) return { generation, source: 'attempt', text: printable(answer) }
  const open = generation === key.generation ? await openStart(database, key) : null
  if (open !== null && open.host === host && existsSync(open.folder)) {
    const live = readLog(open.folder)
    if (live.path !== null) return { generation, source: 'live', text: printable(live.text) }
  }
  const last = await lastStartLog(database, { instrument, abName, generation })
  if (last !== null) return { generation, source: 'start', text: printable(last) }
  if (open !== null && open.host !== host)
    throw new PreconditionError(`${abName} is running on host ${open.host}: ask there`)
  throw new PreconditionError(`${abName} has no log in generation ${generation}: ${whyNone(key)}`)
}

function whyNone({ state, cause }: AbKey): string {
  return `no recipe has written one, it is ${state}${cause === null ? '' : ` (${cause})`}`
}
