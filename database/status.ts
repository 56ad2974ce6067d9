import { sql } from 'kysely'
import type { AbState } from '../domain/ab-state.ts'
import { OPEN_RUN_STATES, type RunState } from '../domain/date-run.ts'
import type { HoldScope } from '../domain/hold.ts'
import type { Database } from './connect.ts'
import type { DateKey } from './present-dates.ts'

export interface AbStatus {
  readonly abName: string
  readonly state: AbState
  /** Why it failed, was interrupted or was left out; null for the others. */
  readonly cause: string | null
  readonly leftOutCode: string | null
  /** Seconds that the recipe took; null when none has run to an end. */
  readonly wallSeconds: number | null
}

/** State of every block of a date, in the order of their exposures. */
export async function abStatuses(database: Database, instrument: string, date: string): Promise<readonly AbStatus[]> {
  const rows = await database
    .selectFrom('sciproc_ab as a')
    .leftJoin('attempt as t', (join) =>
      join
        .onRef('t.instrument', '=', 'a.instrument')
        .onRef('t.ab_name', '=', 'a.ab_name')
        .onRef('t.generation', '=', 'a.generation'),
    )
    .select(['a.ab_name', 'a.state', 'a.cause', 'a.left_out_code', 't.wall_seconds'])
    .where('a.instrument', '=', instrument)
    .where('a.date', '=', date)
    .orderBy('a.mjd_obs')
    .orderBy('a.ab_name')
    .execute()
  return rows.map((row) => ({
    abName: row.ab_name,
    state: row.state,
    cause: row.cause,
    leftOutCode: row.left_out_code,
    wallSeconds: row.wall_seconds,
  }))
}

export interface DateStatus {
  readonly instrument: string
  readonly date: string
  readonly registeredAt: Date
  readonly run: {
    readonly runNumber: number
    readonly state: RunState
    readonly waitsFor: string | null
    readonly problems: readonly string[]
    readonly host: string
    readonly orderedBy: string
    readonly startedAt: Date
    readonly endedAt: Date | null
  } | null
  readonly abs: Readonly<Partial<Record<AbState, number>>>
  /** IDPs of the date that wait to be ingested, on whatever host. */
  readonly pendingIdps: number
}

/** Registered dates (those `among` these, where given) with their newest run and the states of their blocks, newest date first. */
export async function dateStatuses(
  database: Database,
  instrument: string | null,
  date: string | null,
  among: readonly DateKey[] | null = null,
): Promise<readonly DateStatus[]> {
  let query = database
    .selectFrom('date_status as d')
    .leftJoin('date_run as r', 'r.run_number', 'd.run_number')
    .leftJoin('processing_order as o', 'o.order_id', 'r.order_id')
    .select([
      'd.instrument',
      'd.date',
      'd.registered_at',
      'd.run_number',
      'd.state',
      'd.waits_for',
      'd.problems',
      'd.host',
      'd.started_at',
      'd.ended_at',
      'o.ordered_by',
    ])
    .orderBy('d.date', 'desc')
    .orderBy('d.instrument')
  if (instrument !== null) query = query.where('d.instrument', '=', instrument)
  if (date !== null) query = query.where('d.date', '=', date)
  if (among !== null) query = query.where(isAmong(among, 'd'))
  const rows = await query.execute()
  const counts = await abCounts(database, instrument, date, among)
  const pending = await pendingCounts(database, instrument, date, among)
  return rows.map((row) => {
    const key = `${row.instrument} ${row.date}`
    const { run_number: runNumber, state, host, started_at: startedAt, ordered_by: orderedBy } = row
    const ran = runNumber !== null && state !== null && host !== null && startedAt !== null
    return {
      instrument: row.instrument,
      date: row.date,
      registeredAt: row.registered_at,
      run: ran
        ? {
            runNumber,
            state,
            waitsFor: row.waits_for,
            problems: row.problems ?? [],
            host,
            orderedBy: orderedBy ?? '',
            startedAt,
            endedAt: row.ended_at,
          }
        : null,
      abs: counts.get(key) ?? {},
      pendingIdps: pending.get(key) ?? 0,
    }
  })
}

export interface RunningRecipe {
  readonly abName: string
  readonly host: string
  readonly folder: string
  readonly startedAt: Date
}

