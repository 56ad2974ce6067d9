import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'
import type { Transaction } from 'kysely'
import type { Database } from './connect.ts'
import { writeEvent } from './events.ts'
import type { IdpFinding, Schema } from './schema.ts'

const gzip = promisify(gzipCallback)

/** An IDP that waits in `path` on this host to be ingested. */
export interface WaitingIdp {
  readonly role: string
  readonly kind: 'unconverted' | 'standard'
  /** PRO CATG of the product that it was made from. */
  readonly category: string
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** Null for a product that was copied as it is. */
export interface NewIdp extends WaitingIdp {
  readonly standard: StandardIdp | null
}

/** What is kept of an IDP in standard form beside the file. */
export interface StandardIdp {
  readonly originalName: string
  readonly fluxCalibrated: boolean
  /** Why it is not flux-calibrated; null when it is. */
  readonly fluxReason: string | null
  readonly warnings: readonly IdpFinding[]
  readonly keywords: Readonly<Record<string, string | number | boolean>>
  readonly previewSvg: string | null
}

export interface PendingIdp extends WaitingIdp {
  readonly archiveName: string
  readonly abName: string
  readonly generation: number
}

type AttemptKey = { instrument: string; ab_name: string; generation: number; run_number: number; host: string }

/** Gives every IDP its archive name `ADP.<timestamp>.fits`: the present millisecond, or the next one that is free. */
export async function insertPendingIdps(
  transaction: Transaction<Schema>,
  key: AttemptKey,
  idps: readonly NewIdp[],
): Promise<void> {
  for (const { path, standard, ...idp } of idps) {
    const svg = standard?.previewSvg ?? null
    const preview = svg === null ? null : await gzip(svg)
    for (let time = Date.now(); ; time += 1) {
      const archiveName = `ADP.${new Date(time).toISOString().slice(0, 23)}.fits`
      const inserted = await transaction
        .insertInto('idp')
        .values({
          ...key,
          ...idp,
          ...standardColumns(standard),
          archive_name: archiveName,
          state: 'pending',
          waiting_path: path,
        })
        .onConflict((conflict) => conflict.column('archive_name').doNothing())
        .returning('archive_name')
        .executeTakeFirst()
      if (inserted === undefined) continue
      if (preview !== null) {
        await transaction.insertInto('idp_preview').values({ archive_name: archiveName, svg: preview }).execute()
      }
      break
    }
  }
}

/** Every IDP of a date that waits on this host, of whichever run: a pending row is finished by whoever finds it. */
export async function pendingIdps(
  database: Database,
  instrument: string,
  date: string,
  host: string,
): Promise<readonly PendingIdp[]> {
  const rows = await database
    .selectFrom('idp as i')
    .innerJoin('sciproc_ab as a', (join) =>
      join.onRef('a.instrument', '=', 'i.instrument').onRef('a.ab_name', '=', 'i.ab_name'),
    )
    .select([
      'i.archive_name',
      'i.ab_name',
      'i.generation',
      'i.role',
      'i.kind',
      'i.category',
      'i.waiting_path',
      'i.bytes',
      'i.sha256',
    ])
    .where('i.instrument', '=', instrument)
    .where('a.date', '=', date)
    .where('i.host', '=', host)
    .where('i.state', '=', 'pending')
    .orderBy('i.archive_name')
    .execute()
  return rows.map((row) => ({
    archiveName: row.archive_name,
    abName: row.ab_name,
    generation: row.generation,
    role: row.role,
    kind: row.kind,
    category: row.category,
    path: row.waiting_path ?? '',
    bytes: row.bytes,
    sha256: row.sha256,
  }))
}

/**
 * The file was read back from the archive: its row goes live and the old one of the same identity is superseded, in one transaction.
 * An older generation never replaces a newer one: it is superseded on arrival. Doing it twice changes nothing.
 */
export async function makeLive(database: Database, archiveName: string, runNumber: number): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const idp = await transaction
      .selectFrom('idp')
      .select(['instrument', 'ab_name', 'role', 'generation', 'state'])
      .where('archive_name', '=', archiveName)
      .forUpdate()
      .executeTakeFirstOrThrow()
    if (idp.state !== 'pending') return
    // The block's row serialises two hosts that ingest the same identity.
    const { date } = await transaction
      .selectFrom('sciproc_ab')
      .select('date')
      .where('instrument', '=', idp.instrument)
      .where('ab_name', '=', idp.ab_name)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const live = await transaction
      .selectFrom('idp')
      .select(['archive_name', 'generation'])
      .where('instrument', '=', idp.instrument)
      .where('ab_name', '=', idp.ab_name)
      .where('role', '=', idp.role)
      .where('state', '=', 'live')
      .executeTakeFirst()
    const arrived = { waiting_path: null, ingested_at: new Date() }
    if (live !== undefined && live.generation > idp.generation) {
      await update(transaction, archiveName, { ...arrived, state: 'superseded', superseded_by: live.archive_name })
    } else {
      if (live !== undefined)
        await update(transaction, live.archive_name, { state: 'superseded', superseded_by: archiveName })
      await update(transaction, archiveName, { ...arrived, state: 'live' })
    }
    await logIngestion(transaction, { archiveName, runNumber, result: 'live', message: '' })
    await writeEvent(transaction, {
      instrument: idp.instrument,
      date,
      runNumber,
      abName: idp.ab_name,
      kind: 'ingested',
      message: archiveName,
    })
  })
}

export interface IngestionEntry {
  readonly archiveName: string
  readonly runNumber: number
  readonly result: 'live' | 'transport error' | 'refused'
  readonly message: string
}

export async function logIngestion(database: Database, entry: IngestionEntry): Promise<void> {
  await database
    .insertInto('ingestion_log')
    .values({
      archive_name: entry.archiveName,
      run_number: entry.runNumber,
      result: entry.result,
      message: entry.message,
    })
    .execute()
}

/** Why the archive did not take what a run could not ingest: each reason once, with how many IDPs it keeps waiting. */
export async function ingestionProblems(database: Database, runNumber: number): Promise<readonly string[]> {
  const entries = await database
    .selectFrom('ingestion_log as l')
    .innerJoin('idp as i', 'i.archive_name', 'l.archive_name')
    .select(['l.archive_name', 'l.message'])
    .where('l.run_number', '=', runNumber)
    .where('i.state', '=', 'pending')
    .where('l.result', '!=', 'live')
    .orderBy('l.entry_id')
    .execute()
  const waiting = new Map(entries.map(({ archive_name: name, message }) => [name, message]))
  const byReason = new Map<string, string[]>()
  for (const [name, message] of waiting) {
    const reason = message.replaceAll(name, 'NAME')
    byReason.set(reason, [...(byReason.get(reason) ?? []), name])
  }
  return [...byReason].map(([reason, [only = '', ...others]]) =>
    others.length === 0
      ? `${only} is not ingested: ${reason.replaceAll('NAME', only)}`
      : `${others.length + 1} IDPs are not ingested: ${reason}`,
  )
}

function standardColumns(standard: StandardIdp | null) {
  if (standard === null) return {}
  return {
    original_name: standard.originalName,
    flux_calibrated: standard.fluxCalibrated,
    flux_reason: standard.fluxReason,
    findings: JSON.stringify(standard.warnings),
    keywords: JSON.stringify(standard.keywords),
  }
}

async function update(
  transaction: Transaction<Schema>,
  archiveName: string,
  values: { state: 'live' | 'superseded'; waiting_path?: null; ingested_at?: Date; superseded_by?: string },
): Promise<void> {
  await transaction.updateTable('idp').set(values).where('archive_name', '=', archiveName).execute()
}
