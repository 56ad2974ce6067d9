import { existsSync } from 'node:fs'
import { type AbKey, lastStartLog, openStart } from '../database/ab-record.ts'
import { attemptText } from '../database/attempts.ts'
import { liveLog } from '../database/at-work.ts'
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
 * The log of one generation of a block: of its answer; else live; else what its last start
 * left. @throws PreconditionError when there is none, saying why
 */
export async function abLog(database: Database, host: string, key: AbKey, generation: number): Promise<AbLog> {
  const { instrument, abName } = key
  const answer = await attemptText(database, { instrument, abName, generation }, 'log')
  if (answer !== null) return { generation, source: 'attempt', text: printable(answer) }
  const open = generation === key.generation ? await openStart(database, key) : null
  const live = open === null ? null : await liveText(database, host, key, open)
  if (live !== null) return { generation, source: 'live', text: live }
  const last = await lastStartLog(database, { instrument, abName, generation })
  if (last !== null) return { generation, source: 'start', text: printable(last) }
  if (open !== null) throw new PreconditionError(`${abName} runs on host ${open.host}: its log is not to be seen yet`)
  throw new PreconditionError(`${abName} has no log in generation ${generation}: ${whyNone(key)}`)
}

/** The log of a running recipe: on its own host the file, elsewhere what that host shows of it. Null while there is none. */
export async function liveText(
  database: Database,
  host: string,
  key: Pick<AbKey, 'instrument' | 'abName'>,
  open: NonNullable<Awaited<ReturnType<typeof openStart>>>,
  maximumBytes?: number,
): Promise<string | null> {
  if (open.host !== host) return liveLog(database, key)
  const { path, text } = existsSync(open.folder) ? readLog(open.folder, maximumBytes) : { path: null, text: '' }
  return path === null ? null : printable(text)
}

function whyNone({ state, cause }: AbKey): string {
  return `no recipe has written one, it is ${state}${cause === null ? '' : ` (${cause})`}`
}
