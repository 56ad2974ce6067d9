import { absToProcess, absToRetry } from '../database/plan.ts'
import { isCampaign, priorityOf } from '../domain/order.ts'
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
  /** ABs that may be on the host at once. */
  readonly slots: number
  /** With which the host's queue is served, 1 first. */
  readonly priority: number
  /** Number of the campaign that waits for the end of this run; null for a run of its own. */
  readonly campaign: number | null
}

/**
 * Executable blocks only; every other one was recorded with its reason when it was registered.
 * While as many recipes run as there are cores, the next raws are already here.
 */
export function makePlanDate({ database }: Orchestration) {
  return {
    async planDate(runNumber: number): Promise<DatePlan> {
      const run = await readOpenRun(database, runNumber)
      const { instrument, date, host } = run
      const abs = await absToProcess(database, run)
      const found = await database
        .selectFrom('host')
        .select(['cores', 'look_ahead'])
        .where('host', '=', host)
        .executeTakeFirst()
      const startedAbNames = abs.filter(({ state }) => state === 'running').map(({ abName }) => abName)
      const others = abs.filter(({ state }) => state !== 'running').map(({ abName }) => abName)
      const slots = blocksAtOnce(found?.cores ?? 1, found?.look_ahead ?? null)
      const priority = priorityOf(run.kind)
      const campaign = isCampaign(run.kind) ? run.orderId : null
      return {
        instrument,
        date,
        host,
        abNames: [...startedAbNames, ...others],
        startedAbNames,
        slots,
        priority,
        campaign,
      }
    },

    /** Blocks that failed in this run and have got a new generation since, `phoenix resume --retry-cause`. */
    async absToRetry(runNumber: number): Promise<readonly string[]> {
      return absToRetry(database, await readOpenRun(database, runNumber))
    },
  }
}

/**
 * Blocks that may be between the download of their raw and the end of their recipe: the cores of the host and its look-ahead, which is a
 * quarter of them and at least one unless it is given.
 */
export function slotsFor(cores: number, lookAhead: number | null): number {
  return cores + lookAheadOf(cores, lookAhead)
}

/**
 * Blocks that may be on a host at once. Beside its slots there is half the look-ahead for blocks whose recipe has ended and that are checked
 * and converted: what is fetched in their place has no products yet. So all together take no more of the disk than the slots would with whole
 * blocks, as long as products are no smaller than their raw.
 */
export function blocksAtOnce(cores: number, lookAhead: number | null): number {
  return slotsFor(cores, lookAhead) + Math.floor(lookAheadOf(cores, lookAhead) / 2)
}

function lookAheadOf(cores: number, given: number | null): number {
  return given ?? Math.max(1, Math.floor(cores / 4))
}
