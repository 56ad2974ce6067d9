import type { Transaction } from 'kysely'
import type { Database } from './connect.ts'
import { writeEvent } from './events.ts'
import type { Schema } from './schema.ts'

/** An IDP that waits in `path` on this host to be ingested. */
export interface NewIdp {
  readonly role: string
  readonly kind: 'unconverted' | 'standard'
  readonly category: string
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

export interface PendingIdp extends NewIdp {
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
  for (const { path, ...idp } of idps) {
    for (let time = Date.now(); ; time += 1) {
      const archiveName = `ADP.${new Date(time).toISOString().slice(0, 23)}.fits`
      const inserted = await transaction
        .insertInto('idp')
        .values({ ...key, ...idp, archive_name: archiveName, state: 'pending', waiting_path: path })
        .onConflict((conflict) => conflict.column('archive_name').doNothing())
        .returning('archive_name')
        .executeTakeFirst()
      if (inserted !== undefined) break
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

async function update(
  transaction: Transaction<Schema>,
  archiveName: string,
  values: { state: 'live' | 'superseded'; waiting_path?: null; ingested_at?: Date; superseded_by?: string },
): Promise<void> {
  await transaction.updateTable('idp').set(values).where('archive_name', '=', archiveName).execute()
}
