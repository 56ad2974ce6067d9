import { stopForAge, waitingSince } from '../database/daily.ts'
import { activeHolds, placeHold, releaseHolds } from '../database/holds.ts'
import { absToProcess } from '../database/plan.ts'
import { type DateRun, readRun, showRunState } from '../database/date-runs.ts'
import { StaleRunError } from '../database/fence.ts'
import { isTooOld } from '../domain/daily.ts'
import { isOpenRun, type OpenRunState, type RunState } from '../domain/date-run.ts'
import { controlOf, type HoldKind, PHOENIX } from '../domain/hold.ts'
import { nextOpening } from '../domain/night-window.ts'
import { mayStartAt, windowFor } from '../domain/order.ts'
import type { Orchestration } from './dependencies.ts'
import { hostLacks } from './host-lacks.ts'
import { readOpenRun } from './open-run.ts'

/** What the record says that a run should do now. */
export interface RunControl {
  readonly command: 'go' | 'wait' | HoldKind
  /** In words, for whoever looks at the run; empty for `go`. */
  readonly why: string
  /** For `wait`: when the night window opens (ISO time); null for everything that waits for a person. */
  readonly until: string | null
}

const TOO_OLD = 'its blocks have had their nights of daily processing: the rest is backlog'

const ENDING: Partial<Record<RunState, HoldKind>> = { stopping: 'stop', cancelling: 'cancel' }

/** Activities by which a workflow learns and shows what it may do. The rows decide; the workflow only follows. */
export function makeControl({ database, window, coresByDay, dailyNights, archives }: Orchestration) {
  return {
    async readControl(runNumber: number): Promise<RunControl> {
      const run = await readOpenRun(database, runNumber)
      const control = controlOf(await activeHolds(database), { ...run, archives })
      // An end that has begun is not taken back: a resume that comes now is for the next run.
      const ending = ENDING[run.state]
      if (ending !== undefined && control.command !== 'cancel') {
        return { command: ending, why: run.waitsFor ?? '', until: null }
      }
      if ((control.command === 'go' || control.command === 'pause') && (await hasGrownTooOld(run))) {
        await stopForAge(database, runNumber)
        return { command: 'stop', why: TOO_OLD, until: null }
      }
      if (control.command !== 'go') {
        const { placedBy, reason } = control.hold
        return {
          command: control.command,
          why: `${control.command} by ${placedBy}${reason === '' ? '' : `: ${reason}`}`,
          until: null,
        }
      }
      const lack = await hostLacks(database, run.host)
      if (lack !== null) return { command: 'wait', why: lack, until: null }
      const now = new Date()
      const gate = windowFor(run, window)
      if (gate === null || mayStartAt(run, { window, coresByDay }, now)) return { command: 'go', why: '', until: null }
      return {
        command: 'wait',
        why: `window opens at ${gate.start} ${gate.timeZone}`,
        until: nextOpening(gate, now).toISOString(),
      }
    },

    async showRunState(runNumber: number, state: OpenRunState, waitsFor: string | null): Promise<void> {
      const open = await showRunState(database, runNumber, state, waitsFor)
      if (!open) throw new StaleRunError(`run ${runNumber} is closed`)
    },

    /**
     * From here on no recipe of this run starts: a stop stands until it closes. Even an attempt of a terminated workflow, of which
     * nobody here knows, is held by the row. Returns the blocks whose recipe was started and has not ended.
     */
    async forbidStarts(runNumber: number, reason: string): Promise<readonly string[]> {
      const run = await readOpenRun(database, runNumber)
      const { instrument, date } = run
      await placeHold(database, {
        kind: 'stop',
        scope: { type: 'date', instrument, date },
        reason,
        placedBy: PHOENIX,
      })
      if (ENDING[run.state] === undefined) await showRunState(database, runNumber, 'stopping', reason)
      const abs = await absToProcess(database, run)
      return abs.filter(({ state }) => state === 'running').map(({ abName }) => abName)
    },

    /** A signal from the Temporal UI writes the same row as the command line. */
    async holdDate(runNumber: number, kind: HoldKind, reason: string): Promise<void> {
      const scope = await scopeOf(runNumber)
      if (scope !== null) await placeHold(database, { kind, scope, reason, placedBy: 'Temporal UI' })
    },

    async releaseDate(runNumber: number): Promise<void> {
      const scope = await scopeOf(runNumber)
      if (scope !== null) await releaseHolds(database, scope, 'Temporal UI')
    },
  }

  /** A daily run does not take into the nights of others what has waited for so many; whatever kept it, and be it a pause. */
  async function hasGrownTooOld(run: DateRun): Promise<boolean> {
    if (run.kind !== 'daily' || run.anyTime) return false
    const since = await waitingSince(database, run)
    return since !== null && isTooOld(since, { window, nights: dailyNights }, new Date())
  }

  async function scopeOf(runNumber: number) {
    const run = await readRun(database, runNumber)
    // A row for a run that has ended would stop the next one.
    if (run === null || !isOpenRun(run.state)) return null
    return { type: 'date' as const, instrument: run.instrument, date: run.date }
  }
}
