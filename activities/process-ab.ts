import { ArchiveUnauthorized } from '../archive/archive.ts'
import type { AbPhase } from '../database/at-work.ts'
import { activeHolds } from '../database/holds.ts'
import { StaleRunError } from '../database/fence.ts'
import { closeStart, type StartHistory, startHistory } from '../database/recipe-starts.ts'
import type { Outcome } from '../database/attempts.ts'
import { takeUp } from '../domain/attempt.ts'
import { modesOf } from '../domain/certification.ts'
import { InfrastructureError, OutcomeError } from '../domain/failure.ts'
import { controlOf } from '../domain/hold.ts'
import { coresAt, mayStartAt, priorityOf } from '../domain/order.ts'
import { cancelRecipe, clearLost, recipeState } from '../pipeline/run-recipe.ts'
import { readLog } from '../pipeline/read-log.ts'
import { showPhase } from './at-work.ts'
import type { Host } from './dependencies.ts'
import { freeBytes, lackOfSpace } from './disk-space.ts'
import { excessOfLoad } from './host-load.ts'
import { withHeartbeat } from './heartbeat.ts'
import { holdArchive } from './held-archive.ts'
import { turns } from './turns.ts'
import { awaitEnd } from './process-ab/await-end.ts'
import { type Block, openBlock, recipeFolder } from './process-ab/block.ts'
import { conclude, recordWithoutRecipe } from './process-ab/conclude.ts'
import { calibrationsOf, fetchInputs } from './process-ab/fetch-inputs.ts'
import { prepare, type Prepared, start } from './process-ab/start.ts'
import { removeFolder } from './scratch.ts'

/** What became of a block that was offered to the host. Not started: it is offered again when that may change. */
export type AbResult =
  | { readonly ended: true; readonly outcome: Outcome['outcome'] }
  /** Left out, withdrawn or given other calibrations since the run was planned: it is a later run's. */
  | { readonly ended: true; readonly outcome: 'changed since planned' }
  | { readonly ended: false; readonly why: string }

/** Which part of the job is wanted: all of it, or only to end what was started, for a run that has to close. */
export type AbWork = 'all' | 'only what was started'

/**
 * One association block: download raw, check, recipe, check, scores, QC1, IDP, record, delete raw. May be run twice at once and killed
 * between any two lines: the record and the launcher's files say where to go on (domain/attempt.ts decides).
 */
export function makeProcessAB(host: Host) {
  const inTurn = turns()
  return {
    async processAB(runNumber: number, abName: string, work: AbWork = 'all'): Promise<AbResult> {
      // Temporal may offer a block again while an attempt that it believes dead still works here: they take turns.
      return withHeartbeat((abandoned) =>
        inTurn(`${runNumber} ${abName}`, async () => {
          const block = await openBlock(host, runNumber, abName)
          if (block === null) return changedSincePlanned(host, abName)
          try {
            const result = await bringToAnEnd(block, work, abandoned)
            await removeFolder(block.folder)
            return result
          } finally {
            await showPhase(host, runNumber, abName, null)
          }
        }),
      )
    },
  }
}

type OpenStart = NonNullable<StartHistory['openStart']>

async function bringToAnEnd(block: Block, work: AbWork, abandoned: AbortSignal): Promise<AbResult> {
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
      await closeLostStart(block, openStart)
    } else if (step === 'start') {
      if (work === 'only what was started') return { ended: false, why: 'the run has to close' }
      const result = await startAndFollow(block, abandoned)
      if (result !== 'look again') return result
    } else if (openStart !== null) {
      const places = [host.gate.join(memoryOf(block)), host.slots.join()]
      const result = await follow(block, openStart.startId, places, abandoned)
      if (result !== 'look again') return result
    }
  }
}

