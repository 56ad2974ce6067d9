import { sql } from 'kysely'
import type { AssociationBlock } from '../domain/association-block.ts'
import type { Score } from '../domain/scores.ts'
import { type AbKey, type AbRecord, readAbRecord } from './ab-record.ts'
import type { Database } from './connect.ts'
import { type Qc1Row, qc1Rows } from './qc1.ts'
import { scoresOf } from './scores.ts'

/** A block as an operator looks at it: its record, and what each generation of it measured. */
export interface AbView extends AbRecord {
  /** The present version as it was read; null when it is malformed. */
  readonly ab: AssociationBlock | null
  /** The text of that version. */
  readonly content: string
  /** Every generation that gave an answer, oldest first. */
  readonly generations: readonly GenerationView[]
}

export interface GenerationView {
  readonly generation: number
  readonly scores: readonly Score[]
  readonly qc1: readonly Qc1Row[]
}

const MOST_QC1 = 5000

export async function abView(database: Database, key: AbKey): Promise<AbView> {
  const { instrument, abName, version } = key
  const record = await readAbRecord(database, key)
  const { parsed, content } = await database
    .selectFrom('ab_version')
    .select(['parsed', 'content'])
    .where('instrument', '=', instrument)
    .where('ab_name', '=', abName)
    .where('version', '=', version)
    .executeTakeFirstOrThrow()
  const generations: GenerationView[] = []
  for (const { generation } of record.attempts) {
    generations.push({
      generation,
      scores: await scoresOf(database, { instrument, abName, generation }),
      qc1: await qc1Rows(database, { instrument, abName, generation }, MOST_QC1),
    })
  }
  return { ...record, ab: parsed, content, generations }
}

/** Changes whenever the view of the block would. */
export async function abMark(database: Database, instrument: string, abName: string): Promise<string> {
  const { rows } = await sql<{ mark: string }>`
    select concat_ws(' ', a.state, a.changed_at, a.generation, a.version,
      (select string_agg(archive_name || state, ' ' order by archive_name) from idp
       where instrument = a.instrument and ab_name = a.ab_name),
      (select max(start_id) from recipe_start where instrument = a.instrument and ab_name = a.ab_name)
    ) as mark
    from sciproc_ab a
    where a.instrument = ${instrument} and a.ab_name = ${abName}`.execute(database)
  return rows[0]?.mark ?? ''
}
