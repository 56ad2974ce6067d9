import { sql } from 'kysely'
import type { AbState } from '../domain/ab-state.ts'
import type { RawMatchKey } from '../domain/association-block.ts'
import type { RunState } from '../domain/date-run.ts'
import type { FailureKind } from '../domain/failure.ts'
import { type AbPhase, abPhases } from './at-work.ts'
import type { Database } from './connect.ts'
import { failuresOfDate, type FoundFailure } from './found-failures.ts'
import { holdsOfDate, type PastHold } from './holds-of-date.ts'

/** Everything that the record says of one date. */
export interface DateReport {
  readonly instrument: string
  readonly date: string
  readonly abDir: string
  readonly registeredAt: Date
  /** Oldest first. */
  readonly runs: readonly RunReport[]
  /** In the order of their exposures. */
  readonly abs: readonly AbReport[]
  readonly ingestion: readonly IngestionReport[]
  /** Holds that kept its runs from starting recipes, also those that are over: who, when, why. */
  readonly heldBy: readonly PastHold[]
  /** Systematic failures in which its blocks have a part. */
  readonly systematicFailures: readonly FoundFailure[]
}

export interface RunReport {
  readonly runNumber: number
  readonly state: RunState
  readonly waitsFor: string | null
  readonly problems: readonly string[]
  readonly host: string
  readonly orderId: number
  readonly kind: string
  readonly orderedBy: string
  readonly leaveOutMissing: boolean
  readonly pipelineVersion: string | null
  /** The instrument file that was followed; null for a run that never came so far. */
  readonly instrumentFile: { readonly version: number; readonly sha256: string } | null
  readonly startedAt: Date
  readonly endedAt: Date | null
  readonly bytesFreed: number | null
}

export interface AbReport {
  readonly abName: string
  readonly rawType: string | null
  /** As the raw's header names it; null until a recipe has read the raw. */
  readonly target: string | null
  readonly programId: string | null
  /** Number of the observation block. */
  readonly observationId: string | null
  /** Central wavelength (nm) that the block asks of its raw, `346.0`; null where it names none. */
  readonly setting: string | null
  readonly exposureSeconds: number | null
  readonly state: AbState
  readonly generation: number
  readonly leftOutCode: string | null
  readonly failureKind: FailureKind | null
  readonly cause: string | null
  /** Median over the orders of the signal to noise ratio that the recipe measured. */
  readonly signalToNoise: number | null
  readonly warnings: number | null
  /** Where its recipe ran or runs, and since when; null when none was started. */
  readonly host: string | null
  readonly startedAt: Date | null
  /** What is done with it at this moment; null when nothing is. */
  readonly phase: AbPhase | null
  readonly wallSeconds: number | null
  readonly cpuSeconds: number | null
  readonly peakRssBytes: number | null
  readonly qc1Count: number
  /** Of the scores that could be held against a limit: how many there are, and how many are not fine. They inform only. */
  readonly scored: number
  readonly notFine: number
  /** Calibrations beyond their validity (NOK), and categories without a file (MISS). */
  readonly calibrationsNok: number
  readonly calibrationsMissing: number
  readonly endedAt: Date | null
  /** Of the present generation; an older one stays live until a new one is. */
  readonly idps: readonly IdpReport[]
}

export interface IdpReport {
  readonly archiveName: string
  readonly role: string
  readonly kind: 'unconverted' | 'standard'
  readonly state: 'pending' | 'live' | 'superseded' | 'withdrawn'
  readonly bytes: number
  readonly ingestedAt: Date | null
}

export interface IngestionReport {
  readonly at: Date
  readonly archiveName: string
  readonly runNumber: number
  readonly result: 'live' | 'transport error' | 'refused'
  readonly message: string
}

/** The report of a date, from the record alone; null when the date is not registered. */
export async function dateReport(database: Database, instrument: string, date: string): Promise<DateReport | null> {
  // One snapshot, so that a run which goes on meanwhile gives no contradictions.
  return database
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (snapshot) => {
      const row = await snapshot
        .selectFrom('sciproc_date')
        .select(['ab_dir', 'registered_at'])
        .where('instrument', '=', instrument)
        .where('date', '=', date)
        .executeTakeFirst()
      if (row === undefined) return null
      return {
        instrument,
        date,
        abDir: row.ab_dir,
        registeredAt: row.registered_at,
        runs: await runsOf(snapshot, instrument, date),
        abs: await absOf(snapshot, instrument, date),
        ingestion: await ingestionOf(snapshot, instrument, date),
        heldBy: await holdsOfDate(snapshot, instrument, date),
        systematicFailures: await failuresOfDate(snapshot, instrument, date),
      }
    })
}

