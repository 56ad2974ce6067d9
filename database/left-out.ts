import { sql } from 'kysely'
import type { Database } from './connect.ts'
import { ofInstrument } from './of-instrument.ts'

export interface LeftOutCount {
  readonly code: string
  /** Only promised calibrations: such a block becomes executable by itself, when the real one is there. */
  readonly isVirtual: boolean
  readonly count: number
  /** Of these, left out since the moment that was asked for. */
  readonly recent: number
}

/** Blocks that are left out, by reason, most frequent first; virtual calibrations last, since they are no one's fault. */
export async function leftOutCounts(
  database: Database,
  since: Date,
  instrument: string | null = null,
): Promise<readonly LeftOutCount[]> {
  const rows = await database
    .selectFrom('sciproc_ab')
    .select('left_out_code')
    .select(sql<number>`count(*)`.as('count'))
    .select(sql<number>`count(*) filter (where changed_at >= ${since})`.as('recent'))
    .where('state', '=', 'left out')
    .where(ofInstrument(instrument))
    .groupBy('left_out_code')
    .execute()
  return rows
    .map(({ left_out_code: code, count, recent }) => ({
      code: code ?? '',
      isVirtual: code === 'virtual calibration',
      count,
      recent,
    }))
    .toSorted((a, b) => Number(a.isVirtual) - Number(b.isVirtual) || b.count - a.count)
}
