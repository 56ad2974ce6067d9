import { sql } from 'kysely'
import type { Database } from './connect.ts'

/** One number of the record with what tells it from others of its name. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Metric {
  readonly name: string
  readonly help: string
  readonly samples: readonly Sample[]
}

interface Question {
  readonly name: string
  readonly help: string
  /** Gives the columns of the labels, and `value`. */
  readonly query: ReturnType<typeof sql<Record<string, string | number | null>>>
}

/** The numbers of an installation for a monitoring system, read at this moment. */
export async function readMetrics(database: Database): Promise<readonly Metric[]> {
  const metrics: Metric[] = []
  // One after the other: a scrape must not take all connections.
  for (const { name, help, query } of QUESTIONS) {
    const { rows } = await query.execute(database)
    metrics.push({ name, help, samples: rows.map(toSample) })
  }
  return metrics
}

function toSample({ value, ...labels }: Record<string, string | number | null>): Sample {
  const texts = Object.entries(labels).map(([name, text]) => [name, String(text ?? '')])
  return { labels: Object.fromEntries(texts), value: Number(value ?? 0) }
}

const question = (name: string, help: string, query: Question['query']): Question => ({ name, help, query })

const QUESTIONS: readonly Question[] = [
  question(
    'phoenix_abs',
    'Registered ABs by state of their present generation',
    sql`select instrument, state, count(*) as value from sciproc_ab group by 1, 2 order by 1, 2`,
  ),
  question(
    'phoenix_attempts_total',
    'ABs that gave an answer in any generation, by outcome and kind of failure',
    sql`select instrument, outcome, coalesce(failure_kind, '') as kind, count(*) as value
        from attempt where generation > 0 group by 1, 2, 3 order by 1, 2, 3`,
  ),
  question(
    'phoenix_recipe_seconds_total',
    'Seconds that recipes took, failed ones included',
    sql`select instrument, outcome, coalesce(sum(wall_seconds), 0) as value
        from attempt where generation > 0 group by 1, 2 order by 1, 2`,
  ),
  question(
    'phoenix_open_runs',
    'Open runs of dates by state',
    sql`select instrument, state, count(*) as value from date_run where ended_at is null group by 1, 2 order by 1, 2`,
  ),
  question(
    'phoenix_queued_abs',
    'Executable ABs without an answer on dates with an open run',
    sql`select r.instrument, r.host, count(a.ab_name) as value
        from date_run r left join sciproc_ab a
          on a.instrument = r.instrument and a.date = r.date and a.state = 'pending'
        where r.ended_at is null group by 1, 2 order by 1, 2`,
  ),
  question(
    'phoenix_recipes_running',
    'Recipes that were started and have not ended',
    sql`select host, count(*) as value from recipe_start where ended_at is null group by 1 order by 1`,
  ),
  question('phoenix_host_cores', 'Recipes that may run at once', sql`select host, cores as value from host order by 1`),
  question(
    'phoenix_host_free_bytes',
    'Free bytes on the scratch disk',
    sql`select host, free_bytes as value from host where free_bytes is not null order by 1`,
  ),
  question(
    'phoenix_host_seen_seconds',
    'Seconds since the worker of a host told that it is up',
    sql`select host, extract(epoch from now() - seen_at)::float as value from host order by 1`,
  ),
  question(
    'phoenix_orchestration_seen_seconds',
    'Seconds since the orchestration worker told that it is up',
    sql`select extract(epoch from now() - at)::float as value from heartbeat where part = 'orchestration'`,
  ),
  question(
    'phoenix_idps',
    'IDPs by state',
    sql`select instrument, state, count(*) as value from idp group by 1, 2 order by 1, 2`,
  ),
  question(
    'phoenix_ingested_bytes_total',
    'Bytes brought into the archive',
    sql`select instrument, coalesce(sum(bytes), 0)::float as value from idp where ingested_at is not null group by 1 order by 1`,
  ),
  question(
    'phoenix_ingest_lag_seconds',
    'Age of the oldest IDP that waits for the archive; 0 when none waits',
    sql`select coalesce(extract(epoch from now() - min(created_at)), 0)::float as value from idp where state = 'pending'`,
  ),
  question(
    'phoenix_holds',
    'Holds that stand',
    sql`select kind, scope ->> 'type' as scope, count(*) as value from hold where released_at is null group by 1, 2 order by 1, 2`,
  ),
]
