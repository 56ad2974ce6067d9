import type { Database } from './connect.ts'

export interface NotFineScore {
  readonly abName: string
  readonly name: string
  readonly value: number | null
  readonly limit: string
}

/** Scores of the present generation of a date's blocks that are not fine, in the order of their exposures. */
export async function notFineScores(
  database: Database,
  instrument: string,
  date: string,
): Promise<readonly NotFineScore[]> {
  const rows = await database
    .selectFrom('sciproc_ab as a')
    .innerJoin('score as s', (join) =>
      join
        .onRef('s.instrument', '=', 'a.instrument')
        .onRef('s.ab_name', '=', 'a.ab_name')
        .onRef('s.generation', '=', 'a.generation'),
    )
    .select(['a.ab_name', 's.name', 's.value', 's.limit_text'])
    .where('a.instrument', '=', instrument)
    .where('a.date', '=', date)
    .where('s.score', '=', 1)
    .orderBy('a.mjd_obs')
    .orderBy('a.ab_name')
    .orderBy('s.name')
    .execute()
  return rows.map((row) => ({ abName: row.ab_name, name: row.name, value: row.value, limit: row.limit_text ?? '' }))
}