/** Recipes that the record believes to run within a scope. */
export async function runningRecipes(database: Database, scope: HoldScope): Promise<readonly RunningRecipe[]> {
  let query = database
    .selectFrom('recipe_start as s')
    .innerJoin('date_run as r', 'r.run_number', 's.run_number')
    .select(['s.ab_name', 's.host', 's.folder', 's.started_at'])
    .where('s.ended_at', 'is', null)
    .orderBy('s.start_id')
  if (scope.type === 'instrument' || scope.type === 'date') query = query.where('s.instrument', '=', scope.instrument)
  if (scope.type === 'date') query = query.where('r.date', '=', scope.date)
  if (scope.type === 'host') query = query.where('s.host', '=', scope.host)
  if (scope.type === 'campaign') query = query.where('r.order_id', '=', scope.orderId)
  if (scope.type === 'daily') {
    query = query
      .innerJoin('processing_order as o', 'o.order_id', 'r.order_id')
      .where('o.kind', '=', 'daily')
      .where('s.instrument', '=', scope.instrument)
  }
  const rows = await query.execute()
  return rows.map((row) => ({ abName: row.ab_name, host: row.host, folder: row.folder, startedAt: row.started_at }))
}

/** When a worker of a host was last seen; null for a host that never was. */
export async function hostSeenAt(database: Database, host: string): Promise<Date | null> {
  const row = await database.selectFrom('host').select('seen_at').where('host', '=', host).executeTakeFirst()
  return row?.seen_at ?? null
}

async function abCounts(
  database: Database,
  instrument: string | null,
  date: string | null,
  among: readonly DateKey[] | null,
): Promise<ReadonlyMap<string, Partial<Record<AbState, number>>>> {
  let query = database
    .selectFrom('sciproc_ab as a')
    .select(['a.instrument', 'a.date', 'a.state', sql<number>`count(*)`.as('count')])
    .groupBy(['a.instrument', 'a.date', 'a.state'])
  if (instrument !== null) query = query.where('a.instrument', '=', instrument)
  if (date !== null) query = query.where('a.date', '=', date)
  if (among !== null) query = query.where(isAmong(among, 'a'))
  const counts = new Map<string, Partial<Record<AbState, number>>>()
  for (const row of await query.execute()) {
    const key = `${row.instrument} ${row.date}`
    counts.set(key, { ...counts.get(key), [row.state]: row.count })
  }
  return counts
}

async function pendingCounts(
  database: Database,
  instrument: string | null,
  date: string | null,
  among: readonly DateKey[] | null,
): Promise<ReadonlyMap<string, number>> {
  let query = database
    .selectFrom('idp as i')
    .innerJoin('sciproc_ab as a', (join) =>
      join.onRef('a.instrument', '=', 'i.instrument').onRef('a.ab_name', '=', 'i.ab_name'),
    )
    .select(['a.instrument', 'a.date', sql<number>`count(*)`.as('count')])
    .where('i.state', '=', 'pending')
    .groupBy(['a.instrument', 'a.date'])
  if (instrument !== null) query = query.where('a.instrument', '=', instrument)
  if (date !== null) query = query.where('a.date', '=', date)
  if (among !== null) query = query.where(isAmong(among, 'a'))
  return new Map((await query.execute()).map((row) => [`${row.instrument} ${row.date}`, row.count]))
}

function isAmong(dates: readonly DateKey[], table: 'a' | 'd') {
  const [instruments, days] = [dates.map(({ instrument }) => instrument), dates.map(({ date }) => date)]
  const [instrument, date] = [sql.ref(`${table}.instrument`), sql.ref(`${table}.date`)]
  return sql<boolean>`(${instrument}, ${date}) in (select * from unnest(${instruments}::text[], ${days}::date[]))`
}

export interface HostStatus {
  readonly host: string
  readonly cores: number
  readonly seenAt: Date
  /** Average of one minute, when it was last seen; null for a worker that did not tell. */
  readonly load: number | null
  /** Of the scratch disk, and how many are wanted before another block is taken. */
  readonly freeBytes: number | null
  readonly neededBytes: number | null
  /** Recipes that have been started there and have not ended. */
  readonly recipes: number
  /** Open runs of dates. */
  readonly runs: number
}

/** Hosts of which a worker was ever seen. */
export async function hosts(database: Database): Promise<readonly HostStatus[]> {
  const rows = await database
    .selectFrom('host as h')
    .selectAll('h')
    .select((h) => [
      h
        .selectFrom('recipe_start as s')
        .select(sql<number>`count(*)`.as('recipes'))
        .whereRef('s.host', '=', 'h.host')
        .where('s.ended_at', 'is', null)
        .as('recipes'),
      h
        .selectFrom('date_run as r')
        .select(sql<number>`count(*)`.as('runs'))
        .whereRef('r.host', '=', 'h.host')
        .where('r.state', 'in', OPEN_RUN_STATES)
        .as('runs'),
    ])
    .orderBy('h.host')
    .execute()
  return rows.map((row) => ({
    host: row.host,
    cores: row.cores,
    seenAt: row.seen_at,
    load: row.load_average,
    freeBytes: row.free_bytes,
    neededBytes: row.needed_bytes,
    recipes: row.recipes ?? 0,
    runs: row.runs ?? 0,
  }))
}
