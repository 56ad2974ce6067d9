import { absToProcess } from '../database/plan.ts'
import { priorityOf } from '../domain/order.ts'
import type { Orchestration } from './dependencies.ts'
import { readOpenRun } from './open-run.ts'

/** What a run has to do: names only, the rest stays in the record. */
export interface DatePlan {
  readonly instrument: string
  readonly date: string
  readonly host: string
  readonly abNames: readonly string[]
  /** Those of them whose recipe an earlier workflow of this run has started: it may be running. They come first in `abNames`. */
  readonly startedAbNames: readonly string[]
  /** ABs that may be on the host at once: its cores and the look-ahead. */
  readonly slots: number
  /** With which the host's queue is served, 1 first. */
  readonly priority: number
}

/**
 * Executable blocks only; every other one was recorded with its reason when it was registered.
 * Look-ahead = max(1, cores/4): while N recipes run, the next raws are already here.
 */
export function makePlanDate({ database }: Orchestration) {
  return {
    async planDate(runNumber: number): Promise<DatePlan> {
      const run = await readOpenRun(database, runNumber)
      const { instrument, date, host } = run
      const abs = await absToProcess(database, run)
      const found = await database.selectFrom('host').select('cores').where('host', '=', host).executeTakeFirst()
      const startedAbNames = abs.filter(({ state }) => state === 'running').map(({ abName }) => abName)
      const others = abs.filter(({ state }) => state !== 'running').map(({ abName }) => abName)
      const slots = slotsFor(found?.cores ?? 1)
      const priority = priorityOf(run.kind)
      return { instrument, date, host, abNames: [...startedAbNames, ...others], startedAbNames, slots, priority }
    },
  }
}

/** Cores plus look-ahead. */
export function slotsFor(cores: number): number {
  return cores + Math.max(1, Math.floor(cores / 4))
}
