import { sql, type Transaction } from 'kysely'
import type { SpectrumComparison } from '../domain/compare-spectra.ts'
import type { FailureKind } from '../domain/failure.ts'
import { trialGeneration } from '../domain/trial.ts'
import type { Database } from './connect.ts'
import type { NewIdp } from './idps.ts'
import type { Schema } from './schema.ts'

type AttemptKey = { instrument: string; ab_name: string; generation: number; run_number: number; host: string }

/** What a trial made in place of IDPs; part of the transaction that records its attempt. */
export async function insertTrialProducts(
  transaction: Transaction<Schema>,
  key: AttemptKey,
  products: readonly NewIdp[],
): Promise<void> {
  if (products.length === 0) return
  await transaction
    .insertInto('trial_product')
    .values(
      products.map(({ role, kind, category, path, bytes, sha256, standard }) => ({
        ...key,
        role,
        kind,
        category,
        path,
        bytes,
        sha256,
        flux_calibrated: standard?.fluxCalibrated ?? null,
        flux_reason: standard?.fluxReason ?? null,
        keywords: JSON.stringify(standard?.keywords ?? {}),
      })),
    )
    .execute()
}

/** A product of a trial with the live IDP of the same identity. */
export interface TrialProduct {
  readonly role: string
  readonly category: string
  readonly host: string
  readonly path: string
  readonly fluxCalibrated: boolean | null
  readonly signalToNoise: number | null
  /** Null: nothing of this identity is live, so that there is nothing to compare with. */
  readonly live: {
    readonly archiveName: string
    readonly bytes: number
    readonly sha256: string
    readonly fluxCalibrated: boolean | null
    readonly signalToNoise: number | null
  } | null
  /** With that live IDP; null: not yet. */
  readonly comparison: SpectrumComparison | null
}

export interface Qc1Difference {
  readonly name: string
  readonly category: string
  readonly trial: number
  /** Of the newest processed generation. */
  readonly before: number
}

export interface TrialAb {
  readonly abName: string
  readonly outcome: 'processed' | 'failed' | 'interrupted' | null
  readonly failureKind: FailureKind | null
  readonly cause: string | null
  readonly wallSeconds: number | null
  readonly products: readonly TrialProduct[]
  readonly qc1: readonly Qc1Difference[]
}

/** The blocks of a trial in the order of their exposures; empty when the run is not one. */
export async function trialAbs(database: Database, runNumber: number): Promise<readonly TrialAb[]> {
  const generation = trialGeneration(runNumber)
  const { rows } = await sql<{
    ab_name: string
    outcome: TrialAb['outcome']
    failure_kind: FailureKind | null
    cause: string | null
    wall_seconds: number | null
  }>`
    select l.ab_name, t.outcome, t.failure_kind, t.cause, t.wall_seconds
    from run_ab l
    join sciproc_ab a on a.instrument = l.instrument and a.ab_name = l.ab_name
    left join attempt t on t.instrument = l.instrument and t.ab_name = l.ab_name and t.generation = ${generation}
    where l.run_number = ${runNumber}
    order by a.mjd_obs, l.ab_name`.execute(database)
  const products = await productsOf(database, runNumber)
  const qc1 = await qc1Of(database, runNumber)
  return rows.map((row) => ({
    abName: row.ab_name,
    outcome: row.outcome,
    failureKind: row.failure_kind,
    cause: row.cause,
    wallSeconds: row.wall_seconds,
    products: products.get(row.ab_name) ?? [],
    qc1: qc1.get(row.ab_name) ?? [],
  }))
}

/** Keeps a comparison, so that it can be told when the file has gone. */
export async function keepComparison(
  database: Database,
  key: { readonly runNumber: number; readonly abName: string; readonly role: string },
  comparedWith: string,
  comparison: SpectrumComparison,
): Promise<void> {
  await database
    .updateTable('trial_product')
    .set({ compared_with: comparedWith, comparison: JSON.stringify(comparison) })
    .where('run_number', '=', key.runNumber)
    .where('ab_name', '=', key.abName)
    .where('role', '=', key.role)
    .execute()
}

async function productsOf(database: Database, runNumber: number): Promise<ReadonlyMap<string, TrialProduct[]>> {
  const rows = await database
    .selectFrom('trial_product as p')
    .leftJoin('idp as i', (join) =>
      join
        .onRef('i.instrument', '=', 'p.instrument')
        .onRef('i.ab_name', '=', 'p.ab_name')
        .onRef('i.role', '=', 'p.role')
        .on('i.state', '=', 'live'),
    )
    .select(['p.ab_name', 'p.role', 'p.category', 'p.host', 'p.path', 'p.flux_calibrated', 'p.keywords'])
    .select(['p.compared_with', 'p.comparison', 'i.archive_name', 'i.bytes', 'i.sha256'])
    .select(['i.flux_calibrated as live_flux_calibrated', 'i.keywords as live_keywords'])
    .where('p.run_number', '=', runNumber)
    .orderBy('p.ab_name')
    .orderBy('p.role')
    .execute()
  const products = new Map<string, TrialProduct[]>()
  for (const row of rows) {
    const product: TrialProduct = {
      role: row.role,
      category: row.category,
      host: row.host,
      path: row.path,
      fluxCalibrated: row.flux_calibrated,
      signalToNoise: numberOf(row.keywords['SNR']),
      live:
        row.archive_name === null || row.bytes === null || row.sha256 === null
          ? null
          : {
              archiveName: row.archive_name,
              bytes: row.bytes,
              sha256: row.sha256,
              fluxCalibrated: row.live_flux_calibrated,
              signalToNoise: numberOf(row.live_keywords?.['SNR']),
            },
      // What is live may have changed since.
      comparison: row.compared_with === row.archive_name ? row.comparison : null,
    }
    products.set(row.ab_name, [...(products.get(row.ab_name) ?? []), product])
  }
  return products
}

async function qc1Of(database: Database, runNumber: number): Promise<ReadonlyMap<string, Qc1Difference[]>> {
  const { rows } = await sql<{ ab_name: string } & Qc1Difference>`
    select q.ab_name, q.name, q.category, q.value as trial, b.value as before
    from run_ab l
    join qc1 q on q.instrument = l.instrument and q.ab_name = l.ab_name and q.generation = ${trialGeneration(runNumber)}
    join lateral (
      select max(generation) as generation from attempt t
      where t.instrument = l.instrument and t.ab_name = l.ab_name and t.generation > 0 and t.outcome = 'processed'
    ) t on true
    join qc1 b on b.instrument = q.instrument and b.ab_name = q.ab_name and b.generation = t.generation
      and b.name = q.name and b.category = q.category
    where l.run_number = ${runNumber} and q.value is not null and b.value is not null
    order by q.ab_name, q.category, q.order_number, q.name`.execute(database)
  const qc1 = new Map<string, Qc1Difference[]>()
  for (const { ab_name: abName, ...difference } of rows) {
    const known = qc1.get(abName)
    if (known === undefined) qc1.set(abName, [difference])
    else known.push(difference)
  }
  return qc1
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
