import { sql } from 'kysely'
import type { LeftOut } from '../domain/certification.ts'
import { type ChangedLine, lineDifference } from '../domain/line-difference.ts'
import type { Database } from './connect.ts'

/** One content of a block. */
export interface AbVersion {
  readonly version: number
  readonly registeredAt: Date
  readonly sha256: string
  readonly content: string
  /** Why it is not executable; null: it is. */
  readonly leftOut: LeftOut | null
  /** It is that of the attempt, or of the one to come. */
  readonly counts: boolean
  /** Generations that were attempted with it. */
  readonly generations: readonly number[]
  /** Lines that differ from the version before; null for the first one, and when nearly all do. */
  readonly difference: readonly ChangedLine[] | null
}

/** All contents of a block, oldest first. */
export async function abVersions(
  database: Database,
  { instrument, abName }: { readonly instrument: string; readonly abName: string },
): Promise<readonly AbVersion[]> {
  const { version: counting } = await database
    .selectFrom('sciproc_ab')
    .select('version')
    .where('instrument', '=', instrument)
    .where('ab_name', '=', abName)
    .executeTakeFirstOrThrow()
  const rows = await database
    .selectFrom('ab_version')
    .selectAll()
    .where('instrument', '=', instrument)
    .where('ab_name', '=', abName)
    .orderBy('version')
    .execute()
  const attempts = await database
    .selectFrom('attempt')
    .select(['version', 'generation'])
    .where('instrument', '=', instrument)
    .where('ab_name', '=', abName)
    .where('generation', '>', 0)
    .orderBy('generation')
    .execute()
  return rows.map((row, i) => {
    const before = rows[i - 1]
    return {
      version: row.version,
      registeredAt: row.registered_at,
      sha256: row.sha256,
      content: row.content,
      leftOut: row.left_out_code === null ? null : { code: row.left_out_code, text: row.left_out_text ?? '' },
      counts: row.version === counting,
      generations: attempts.filter(({ version }) => version === row.version).map(({ generation }) => generation),
      difference: before === undefined ? null : lineDifference(before.content, row.content),
    }
  })
}

/** A block that was registered with another content after its attempt. */
export interface ChangedAb {
  readonly abName: string
  readonly date: string
  readonly attemptedVersion: number
  readonly newestVersion: number
  /** Why the newest content could not be processed; null: an order to re-process takes it up. */
  readonly leftOut: LeftOut | null
}

/** Blocks whose newest content is not that of their last attempt, by date and name: what `reprocess --changed` runs. */
export async function changedSinceAttempt(
  database: Database,
  instrument: string,
  { first, last }: { readonly first: string; readonly last: string },
): Promise<readonly ChangedAb[]> {
  const { rows } = await sql<{
    ab_name: string
    date: string
    attempted: number
    newest: number
    left_out_code: LeftOut['code'] | null
    left_out_text: string | null
  }>`
    select a.ab_name, a.date, a.version as attempted, n.version as newest, n.left_out_code, n.left_out_text
    from sciproc_ab a
    join ab_version v on v.instrument = a.instrument and v.ab_name = a.ab_name and v.version = a.version
    join lateral (
      select version, sha256, left_out_code, left_out_text from ab_version
      where instrument = a.instrument and ab_name = a.ab_name order by version desc limit 1
    ) n on n.version > v.version and n.sha256 <> v.sha256
    where a.instrument = ${instrument} and a.date between ${first} and ${last}
      and a.state in ('processed', 'failed', 'interrupted')
    order by a.date, a.ab_name`.execute(database)
  return rows.map((row) => ({
    abName: row.ab_name,
    date: row.date,
    attemptedVersion: row.attempted,
    newestVersion: row.newest,
    leftOut: row.left_out_code === null ? null : { code: row.left_out_code, text: row.left_out_text ?? '' },
  }))
}
