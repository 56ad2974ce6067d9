import { sql } from 'kysely'
import type { Database } from './connect.ts'
import { likePattern } from './qc1.ts'

export interface TrendSelection {
  readonly instrument: string
  /** Name of a score, or of a QC1 parameter; `*` in the latter stands for any text, and then the median of all is meant. */
  readonly name: string
  readonly setting?: string
  /** First and last observing date, inclusive. */
  readonly from?: string
  readonly to?: string
}

/** One value of one processed block. */
export interface TrendPoint {
  readonly abName: string
  readonly date: string
  readonly mjdObs: number | null
  readonly setting: string | null
  readonly value: number
  /** Only for scores. */
  readonly score: 0 | 1 | null
  readonly limit: string | null
}

export interface Trend {
  readonly name: string
  readonly unit: string | null
  /** In the order of their exposures; the newest ones when there are too many. */
  readonly points: readonly TrendPoint[]
  readonly isCut: boolean
}

const MOST_POINTS = 20_000

/** Values over time, of the present generation of each block. */
export async function qc1Trend(database: Database, selection: TrendSelection): Promise<Trend> {
  const isParameter = selection.name.startsWith('QC ')
  const { rows, lookedAt } = await (isParameter
    ? parameterValues(database, selection)
    : scoreValues(database, selection))
  const points = rows.toSorted((a, b) => (a.mjd_obs ?? 0) - (b.mjd_obs ?? 0))
  return {
    name: selection.name,
    unit: rows.find(({ unit }) => unit !== null)?.unit ?? null,
    isCut: lookedAt === MOST_POINTS,
    points: points.map((row) => ({
      abName: row.ab_name,
      date: row.date,
      mjdObs: row.mjd_obs,
      setting: row.setting,
      value: row.value,
      score: row.score,
      limit: row.limit_text,
    })),
  }
}

export interface TrendNames {
  readonly scores: readonly string[]
  readonly parameters: readonly string[]
  readonly settings: readonly string[]
}

/** So many of the newest attempts tell what an instrument measures. */
const NEWEST = 200

/** What there is to draw, as the newest processed blocks of the instrument show it. */
export async function trendNames(database: Database, instrument: string): Promise<TrendNames> {
  const { rows } = await sql<{ kind: string; name: string }>`
    with newest as (
      select instrument, ab_name, generation, setting from attempt
      where instrument = ${instrument} and outcome = 'processed' and generation > 0
      order by ended_at desc limit ${NEWEST}
    )
    select 'score' as kind, s.name from newest n join score s using (instrument, ab_name, generation)
    where s.name not like 'association %' group by s.name
    union all
    select 'parameter', regexp_replace(q.name, '^QC ORD\\d+ ', 'QC ORD* ') as name
    from newest n join qc1 q using (instrument, ab_name, generation) where q.value is not null group by 2
    union all
    select 'setting', setting from newest where setting is not null group by setting
    order by 1, 2`.execute(database)
  const of = (kind: string) => rows.filter((row) => row.kind === kind).map(({ name }) => name)
  return { scores: of('score'), parameters: of('parameter'), settings: of('setting') }
}

interface Row {
  readonly ab_name: string
  readonly date: string
  readonly mjd_obs: number | null
  readonly setting: string | null
  readonly value: number
  readonly score: 0 | 1 | null
  readonly limit_text: string | null
  readonly unit: string | null
}

interface Found {
  readonly rows: readonly Row[]
  /** Values, or blocks, that were looked at. */
  readonly lookedAt: number
}

async function scoreValues(database: Database, selection: TrendSelection): Promise<Found> {
  const { rows } = await sql<Row>`
    select a.ab_name, a.date, a.mjd_obs, t.setting, s.value, s.score, s.limit_text, null as unit
    from score s
    join sciproc_ab a on a.instrument = s.instrument and a.ab_name = s.ab_name and a.generation = s.generation
    join attempt t on t.instrument = s.instrument and t.ab_name = s.ab_name and t.generation = s.generation
    where s.instrument = ${selection.instrument} and s.name = ${selection.name} and s.value is not null
      and ${restricted(selection)}
    order by a.date desc limit ${MOST_POINTS}`.execute(database)
  return { rows, lookedAt: rows.length }
}

/** Of the newest blocks: a parameter may have a row for each of thirty orders, and all of them for 27 years are too many to sort. */
async function parameterValues(database: Database, selection: TrendSelection): Promise<Found> {
  const { rows } = await sql<Row & { looked_at: number }>`
    with newest as (
      select a.instrument, a.ab_name, a.generation, a.date, a.mjd_obs, t.setting
      from sciproc_ab a
      join attempt t on t.instrument = a.instrument and t.ab_name = a.ab_name and t.generation = a.generation
      where a.instrument = ${selection.instrument} and a.state = 'processed' and ${restricted(selection)}
      order by a.date desc limit ${MOST_POINTS}
    )
    select n.ab_name, n.date, n.mjd_obs, n.setting, m.value, null as score, null as limit_text, m.unit,
           (select count(*) from newest) as looked_at
    from newest n
    cross join lateral (
      select percentile_cont(0.5) within group (order by q.value) as value, max(q.unit) as unit
      from qc1 q
      where q.instrument = n.instrument and q.ab_name = n.ab_name and q.generation = n.generation
        and q.name like ${likePattern(selection.name)} and q.value is not null and q.value <> 'NaN'
    ) m
    where m.value is not null`.execute(database)
  return { rows, lookedAt: rows[0]?.looked_at ?? 0 }
}

function restricted({ setting, from, to }: TrendSelection) {
  const conditions = [
    ...(setting === undefined ? [] : [sql`t.setting = ${setting}`]),
    ...(from === undefined ? [] : [sql`a.date >= ${from}`]),
    ...(to === undefined ? [] : [sql`a.date <= ${to}`]),
  ]
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `)
}
