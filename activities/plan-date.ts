import { readRun } from '../database/date-runs.ts'
import { StaleRunError } from '../database/fence.ts'
import { absToProcess } from '../database/plan.ts'
import type { Orchestration } from './dependencies.ts'

/** What a run has to do: names only, the rest stays in the record. */
export interface DatePlan {
  readonly instrument: string
  readonly date: string
  readonly host: string
  readonly abNames: readonly string[]
  /** ABs that may be on the host at once: its cores and the look-ahead. */
  readonly slots: number
}

/**
 * Executable blocks only; every other one was recorded with its reason when it was registered.
 * Look-ahead = max(1, cores/4): while N recipes run, the next raws are already here.
 */
export function makePlanDate({ database }: Orchestration) {
  return {
    async planDate(runNumber: number): Promise<DatePlan> {
      const run = await readRun(database, runNumber)
      if (run === null) throw new StaleRunError(`run ${runNumber} is not in the record`)
      const { instrument, date, host } = run
      const abs = await absToProcess(database, instrument, date)
      const found = await database.selectFrom('host').select('cores').where('host', '=', host).executeTakeFirst()
      return { instrument, date, host, abNames: abs.map(({ abName }) => abName), slots: slotsFor(found?.cores ?? 1) }
    },
  }
}

/** Cores plus look-ahead. */
export function slotsFor(cores: number): number {
  return cores + Math.max(1, Math.floor(cores / 4))
}
