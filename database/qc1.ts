import { sql } from 'kysely'
import type { Database } from './connect.ts'

/** Which values are meant; what is absent does not restrict. */
export interface Qc1Selection {
  readonly instrument?: string
  readonly abName?: string
  readonly generation?: number
  /** Parameter name; `*` stands for any text, as in `QC ORD* OBJ SN`. */
  readonly name?: string
  readonly chip?: string
  readonly setting?: string
  /** First and last observing date, inclusive. */
  readonly from?: string
  readonly to?: string
}

export interface Qc1Row {
  readonly instrument: string
  readonly date: string
  readonly abName: string
  readonly generation: number
  readonly mjdObs: number | null
  readonly setting: string | null
  readonly name: string
  /** Null where the frame has one only. */
  readonly chip: string | null
  readonly orderNumber: number | null
  readonly value: number | null
  readonly text: string | null
  readonly unit: string | null
  readonly category: string
}

/** Values in the order of their exposures, then of their names. */
export async function qc1Rows(database: Database, selection: Qc1Selection, limit: number): Promise<readonly Qc1Row[]> {
  const rows = await selected(database, selection)
    .select(['a.date', 'a.mjd_obs', 't.setting'])
    .select(['q.instrument', 'q.ab_name', 'q.generation', 'q.name', 'q.order_number', 'q.value', 'q.text_value'])
    .select(['q.unit', 'q.category', 'q.chip'])
    .orderBy('a.mjd_obs')
    .orderBy('q.ab_name')
    .orderBy('q.generation')
    .orderBy('q.chip')
    .orderBy(sql`regexp_replace(q.name, '\\d+', '#', 'g')`)
    .orderBy('q.order_number')
    .orderBy('q.name')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    instrument: row.instrument,
    date: row.date,
    abName: row.ab_name,
    generation: row.generation,
    mjdObs: row.mjd_obs,
    setting: row.setting,
    name: row.name,
    chip: row.chip,
    orderNumber: row.order_number,
    value: row.value,
    text: row.text_value,
    unit: row.unit,
    category: row.category,
  }))
}

export interface Qc1Parameter {
  /** Name with every order number replaced by `*`, so that the parameters of all orders are one. */
  readonly name: string
  readonly chip: string | null
  readonly unit: string | null
  readonly values: number
  readonly abs: number
  readonly minimum: number | null
  readonly median: number | null
  readonly maximum: number | null
}

/** The parameters on record with how often and in which range they were measured. */
export async function qc1Parameters(database: Database, selection: Qc1Selection): Promise<readonly Qc1Parameter[]> {
  return selected(database, selection)
    .select([
      sql<string>`regexp_replace(q.name, '^QC ORD\\d+ ', 'QC ORD* ')`.as('name'),
      'q.chip',
      sql<string | null>`max(q.unit)`.as('unit'),
      sql<number>`count(*)`.as('values'),
      sql<number>`count(distinct q.ab_name)`.as('abs'),
      sql<number | null>`min(q.value)`.as('minimum'),
      sql<number | null>`percentile_cont(0.5) within group (order by q.value)`.as('median'),
      sql<number | null>`max(q.value)`.as('maximum'),
    ])
    .groupBy([sql`1`, 'q.chip'])
    .orderBy(sql`1`)
    .orderBy('q.chip')
    .execute()
}

function selected(database: Database, selection: Qc1Selection) {
  const { instrument, abName, generation, name, chip, setting, from, to } = selection
  let query = database
    .selectFrom('qc1 as q')
    .innerJoin('sciproc_ab as a', (join) =>
      join.onRef('a.instrument', '=', 'q.instrument').onRef('a.ab_name', '=', 'q.ab_name'),
    )
    .innerJoin('attempt as t', (join) =>
      join
        .onRef('t.instrument', '=', 'q.instrument')
        .onRef('t.ab_name', '=', 'q.ab_name')
        .onRef('t.generation', '=', 'q.generation'),
    )
  if (instrument !== undefined) query = query.where('q.instrument', '=', instrument)
  if (abName !== undefined) query = query.where('q.ab_name', '=', abName)
  query = generation === undefined ? query.where('q.generation', '>', 0) : query.where('q.generation', '=', generation)
  if (name !== undefined) query = query.where('q.name', 'like', likePattern(name))
  if (chip !== undefined) query = query.where('q.chip', '=', chip)
  if (setting !== undefined) query = query.where('t.setting', '=', setting)
  if (from !== undefined) query = query.where('a.date', '>=', from)
  if (to !== undefined) query = query.where('a.date', '<=', to)
  return query
}

/** `*` of a person is `%` of SQL; what SQL takes as special is text. */
export function likePattern(name: string): string {
  return name.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%')
}
