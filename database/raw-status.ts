import type { Database } from './connect.ts'

export interface RawStatus {
  readonly dpId: string
  readonly instrument: string
  readonly date: string
  readonly abName: string
  readonly status: 'processed fine' | 'failed' | 'not attempted' | 'withdrawn'
  readonly cause: string | null
  /** Archive name of the live IDP. */
  readonly idp: string | null
}

/** What became of these raws (dp_ids or file names); those that were never registered are absent. */
export async function rawStatus(database: Database, raws: readonly string[]): Promise<readonly RawStatus[]> {
  const dpIds = raws.map((raw) => raw.replace(/\.fits$/, ''))
  const rows = await database
    .selectFrom('raw_status')
    .selectAll()
    .where('dp_id', 'in', dpIds.length > 0 ? dpIds : [''])
    .orderBy('dp_id')
    .execute()
  return rows.map(({ dp_id: dpId, ab_name: abName, ...row }) => ({ dpId, abName, ...row }))
}
