import { sql } from 'kysely'
import type { AbState } from '../domain/ab-state.ts'
import type { DateRange } from '../domain/date-range.ts'
import type { CampaignKind } from '../domain/order.ts'
import type { Database } from './connect.ts'

/** Which blocks an order is for; null and false: no limit by that. */
export interface Selection {
  readonly kind: CampaignKind
  readonly instrument: string
  readonly range: DateRange | null
  readonly abNames: readonly string[] | null
  readonly programId: string | null
  // The rest is asked of attempts that were made, so that it is for re-processing only.
  readonly onlyFailed: boolean
  /** A content was registered after the attempt. */
  readonly onlyChanged: boolean
  /** File name of an input of the attempt. */
  readonly used: string | null
  /** `uves/6.1.8`, or the version alone. */
  readonly pipeline: string | null
}

export interface SelectedAb {
  readonly abName: string
  readonly date: string
  /** The one whose answer the order asks for. */
  readonly generation: number
  readonly rawType: string
}

/**
 * The blocks of an order, by date and name. Back-processing takes what has no attempt in its generation. Re-processing asks for a new
 * generation of what has one, and for the generation itself where an earlier order raised it and did not come to it.
 */
export async function selectAbs(database: Database, selection: Selection): Promise<readonly SelectedAb[]> {
  const { instrument, range, abNames, programId } = selection
  let query = database
    .selectFrom('sciproc_ab as a')
    .leftJoin('attempt as t', (join) =>
      join
        .onRef('t.instrument', '=', 'a.instrument')
        .onRef('t.ab_name', '=', 'a.ab_name')
        .onRef('t.generation', '=', 'a.generation'),
    )
    .select([
      'a.ab_name',
      'a.date',
      sql<string>`coalesce(a.raw_type, '')`.as('raw_type'),
      sql<number>`case when t.generation is null then a.generation else a.generation + 1 end`.as('generation'),
    ])
    .where('a.instrument', '=', instrument)
    .orderBy('a.date')
    .orderBy('a.ab_name')
  if (range !== null) query = query.where('a.date', '>=', range.first).where('a.date', '<=', range.last)
  if (abNames !== null) query = query.where(sql<boolean>`a.ab_name = any(${[...abNames]})`)
  if (programId !== null) query = query.where('a.program_id', '=', programId)
  if (selection.kind === 'back-process') {
    query = query.where('a.state', '=', 'pending').where('t.generation', 'is', null)
  } else {
    query = query.where((where) =>
      where.or([
        where('a.state', 'in', ['processed', 'failed', 'interrupted']),
        where.and([where('a.state', '=', 'pending'), where('a.generation', '>', 1)]),
      ]),
    )
  }
  if (selection.onlyFailed) query = query.where('a.state', 'in', ['failed', 'interrupted'])
  if (selection.onlyChanged) {
    query = query.where(
      sql<boolean>`a.version < (select max(v.version) from ab_version v where v.instrument = a.instrument and v.ab_name = a.ab_name)`,
    )
  }
  if (selection.pipeline !== null) {
    const { pipeline } = selection
    query = query.where(
      sql<boolean>`(t.pipeline_version = ${pipeline} or split_part(t.pipeline_version, '/', 2) = ${pipeline})`,
    )
  }
  if (selection.used !== null) {
    query = query.where(
      sql<boolean>`exists (select from attempt_input i where i.instrument = a.instrument and i.ab_name = a.ab_name
        and i.generation = a.generation and i.file_name = ${selection.used})`,
    )
  }
  const rows = await query.execute()
  return rows.map((row) => ({
    abName: row.ab_name,
    date: row.date,
    generation: row.generation,
    rawType: row.raw_type,
  }))
}

/** What the blocks of an instrument, a range or a list are now, for the line that says why nothing of them is ordered. */
export async function stateCounts(
  database: Database,
  { instrument, range, abNames }: Pick<Selection, 'instrument' | 'range' | 'abNames'>,
): Promise<readonly { state: AbState; leftOutCode: string | null; count: number }[]> {
  let query = database
    .selectFrom('sciproc_ab as a')
    .select(['a.state', 'a.left_out_code as leftOutCode', sql<number>`count(*)`.as('count')])
    .where('a.instrument', '=', instrument)
    .groupBy(['a.state', 'a.left_out_code'])
    .orderBy(sql`count(*)`, 'desc')
  if (range !== null) query = query.where('a.date', '>=', range.first).where('a.date', '<=', range.last)
  if (abNames !== null) query = query.where(sql<boolean>`a.ab_name = any(${[...abNames]})`)
  return query.execute()
}

/** State and reason of blocks by their names; those that were never registered are not in the answer. */
export async function namedAbs(
  database: Database,
  instrument: string,
  abNames: readonly string[],
): Promise<
  readonly { abName: string; date: string; state: AbState; leftOutCode: string | null; cause: string | null }[]
> {
  return database
    .selectFrom('sciproc_ab')
    .select(['ab_name as abName', 'date', 'state', 'left_out_code as leftOutCode', 'cause'])
    .where('instrument', '=', instrument)
    .where(sql<boolean>`ab_name = any(${[...abNames]})`)
    .execute()
}

/** How many dates of a range are registered. */
export async function registeredDates(database: Database, instrument: string, range: DateRange): Promise<number> {
  const { count } = await database
    .selectFrom('sciproc_date')
    .select(sql<number>`count(*)`.as('count'))
    .where('instrument', '=', instrument)
    .where('date', '>=', range.first)
    .where('date', '<=', range.last)
    .executeTakeFirstOrThrow()
  return count
}
