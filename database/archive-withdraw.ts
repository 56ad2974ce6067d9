import { PreconditionError } from '../domain/failure.ts'
import type { Database } from './connect.ts'
import { writeEvent } from './events.ts'

export interface Withdrawal {
  /** Archive names, with or without `.fits`. */
  readonly names: readonly string[]
  readonly reason: string
  readonly who: string
  /** Looks whether it could be done, and changes nothing. */
  readonly dryRun?: boolean
}

export interface ChangedIdp {
  readonly archiveName: string
  readonly instrument: string
  readonly date: string
  readonly abName: string
}

/**
 * Takes live IDPs out of what the archive shows, all or none. The files stay.
 * @throws PreconditionError when one of them is not there or not live
 */
export async function withdrawIdps(database: Database, withdrawal: Withdrawal): Promise<readonly ChangedIdp[]> {
  const { reason, who } = withdrawal
  return change(database, withdrawal, 'live', 'withdrawn', async (transaction, archiveName) => {
    await transaction
      .updateTable('idp')
      .set({ state: 'withdrawn', withdrawn_at: new Date(), withdrawn_by: who, withdrawn_reason: reason })
      .where('archive_name', '=', archiveName)
      .execute()
  })
}

/**
 * Makes withdrawn IDPs live again, all or none.
 * @throws PreconditionError when one of them is not there or not withdrawn, or another of the same identity is live
 */
export async function restoreIdps(database: Database, restoring: Withdrawal): Promise<readonly ChangedIdp[]> {
  return change(database, restoring, 'withdrawn', 'restored', async (transaction, archiveName) => {
    await transaction
      .updateTable('idp')
      .set({ state: 'live', withdrawn_at: null, withdrawn_by: null, withdrawn_reason: null })
      .where('archive_name', '=', archiveName)
      .execute()
  })
}

async function change(
  database: Database,
  { names, reason, who, dryRun = false }: Withdrawal,
  from: 'live' | 'withdrawn',
  kind: 'withdrawn' | 'restored',
  update: (transaction: Database, archiveName: string) => Promise<void>,
): Promise<readonly ChangedIdp[]> {
  const archiveNames = [...new Set(names.map((name) => (name.endsWith('.fits') ? name : `${name}.fits`)))]
  return database.transaction().execute(async (transaction) => {
    await checkedIdps(transaction, archiveNames, from)
    // The rows of the blocks first, as ingestion takes them before it looks what is live: neither waits for the other in a circle.
    await transaction
      .selectFrom('sciproc_ab as a')
      .select('a.ab_name')
      .where((where) =>
        where.exists(
          where
            .selectFrom('idp as i')
            .select('i.archive_name')
            .whereRef('i.instrument', '=', 'a.instrument')
            .whereRef('i.ab_name', '=', 'a.ab_name')
            .where('i.archive_name', 'in', archiveNames),
        ),
      )
      .orderBy('a.instrument')
      .orderBy('a.ab_name')
      .forUpdate('a')
      .execute()
    const idps = await checkedIdps(transaction, archiveNames, from)
    if (kind === 'restored') await refuseSecondLive(transaction, idps)
    const changed = idps.map(({ archive_name: archiveName, ab_name: abName, instrument, date }) => {
      return { archiveName, abName, instrument, date }
    })
    if (dryRun) return changed
    for (const { archiveName, ...place } of changed) {
      await update(transaction, archiveName)
      await writeEvent(transaction, { ...place, kind: `IDP ${kind}`, message: `${archiveName}: ${reason}`, who })
    }
    return changed
  })
}

async function checkedIdps(transaction: Database, archiveNames: readonly string[], from: 'live' | 'withdrawn') {
  const rows = await transaction
    .selectFrom('idp as i')
    .innerJoin('sciproc_ab as a', (join) =>
      join.onRef('a.instrument', '=', 'i.instrument').onRef('a.ab_name', '=', 'i.ab_name'),
    )
    .select(['i.archive_name', 'i.instrument', 'i.ab_name', 'i.role', 'i.state', 'a.date'])
    .where('i.archive_name', 'in', archiveNames)
    .orderBy('i.archive_name')
    .execute()
  const unknown = archiveNames.filter((name) => !rows.some((row) => row.archive_name === name))
  const wrong = rows.filter(({ state }) => state !== from).map((row) => `${row.archive_name} is ${row.state}`)
  if (unknown.length + wrong.length === 0) return rows
  const problems = [...unknown.map((name) => `${name} is not on record`), ...wrong]
  throw new PreconditionError(`${problems.join('; ')}: expected IDPs that are ${from}; nothing was changed`)
}

async function refuseSecondLive(transaction: Database, idps: Awaited<ReturnType<typeof checkedIdps>>): Promise<void> {
  const problems: string[] = []
  const identities = new Map<string, string>()
  for (const { archive_name: archiveName, instrument, ab_name: abName, role } of idps) {
    const identity = `${instrument} ${abName} ${role}`
    const live = await transaction
      .selectFrom('idp')
      .select('archive_name')
      .where('instrument', '=', instrument)
      .where('ab_name', '=', abName)
      .where('role', '=', role)
      .where('state', '=', 'live')
      .executeTakeFirst()
    const other = live?.archive_name ?? identities.get(identity)
    if (other !== undefined) problems.push(`${other} takes the place of ${archiveName} (${abName}, ${role})`)
    identities.set(identity, archiveName)
  }
  if (problems.length > 0) {
    throw new PreconditionError(`${problems.join('; ')}: one IDP at most is live of each; nothing was changed`)
  }
}
