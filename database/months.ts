import { sql } from 'kysely'
import type { Database } from './connect.ts'

/** Numbers of one month of observing dates that an observatory plots. */
export interface MonthNumbers {
  /** `2026-03` */
  readonly month: string
  readonly dates: number
  readonly abs: number
  readonly processed: number
  readonly failed: number
  readonly interrupted: number
  readonly leftOut: number
  readonly pending: number
  /** Of all recipes that gave an answer in any generation, failed ones included. */
  readonly pipelineHours: number
  /** Live ones. */
  readonly idps: number
  readonly idpBytes: number
}

/** Every month with a registered date, oldest first. */
export async function monthNumbers(database: Database, instrument: string): Promise<readonly MonthNumbers[]> {
  const { rows } = await sql<MonthNumbers>`
    with ab as (
      select to_char(date, 'YYYY-MM') as month, count(distinct date) as dates, count(*) as abs,
             count(*) filter (where state = 'processed') as processed, count(*) filter (where state = 'failed') as failed,
             count(*) filter (where state = 'interrupted') as interrupted,
             count(*) filter (where state in ('left out', 'withdrawn')) as left_out,
             count(*) filter (where state in ('pending', 'running')) as pending
      from sciproc_ab where instrument = ${instrument} group by 1
    ), recipe as (
      select to_char(a.date, 'YYYY-MM') as month, sum(t.wall_seconds) / 3600 as hours
      from attempt t join sciproc_ab a on a.instrument = t.instrument and a.ab_name = t.ab_name
      where t.instrument = ${instrument} and t.generation > 0 group by 1
    ), product as (
      select to_char(a.date, 'YYYY-MM') as month, count(*) as idps, sum(i.bytes)::bigint as bytes
      from idp i join sciproc_ab a on a.instrument = i.instrument and a.ab_name = i.ab_name
      where i.instrument = ${instrument} and i.state = 'live' group by 1
    )
    select ab.month, dates, abs, processed, failed, interrupted, left_out as "leftOut", pending,
           coalesce(hours, 0) as "pipelineHours", coalesce(idps, 0) as idps, coalesce(bytes, 0) as "idpBytes"
    from ab left join recipe using (month) left join product using (month)
    order by ab.month`.execute(database)
  return rows
}
