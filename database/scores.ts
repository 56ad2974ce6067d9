import type { Transaction } from 'kysely'
import type { Score } from '../domain/scores.ts'
import type { Database } from './connect.ts'
import type { Schema } from './schema.ts'

/** So many of the newest values say what is usual: some months of a setting, while an instrument ages slowly. */
const NEWEST = 200

/** Recorded values of the scores of processed blocks of one setting, newest first, by name of the score. */
export async function recordedValues(
  database: Database,
  instrument: string,
  setting: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  if (names.length === 0) return new Map()
  const attempts = database
    .selectFrom('attempt')
    .select(['instrument', 'ab_name', 'generation', 'ended_at'])
    .where('instrument', '=', instrument)
    .where('setting', '=', setting)
    .where('outcome', '=', 'processed')
    .where('generation', '>', 0)
    .orderBy('ended_at', 'desc')
    .limit(NEWEST)
  const rows = await database
    .selectFrom(attempts.as('a'))
    .innerJoin('score as s', (join) =>
      join
        .onRef('s.instrument', '=', 'a.instrument')
        .onRef('s.ab_name', '=', 'a.ab_name')
        .onRef('s.generation', '=', 'a.generation'),
    )
    .select(['s.name', 's.value'])
    .where('s.name', 'in', names)
    .where('s.value', 'is not', null)
    .orderBy('a.ended_at', 'desc')
    .execute()
  const values = new Map<string, number[]>()
  for (const { name, value } of rows) {
    if (value === null) continue
    const known = values.get(name)
    if (known === undefined) values.set(name, [value])
    else known.push(value)
  }
  return values
}

/** Scores of one attempt by name, for whoever looks at a block. */
export async function scoresOf(
  database: Database,
  key: { readonly instrument: string; readonly abName: string; readonly generation: number },
): Promise<readonly Score[]> {
  const rows = await database
    .selectFrom('score')
    .select(['name', 'score', 'value', 'limit_text'])
    .where('instrument', '=', key.instrument)
    .where('ab_name', '=', key.abName)
    .where('generation', '=', key.generation)
    .orderBy('name')
    .execute()
  return rows.map(({ limit_text: limit, ...score }) => ({ ...score, limit: limit ?? '' }))
}

/** Part of the transaction that records an attempt. */
export async function insertScores(
  transaction: Transaction<Schema>,
  key: { readonly instrument: string; readonly ab_name: string; readonly generation: number },
  scores: readonly Score[],
): Promise<void> {
  if (scores.length === 0) return
  await transaction
    .insertInto('score')
    .values(scores.map(({ name, score, value, limit }) => ({ ...key, name, score, value, limit_text: limit })))
    .execute()
}