async function runsOf(database: Database, instrument: string, date: string): Promise<readonly RunReport[]> {
  const rows = await database
    .selectFrom('date_run as r')
    .innerJoin('processing_order as o', 'o.order_id', 'r.order_id')
    .leftJoin('instrument_file as f', 'f.sha256', 'r.instrument_file')
    .selectAll('r')
    .select(['o.kind', 'o.ordered_by', 'o.leave_out_missing'])
    .select(['f.version as file_version', 'f.sha256 as file_sha256'])
    .where('r.instrument', '=', instrument)
    .where('r.date', '=', date)
    .orderBy('r.run_number')
    .execute()
  return rows.map((row) => ({
    runNumber: row.run_number,
    state: row.state,
    waitsFor: row.waits_for,
    problems: row.problems,
    host: row.host,
    orderId: row.order_id,
    kind: row.kind,
    orderedBy: row.ordered_by,
    leaveOutMissing: row.leave_out_missing,
    pipelineVersion: row.pipeline_version,
    instrumentFile:
      row.file_version === null || row.file_sha256 === null
        ? null
        : { version: row.file_version, sha256: row.file_sha256 },
    startedAt: row.started_at,
    endedAt: row.ended_at,
    bytesFreed: row.bytes_freed,
  }))
}

async function absOf(database: Database, instrument: string, date: string): Promise<readonly AbReport[]> {
  const rows = await database
    .selectFrom('sciproc_ab as a')
    .leftJoin('ab_version as v', (join) =>
      join
        .onRef('v.instrument', '=', 'a.instrument')
        .onRef('v.ab_name', '=', 'a.ab_name')
        .onRef('v.version', '=', 'a.version'),
    )
    .leftJoin('attempt as t', (join) =>
      join
        .onRef('t.instrument', '=', 'a.instrument')
        .onRef('t.ab_name', '=', 'a.ab_name')
        .onRef('t.generation', '=', 'a.generation'),
    )
    .select(['a.ab_name', 'a.raw_type', 'a.state', 'a.generation', 'a.left_out_code', 'a.cause', 'a.program_id'])
    .select(sql<string | null>`v.parsed ->> 'observationId'`.as('observation_id'))
    .select(sql<RawMatchKey[] | null>`v.parsed -> 'rawMatchKeys'`.as('raw_match_keys'))
    .select(['t.failure_kind', 't.warnings', 't.wall_seconds', 't.cpu_seconds', 't.peak_rss_bytes', 't.ended_at'])
    .select(['t.target', 't.exposure_seconds', 't.host', 't.recipe_started_at'])
    .where('a.instrument', '=', instrument)
    .where('a.date', '=', date)
    .orderBy('a.mjd_obs')
    .orderBy('a.ab_name')
    .execute()
  const qc1 = await qc1Of(database, instrument, date)
  const scores = await scoreCounts(database, instrument, date)
  const idps = await idpsOf(database, instrument, date)
  const starts = await openStarts(database, instrument, date)
  const phases = await abPhases(database, instrument, date)
  return rows.map((row) => ({
    abName: row.ab_name,
    rawType: row.raw_type,
    target: row.target,
    programId: row.program_id,
    observationId: row.observation_id,
    setting: row.raw_match_keys?.find(({ keyword }) => keyword.endsWith('.WLEN'))?.value ?? null,
    exposureSeconds: row.exposure_seconds,
    state: row.state,
    generation: row.generation,
    leftOutCode: row.left_out_code,
    failureKind: row.failure_kind,
    cause: row.cause,
    signalToNoise: qc1.get(row.ab_name)?.signalToNoise ?? null,
    warnings: row.warnings,
    host: starts.get(row.ab_name)?.host ?? row.host,
    startedAt: starts.get(row.ab_name)?.startedAt ?? row.recipe_started_at,
    phase: row.state === 'pending' || row.state === 'running' ? (phases.get(row.ab_name) ?? null) : null,
    wallSeconds: row.wall_seconds,
    cpuSeconds: row.cpu_seconds,
    peakRssBytes: row.peak_rss_bytes,
    qc1Count: qc1.get(row.ab_name)?.count ?? 0,
    scored: scores.get(row.ab_name)?.scored ?? 0,
    notFine: scores.get(row.ab_name)?.notFine ?? 0,
    calibrationsNok: scores.get(row.ab_name)?.calibrationsNok ?? 0,
    calibrationsMissing: scores.get(row.ab_name)?.calibrationsMissing ?? 0,
    endedAt: row.ended_at,
    idps: idps.get(row.ab_name) ?? [],
  }))
}

