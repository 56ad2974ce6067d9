import { sql } from 'kysely'
import type { RunState } from '../domain/date-run.ts'
import type { Database } from './connect.ts'
import { ofInstrument } from './of-instrument.ts'

/** What has come of the work since a moment. */
export interface NumbersSince {
  readonly since: Date
  readonly processed: number
  readonly failed: number
  readonly interrupted: number
  /** Of all recipes that ended, failed ones included. */
  readonly recipeSeconds: number
  readonly idpsArchived: number
  readonly bytesArchived: number
  /** Runs that have closed, by their state. */
  readonly runs: Readonly<Partial<Record<RunState, number>>>
  readonly datesRegistered: number
  /** Most frequent first. */
  readonly failures: readonly FailureCount[]
}

export interface FailureCount {
  readonly kind: string
  readonly cause: string
  readonly count: number
  /** The newest block that failed so. */
  readonly instrument: string
  readonly abName: string
}

const MOST_CAUSES = 12

/** Of all instruments, or of one. */
export async function numbersSince(
  database: Database,
  since: Date,
  instrument: string | null = null,
): Promise<NumbersSince> {
  const attempts = await database
    .selectFrom('attempt')
    .select(['outcome', sql<number>`count(*)`.as('count'), sql<number>`coalesce(sum(wall_seconds), 0)`.as('seconds')])
    .where('ended_at', '>=', since)
    .where('generation', '>', 0)
    .where(ofInstrument(instrument))
    .groupBy('outcome')
    .execute()
  const idps = await database
    .selectFrom('idp')
    .select([sql<number>`count(*)`.as('count'), sql<number>`coalesce(sum(bytes), 0)::bigint`.as('bytes')])
    .where('ingested_at', '>=', since)
    .where(ofInstrument(instrument))
    .executeTakeFirstOrThrow()
  const runs = await database
    .selectFrom('date_run')
    .select(['state', sql<number>`count(*)`.as('count')])
    .where('ended_at', '>=', since)
    .where(ofInstrument(instrument))
    .groupBy('state')
    .execute()
  const dates = await database
    .selectFrom('sciproc_date')
    .select(sql<number>`count(*)`.as('count'))
    .where('registered_at', '>=', since)
    .where(ofInstrument(instrument))
    .executeTakeFirstOrThrow()
  const count = (outcome: string) => attempts.find((row) => row.outcome === outcome)?.count ?? 0
  return {
    since,
    processed: count('processed'),
    failed: count('failed'),
    interrupted: count('interrupted'),
    recipeSeconds: attempts.reduce((total, { seconds }) => total + seconds, 0),
    idpsArchived: idps.count,
    bytesArchived: idps.bytes,
    runs: Object.fromEntries(runs.map(({ state, count: number }) => [state, number])),
    datesRegistered: dates.count,
    failures: await failuresSince(database, since, instrument),
  }
}

/** Causes that differ in numbers only are one cause. */
async function failuresSince(
  database: Database,
  since: Date,
  instrument: string | null,
): Promise<readonly FailureCount[]> {
  const { rows } = await sql<Omit<FailureCount, 'abName'> & { ab_name: string }>`
    select coalesce(failure_kind, outcome) as kind,
           (array_agg(cause order by ended_at desc))[1] as cause, count(*) as count,
           (array_agg(instrument order by ended_at desc))[1] as instrument,
           (array_agg(ab_name order by ended_at desc))[1] as ab_name
    from attempt
    where ended_at >= ${since} and outcome <> 'processed' and generation > 0 and ${ofInstrument(instrument)}
    group by 1, regexp_replace(cause, '[0-9]+', '#', 'g')
    order by count(*) desc, 2
    limit ${MOST_CAUSES}`.execute(database)
  return rows.map(({ ab_name: abName, ...failure }) => ({ ...failure, abName }))
}