async function startAndFollow(block: Block, abandoned: AbortSignal): Promise<AbResult | 'look again'> {
  const { host, run } = block
  const leaving = AbortSignal.any([abandoned, host.closing])
  const leave = await host.slots.enter(priorityOf(run.kind), leaving)
  let release: (() => void) | null = null
  let prepared: Prepared | null = null
  try {
    const held = await whyNotNow(block)
    if (held !== null) return { ended: false, why: held }
    await clearLeftover(block)
    const calibrations = await calibrationsOf(block)
    if (calibrations === null) return changedSincePlanned(host, block.registered.abName)
    await show(block, 'raw')
    prepared = await prepare(block, await fetchInputs(block, calibrations))
    await show(block, 'core')
    release = await host.gate.enter(priorityOf(run.kind), leaving, () => mostCores(block), memoryOf(block))
    const busy = await whyTooBusy(host)
    if (busy !== null) return { ended: false, why: busy }
    const started = await start(block, prepared)
    if (!started.started) {
      release()
      const { reason, detail } = started
      if (reason === 'stale run') throw new StaleRunError(detail)
      if (reason === 'held' || reason === 'window closed' || reason === 'changed') return { ended: false, why: detail }
      return 'look again'
    }
    return await follow(block, started.startId, [release, leave], abandoned)
  } catch (error) {
    if (error instanceof ArchiveUnauthorized) return { ended: false, why: await holdArchive(host, error) }
    if (!(error instanceof OutcomeError)) throw error
    const { kind, message: cause } = error
    return { ended: true, outcome: await recordWithoutRecipe(block, { outcome: 'failed', kind, cause }) }
  } finally {
    release?.()
    leave()
    prepared?.launcher.dismiss()
  }
}

/** What the recipe takes at its peak according to the instrument file; 0 where that does not tell. */
function memoryOf({ host, registered, instrument }: Block): number {
  const needs = modesOf(instrument, registered.ab.rawType).map(({ memoryBytes }) => memoryBytes ?? 0)
  const memoryBytes = Math.max(0, ...needs)
  if (memoryBytes > host.gate.memoryBytes) {
    const facts = { ab: registered.abName, memoryBytes, hostBytes: host.gate.memoryBytes }
    host.log.warn(facts, 'the recipe needs more memory than this host has for recipes: it runs alone')
  }
  return memoryBytes
}

/** From a running (or ended) recipe to its record. Core and slot are given back as soon as the recipe has ended. */
async function follow(
  block: Block,
  startId: number,
  places: readonly (() => void)[],
  abandoned: AbortSignal,
): Promise<AbResult | 'look again'> {
  let status
  try {
    await show(block, 'recipe')
    status = await awaitEnd(block, abandoned)
  } finally {
    for (const giveBack of places) giveBack()
  }
  if (status === null) return 'look again'
  await show(block, 'products')
  const conclusion = await conclude(block, startId, status)
  if (conclusion === 'not attempted') return { ended: false, why: 'cancelled' }
  if (conclusion !== 'start again') return { ended: true, outcome: conclusion }
  await removeFolder(block.folder)
  return 'look again'
}

const show = ({ host, run, registered }: Block, phase: AbPhase): Promise<void> =>
  showPhase(host, run.runNumber, registered.abName, phase)

/** The start's own folder counts: it may be that of a run before, or of another scratch disk, with the recipe still at work in it. */
async function closeLostStart(block: Block, { startId, folder }: OpenStart): Promise<void> {
  if (recipeState(folder).state === 'running') await cancelRecipe(folder)
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

/** No start is open, so what lies here was closed by somebody who died before clearing it: its exit status answers nobody any more. */
async function clearLeftover(block: Block): Promise<void> {
  await cancelRecipe(recipeFolder(block))
  await removeFolder(block.folder)
}

function changedSincePlanned(host: Host, abName: string): AbResult {
  host.log.warn({ ab: abName }, 'the block has changed since the run was planned: left to a later run')
  return { ended: true, outcome: 'changed since planned' }
}

/** A look before the download: it spares the archive a raw that could not be used now. The start transaction decides. */
async function whyNotNow({ host, run }: Block): Promise<string | null> {
  if (host.closing.aborted) throw new InfrastructureError('this worker is ending: nothing new is started')
  const control = controlOf(await activeHolds(host.database), { ...run, archives: host.archives })
  if (control.command !== 'go') return `${control.command} by ${control.hold.placedBy}`
  if (!mayStartAt(run, host, new Date())) return 'outside the night window'
  const lack = lackOfSpace(host.name, await freeBytes(host.scratchDir), host.neededBytes)
  // The record must know too, or the workflow would offer the block again and again.
  if (lack !== null) await host.sayHostIsSeen()
  return lack ?? (await whyTooBusy(host))
}

async function whyTooBusy(host: Host): Promise<string | null> {
  const excess = excessOfLoad(host.name, host.load(), host.maximumLoad)
  if (excess !== null) await host.sayHostIsSeen()
  return excess
}

/** Outside the window only few cores may be in use; where that is none, nobody waits here for the evening: the start says no. */
function mostCores({ host, run }: Block): number {
  const cores = coresAt(run, host, new Date())
  return cores === 0 ? Infinity : cores
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