/** Of the present generation of every block of a date: how many QC1 parameters, and the median S/N over the orders. */
async function qc1Of(
  database: Database,
  instrument: string,
  date: string,
): Promise<ReadonlyMap<string, { count: number; signalToNoise: number | null }>> {
  const { rows } = await sql<{ ab_name: string; count: number; signal_to_noise: number | null }>`
    select q.ab_name, count(*) as count,
           percentile_cont(0.5) within group (order by q.value)
             filter (where q.name like 'QC ORD% OBJ SN' and q.value <> 'NaN') as signal_to_noise
    from qc1 q
    join sciproc_ab a on a.instrument = q.instrument and a.ab_name = q.ab_name and a.generation = q.generation
    where a.instrument = ${instrument} and a.date = ${date}
    group by q.ab_name`.execute(database)
  return new Map(rows.map((row) => [row.ab_name, { count: row.count, signalToNoise: row.signal_to_noise }]))
}

interface ScoreCounts {
  readonly scored: number
  readonly notFine: number
  readonly calibrationsNok: number
  readonly calibrationsMissing: number
}

/** A category without a file has no distance. */
async function scoreCounts(
  database: Database,
  instrument: string,
  date: string,
): Promise<ReadonlyMap<string, ScoreCounts>> {
  const { rows } = await sql<{ ab_name: string; scored: number; not_fine: number; nok: number; missing: number }>`
    select s.ab_name, count(s.score) as scored, count(*) filter (where s.score = 1) as not_fine,
           count(*) filter (where s.score = 1 and s.name like 'association %' and s.value is not null) as nok,
           count(*) filter (where s.score = 1 and s.name like 'association %' and s.value is null) as missing
    from score s
    join sciproc_ab a on a.instrument = s.instrument and a.ab_name = s.ab_name and a.generation = s.generation
    where a.instrument = ${instrument} and a.date = ${date}
    group by s.ab_name`.execute(database)
  return new Map(
    rows.map((row) => [
      row.ab_name,
      { scored: row.scored, notFine: row.not_fine, calibrationsNok: row.nok, calibrationsMissing: row.missing },
    ]),
  )
}

/** Recipes of a date that have been started and have not ended. */
async function openStarts(
  database: Database,
  instrument: string,
  date: string,
): Promise<ReadonlyMap<string, { host: string; startedAt: Date }>> {
  const rows = await database
    .selectFrom('recipe_start as s')
    .innerJoin('date_run as r', 'r.run_number', 's.run_number')
    .select(['s.ab_name', 's.host', 's.started_at'])
    .where('s.ended_at', 'is', null)
    .where('r.instrument', '=', instrument)
    .where('r.date', '=', date)
    .execute()
  return new Map(rows.map((row) => [row.ab_name, { host: row.host, startedAt: row.started_at }]))
}

async function idpsOf(
  database: Database,
  instrument: string,
  date: string,
): Promise<ReadonlyMap<string, readonly IdpReport[]>> {
  const rows = await database
    .selectFrom('idp as i')
    .innerJoin('sciproc_ab as a', (join) =>
      join
        .onRef('a.instrument', '=', 'i.instrument')
        .onRef('a.ab_name', '=', 'i.ab_name')
        .onRef('a.generation', '=', 'i.generation'),
    )
    .select(['i.ab_name', 'i.archive_name', 'i.role', 'i.kind', 'i.state', 'i.bytes', 'i.ingested_at'])
    .where('a.instrument', '=', instrument)
    .where('a.date', '=', date)
    .orderBy('i.archive_name')
    .execute()
  const byAb = new Map<string, IdpReport[]>()
  for (const row of rows) {
    const { role, kind, state, bytes } = row
    const idp = { archiveName: row.archive_name, role, kind, state, bytes, ingestedAt: row.ingested_at }
    byAb.set(row.ab_name, [...(byAb.get(row.ab_name) ?? []), idp])
  }
  return byAb
}

async function ingestionOf(database: Database, instrument: string, date: string): Promise<readonly IngestionReport[]> {
  const rows = await database
    .selectFrom('ingestion_log as l')
    .innerJoin('idp as i', 'i.archive_name', 'l.archive_name')
    .innerJoin('sciproc_ab as a', (join) =>
      join.onRef('a.instrument', '=', 'i.instrument').onRef('a.ab_name', '=', 'i.ab_name'),
    )
    .select(['l.at', 'l.archive_name', 'l.run_number', 'l.result', 'l.message'])
    .where('a.instrument', '=', instrument)
    .where('a.date', '=', date)
    .orderBy('l.entry_id')
    .execute()
  return rows.map((row) => ({
    at: row.at,
    archiveName: row.archive_name,
    runNumber: row.run_number,
    result: row.result,
    message: row.message,
  }))
}
