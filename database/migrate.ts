import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { checkedSchemaName, type Database } from './connect.ts'

/** One advisory lock for all migrations: two processes that start together do not migrate twice. */
const MIGRATION_LOCK = 7_406_583

/**
 * Brings the record to the newest form: runs every numbered SQL file of `folder` that this schema has not seen, all in one
 * transaction. Returns the names of the files that were run.
 */
export async function migrate(database: Database, schema: string, folder: string): Promise<readonly string[]> {
  const files = (await readdir(folder)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).toSorted()
  return database.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(transaction)
    await sql.raw(`create schema if not exists ${checkedSchemaName(schema)}`).execute(transaction)
    await sql`create table if not exists migration (name text primary key, run_at timestamptz not null default now())`.execute(
      transaction,
    )
    const seen = await sql<{ name: string }>`select name from migration`.execute(transaction)
    const done = new Set(seen.rows.map(({ name }) => name))
    const pending = files.filter((name) => !done.has(name))
    for (const name of pending) {
      await sql.raw(await readFile(join(folder, name), 'utf8')).execute(transaction)
      await sql`insert into migration (name) values (${name})`.execute(transaction)
    }
    return pending
  })
}
