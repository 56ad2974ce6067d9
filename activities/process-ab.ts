import { activeHolds } from '../database/holds.ts'
import { StaleRunError } from '../database/fence.ts'
import { closeStart, startHistory } from '../database/recipe-starts.ts'
import type { Outcome } from '../database/attempts.ts'
import { takeUp } from '../domain/attempt.ts'
import { InfrastructureError, OutcomeError } from '../domain/failure.ts'
import { controlOf } from '../domain/hold.ts'
import { isOpen } from '../domain/night-window.ts'
import { clearLost, recipeState } from '../pipeline/run-recipe.ts'
import { readLog } from '../pipeline/read-log.ts'
import type { Host } from './dependencies.ts'
import { withHeartbeat } from './heartbeat.ts'
import { turns } from './turns.ts'
import { awaitEnd } from './process-ab/await-end.ts'
import { type Block, openBlock, recipeFolder } from './process-ab/block.ts'
import { conclude, recordWithoutRecipe } from './process-ab/conclude.ts'
import { fetchInputs } from './process-ab/fetch-inputs.ts'
import { start } from './process-ab/start.ts'
import { removeFolder } from './scratch.ts'

/** What became of a block that was offered to the host. Not started: it is offered again when that may change. */
export type AbResult =
  | { readonly ended: true; readonly outcome: Outcome['outcome'] }
  | { readonly ended: false; readonly why: string }

/**
 * One association block: download raw, check, recipe, check, scores, QC1, IDP, record, delete raw. May be run twice at once and killed
 * between any two lines: the record and the launcher's files say where to go on (domain/attempt.ts decides).
 */
export function makeProcessAB(host: Host) {
  const inTurn = turns()
  return {
    async processAB(runNumber: number, abName: string): Promise<AbResult> {
      // Temporal may offer a block again while an attempt that it believes dead still works here: they take turns.
      return withHeartbeat((abandoned) =>
        inTurn(`${runNumber} ${abName}`, async () => {
          const block = await openBlock(host, runNumber, abName)
          const result = await bringToAnEnd(block, abandoned)
          await removeFolder(block.folder)
          return result
        }),
      )
    },
  }
}

async function bringToAnEnd(block: Block, abandoned: AbortSignal): Promise<AbResult> {
  const { host, run, registered } = block
  for (;;) {
    const history = await startHistory(host.database, run.instrument, registered.abName, registered.generation)
    const { openStart } = history
    if (openStart !== null && openStart.host !== host.name) {
      throw new InfrastructureError(`${registered.abName} has an open start on host ${openStart.host}`)
    }
    const state = recipeState(recipeFolder(block))
    const { step } = takeUp({ ...history, openStart: openStart !== null, launcher: state.state })
    if (step === 'already ended') return endedResult(block)
    if (step === 'give up as interrupted') {
      const cause = `${history.startsWithoutEnd} starts without an end`
      return { ended: true, outcome: await recordWithoutRecipe(block, { outcome: 'interrupted', cause }) }
    }
    if (step === 'close lost start' && openStart !== null) {
      await closeLostStart(block, openStart.startId)
    } else if (step === 'start') {
      const result = await startAndFollow(block, abandoned)
      if (result !== 'look again') return result
    } else if (openStart !== null) {
      const release = host.gate.join()
      const result = await follow(block, openStart.startId, release, abandoned)
      if (result !== 'look again') return result
    }
  }
}

async function startAndFollow(block: Block, abandoned: AbortSignal): Promise<AbResult | 'look again'> {
  const { host } = block
  const held = await whyNotNow(block)
  if (held !== null) return { ended: false, why: held }
  if (recipeState(recipeFolder(block)).state === 'lost') await clearLost(recipeFolder(block))
  let release: (() => void) | null = null
  try {
    const inputs = await fetchInputs(block)
    release = await host.gate.enter(1, AbortSignal.any([abandoned, host.closing]))
    const started = await start(block, inputs)
    if (!started.started) {
      release()
      if (started.reason === 'stale run') throw new StaleRunError(started.detail)
      return started.reason === 'held' || started.reason === 'window closed'
        ? { ended: false, why: started.detail }
        : 'look again'
    }
    return await follow(block, started.startId, release, abandoned)
  } catch (error) {
    if (!(error instanceof OutcomeError)) throw error
    const { kind, message: cause } = error
    return { ended: true, outcome: await recordWithoutRecipe(block, { outcome: 'failed', kind, cause }) }
  } finally {
    release?.()
  }
}

/** From a running (or ended) recipe to its record. The core is given back as soon as the recipe has ended. */
async function follow(
  block: Block,
  startId: number,
  release: () => void,
  abandoned: AbortSignal,
): Promise<AbResult | 'look again'> {
  let status
  try {
    status = await awaitEnd(block, abandoned)
  } finally {
    release()
  }
  if (status === null) return 'look again'
  const conclusion = await conclude(block, startId, status)
  if (conclusion === 'not attempted') return { ended: false, why: 'cancelled' }
  if (conclusion !== 'start again') return { ended: true, outcome: conclusion }
  await removeFolder(block.folder)
  return 'look again'
}

async function closeLostStart(block: Block, startId: number): Promise<void> {
  const folder = recipeFolder(block)
  const { state } = recipeState(folder)
  const log = state === 'lost' ? readLog(folder).text : ''
  if (state === 'lost') await clearLost(folder)
  await closeStart(block.host.database, {
    startId,
    endedAs: 'without end',
    detail: 'neither an exit status nor a running recipe was found',
    log: log === '' ? null : log,
  })
}

/** A look before the download: it spares the archive a raw that could not be used now. The start transaction decides. */
async function whyNotNow({ host, run }: Block): Promise<string | null> {
  if (host.closing.aborted) throw new InfrastructureError('this worker is ending: nothing new is started')
  const control = controlOf(await activeHolds(host.database), { ...run, archives: host.archives })
  if (control.command !== 'go') return `${control.command} by ${control.hold.placedBy}`
  return host.window === null || isOpen(host.window, new Date()) ? null : 'outside the night window'
}

async function endedResult({ host, run, registered }: Block): Promise<AbResult> {
  const { outcome } = await host.database
    .selectFrom('attempt')
    .select('outcome')
    .where('instrument', '=', run.instrument)
    .where('ab_name', '=', registered.abName)
    .where('generation', '=', registered.generation)
    .executeTakeFirstOrThrow()
  return { ended: true, outcome }
}
