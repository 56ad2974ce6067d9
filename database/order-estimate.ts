import { sql } from 'kysely'
import type { Database } from './connect.ts'
import type { SelectedAb } from './order-selection.ts'

/** What an order would take, from what attempts of the same raw type took before. */
export interface OrderEstimate {
  /** Seconds of recipes on one core, one after the other; null when no attempt was ever recorded. */
  readonly recipeSeconds: number | null
  /** Bytes of the raws; null when none was ever recorded. */
  readonly rawBytes: number | null
  readonly cores: number
  readonly basis: readonly Basis[]
  /** Blocks of a raw type of which no attempt is on record: taken as the mean of the others. */
  readonly withoutRecord: number
}

/** What the estimate of one raw type rests on. */
export interface Basis {
  readonly rawType: string
  readonly abs: number
  readonly attempts: number
  readonly secondsPerAb: number
}

/** Estimates an order by the means of recorded attempts. `cores`: those of all hosts that were ever seen. */
export async function estimateOrder(
  database: Database,
  instrument: string,
  abs: readonly SelectedAb[],
): Promise<OrderEstimate> {
  const recorded = await database
    .selectFrom('attempt as t')
    .innerJoin('sciproc_ab as a', (join) =>
      join.onRef('a.instrument', '=', 't.instrument').onRef('a.ab_name', '=', 't.ab_name'),
    )
    .select([
      sql<string>`coalesce(a.raw_type, '')`.as('raw_type'),
      sql<number>`count(*)`.as('attempts'),
      sql<number>`avg(t.wall_seconds)`.as('seconds'),
      sql<number | null>`avg((select sum(i.bytes) from attempt_input i where i.instrument = t.instrument
        and i.ab_name = t.ab_name and i.generation = t.generation and i.kind = 'raw'))::double precision`.as('bytes'),
    ])
    .where('t.instrument', '=', instrument)
    .where('t.wall_seconds', 'is not', null)
    .groupBy('a.raw_type')
    .execute()
  const { cores } = await database
    .selectFrom('host')
    .select(sql<number>`coalesce(sum(cores), 1)`.as('cores'))
    .executeTakeFirstOrThrow()
  const mean = (of: (row: (typeof recorded)[number]) => number | null) => {
    const known = recorded.filter((row) => of(row) !== null)
    const attempts = known.reduce((total, row) => total + row.attempts, 0)
    return attempts === 0 ? null : known.reduce((total, row) => total + (of(row) ?? 0) * row.attempts, 0) / attempts
  }
  const meanSeconds = mean(({ seconds }) => seconds)
  const meanBytes = mean(({ bytes }) => bytes)
  const total = (of: (row: (typeof recorded)[number]) => number | null, otherwise: number | null) =>
    otherwise === null
      ? null
      : abs.reduce((sum, { rawType }) => {
          const row = recorded.find(({ raw_type: known }) => known === rawType)
          return sum + ((row === undefined ? null : of(row)) ?? otherwise)
        }, 0)
  const basis = recorded
    .map(({ raw_type: rawType, attempts, seconds }) => ({
      rawType,
      abs: abs.filter((ab) => ab.rawType === rawType).length,
      attempts,
      secondsPerAb: seconds,
    }))
    .filter(({ abs: count }) => count > 0)
  return {
    recipeSeconds: total(({ seconds }) => seconds, meanSeconds),
    rawBytes: total(({ bytes }) => bytes, meanBytes),
    cores,
    basis,
    withoutRecord: abs.length - basis.reduce((sum, { abs: count }) => sum + count, 0),
  }
}
