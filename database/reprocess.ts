import { sql, type Transaction } from 'kysely'
import type { Database } from './connect.ts'
import { writeEvent } from './events.ts'
import type { Schema } from './schema.ts'

export interface Reprocessing {
  readonly instrument: string
  readonly abNames: readonly string[]
  readonly orderedBy: string
  readonly reason: string
}

/**
 * Gives every ended block among these a new generation, in which its newest version counts; it waits for the next run of its date. Blocks
 * that have not ended are left alone: they have their attempt before them. Returns the names of those that got one.
 */
export async function orderReprocessing(database: Database, order: Reprocessing): Promise<readonly string[]> {
  if (order.abNames.length === 0) return []
  return database.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('processing_order')
      .values({ kind: 'reprocess', instrument: order.instrument, ordered_by: order.orderedBy, reason: order.reason })
      .execute()
    return raiseGenerations(transaction, order)
  })
}

/** The same within the transaction of an order that is on record. */
export async function raiseGenerations(
  transaction: Transaction<Schema>,
  { instrument, abNames, orderedBy, reason }: Reprocessing,
): Promise<readonly string[]> {
  const raised = await transaction
    .updateTable('sciproc_ab')
    .set({
      state: 'pending',
      cause: null,
      generation: sql<number>`generation + 1`,
      version: sql<number>`(
        select max(v.version) from ab_version v
        where v.instrument = sciproc_ab.instrument and v.ab_name = sciproc_ab.ab_name
      )`,
      changed_at: new Date(),
    })
    .where('instrument', '=', instrument)
    .where('ab_name', 'in', abNames)
    .where('state', 'in', ['processed', 'failed', 'interrupted'])
    .returning(['ab_name', 'date', 'generation'])
    .execute()
  for (const { ab_name: abName, date, generation } of raised) {
    await writeEvent(transaction, {
      instrument,
      date,
      abName,
      kind: 're-processing ordered',
      message: `generation ${generation}: ${reason}`,
      who: orderedBy,
    })
  }
  return raised.map(({ ab_name: abName }) => abName)
}
