import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'
import { decideStart, type StartDecision } from '../domain/attempt.ts'
import { isOpenRun } from '../domain/date-run.ts'
import { controlOf, type StartPlace } from '../domain/hold.ts'
import { isTrial } from '../domain/trial.ts'
import type { Database } from './connect.ts'
import { writeEvent } from './events.ts'
import { activeHolds, shareHoldLock } from './holds.ts'

const gzip = promisify(gzipCallback)

export interface StartRequest {
  readonly runNumber: number
  readonly abName: string
  readonly generation: number
  readonly version: number
  readonly folder: string
  /** What the recipe gets, and by which instrument file (its SHA-256). */
  readonly configuration?: { readonly instrumentFile: string; readonly parameters: readonly string[] }
  readonly place: StartPlace
  readonly windowIsOpen: boolean
}

export type StartResult =
  | { readonly started: true; readonly startId: number }
  | { readonly started: false; readonly decision: NotStartedDecision }
type NotStartedDecision = Extract<StartDecision, { start: false }>

/**
 * Starting a recipe is this one transaction: the facts are read under locks, domain/attempt.ts decides, the start is inserted.
 * The block's row serialises two attempts at the same block; the shared hold lock makes a committed hold final.
 */
export async function startRecipe(database: Database, request: StartRequest): Promise<StartResult> {
  const { runNumber, abName, generation, place } = request
  const { instrument } = place
  return database.transaction().execute(async (transaction) => {
    await shareHoldLock(transaction)
    const run = await transaction
      .selectFrom('date_run')
      .select('state')
      .where('run_number', '=', runNumber)
      .forShare()
      .executeTakeFirst()
    const ab = await transaction
      .selectFrom('sciproc_ab')
      .select(['state', 'generation', 'version'])
      .where('instrument', '=', instrument)
      .where('ab_name', '=', abName)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const facts = await startHistory(transaction, instrument, abName, generation)
    const decision = decideStart({
      fenceIsCurrent:
        run !== undefined && isOpenRun(run.state) && (isTrial(generation) || ab.generation === generation),
      // A trial keeps the content that was the newest when it was opened.
      contentIsCurrent:
        isTrial(generation) || (ab.version === request.version && ab.state !== 'left out' && ab.state !== 'withdrawn'),
      control: controlOf(await activeHolds(transaction), place),
      windowIsOpen: request.windowIsOpen,
      ended: facts.ended,
      openStart: facts.openStart !== null,
      startsWithoutEnd: facts.startsWithoutEnd,
    })
    if (!decision.start) return { started: false, decision }
    const { start_id: startId } = await transaction
      .insertInto('recipe_start')
      .values({
        run_number: runNumber,
        instrument,
        ab_name: abName,
        generation,
        version: request.version,
        host: place.host,
        folder: request.folder,
        instrument_file: request.configuration?.instrumentFile ?? null,
        parameters: request.configuration === undefined ? null : [...request.configuration.parameters],
      })
      .returning('start_id')
      .executeTakeFirstOrThrow()
    if (!isTrial(generation)) await setAbState(transaction, instrument, abName, 'running', null)
    return { started: true, startId }
  })
}

export interface StartHistory {
  readonly ended: boolean
  readonly openStart: {
    readonly startId: number
    readonly folder: string
    readonly host: string
    readonly runNumber: number
  } | null
  readonly startsWithoutEnd: number
}

/** What the record says of the starts of one generation of a block. */
export async function startHistory(
  database: Database,
  instrument: string,
  abName: string,
  generation: number,
): Promise<StartHistory> {
  const attempt = await database
    .selectFrom('attempt')
    .select('outcome')
    .where('instrument', '=', instrument)
    .where('ab_name', '=', abName)
    .where('generation', '=', generation)
    .executeTakeFirst()
  const starts = await database
    .selectFrom('recipe_start')
    .select(['start_id', 'folder', 'host', 'run_number', 'ended_as'])
    .where('instrument', '=', instrument)
    .where('ab_name', '=', abName)
    .where('generation', '=', generation)
    .execute()
  const open = starts.find(({ ended_as }) => ended_as === null)
  return {
    ended: attempt !== undefined,
    openStart:
      open === undefined
        ? null
        : { startId: open.start_id, folder: open.folder, host: open.host, runNumber: open.run_number },
    startsWithoutEnd: starts.filter(({ ended_as }) => ended_as === 'without end').length,
  }
}

export interface StartClosing {
  readonly startId: number
  readonly endedAs: 'without end' | 'not attempted'
  readonly detail: string
  /** What the recipe had logged until then; null when there is nothing. */
  readonly log: string | null
}

/** Closes a start that gave no answer; its block waits again. Closing it twice changes nothing. */
export async function closeStart(database: Database, closing: StartClosing): Promise<void> {
  const { startId, endedAs, detail } = closing
  const log = closing.log === null ? null : await gzip(Buffer.from(closing.log))
  await database.transaction().execute(async (transaction) => {
    const start = await transaction
      .updateTable('recipe_start')
      .set({ ended_at: new Date(), ended_as: endedAs, detail, log })
      .where('start_id', '=', startId)
      .where('ended_at', 'is', null)
      .returning(['instrument', 'ab_name', 'run_number', 'generation'])
      .executeTakeFirst()
    if (start === undefined) return
    if (!isTrial(start.generation)) await setAbState(transaction, start.instrument, start.ab_name, 'pending', null)
    const { date } = await transaction
      .selectFrom('date_run')
      .select('date')
      .where('run_number', '=', start.run_number)
      .executeTakeFirstOrThrow()
    await writeEvent(transaction, {
      instrument: start.instrument,
      date,
      runNumber: start.run_number,
      abName: start.ab_name,
      kind: endedAs === 'without end' ? 'start without an end' : 'not attempted',
      message: detail,
    })
  })
}

export async function setAbState(
  transaction: Database,
  instrument: string,
  abName: string,
  state: 'pending' | 'running' | 'processed' | 'failed' | 'interrupted',
  cause: string | null,
): Promise<void> {
  await transaction
    .updateTable('sciproc_ab')
    .set({ state, cause, changed_at: new Date() })
    .where('instrument', '=', instrument)
    .where('ab_name', '=', abName)
    .where('state', '!=', state)
    .execute()
}
