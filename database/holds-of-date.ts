import { type Hold, inScope } from '../domain/hold.ts'
import type { OrderKind } from '../domain/order.ts'
import type { Database } from './connect.ts'

/** A hold that kept a run of the date from starting recipes, with its end. */
export interface PastHold extends Hold {
  readonly releasedBy: string | null
  /** Null while it stands. */
  readonly releasedAt: Date | null
}

interface HeldRun {
  readonly orderId: number
  readonly kind: OrderKind
  readonly host: string
  readonly startedAt: Date
  readonly endedAt: Date | null
}

/** Every hold, also those of long ago, that stood while a run of this date was open and that had it in its scope. Oldest first. */
export async function holdsOfDate(database: Database, instrument: string, date: string): Promise<readonly PastHold[]> {
  const runs = await database
    .selectFrom('date_run as r')
    .innerJoin('processing_order as o', 'o.order_id', 'r.order_id')
    .select(['r.order_id as orderId', 'o.kind', 'r.host', 'r.started_at as startedAt', 'r.ended_at as endedAt'])
    .where('r.instrument', '=', instrument)
    .where('r.date', '=', date)
    .execute()
  const [first] = runs.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime())
  if (first === undefined) return []
  const rows = await database
    .selectFrom('hold')
    .selectAll()
    .where((where) => where.or([where('released_at', 'is', null), where('released_at', '>=', first.startedAt)]))
    .orderBy('hold_id')
    .execute()
  return rows
    .map((row) => ({
      id: row.hold_id,
      kind: row.kind,
      scope: row.scope,
      reason: row.reason,
      placedBy: row.placed_by,
      placedAt: row.placed_at,
      releasedBy: row.released_by,
      releasedAt: row.released_at,
    }))
    .filter((hold) =>
      runs.some((run) => overlaps(hold, run) && inScope(hold.scope, { ...run, instrument, date, archives: [] })),
    )
}

function overlaps({ placedAt, releasedAt }: PastHold, { startedAt, endedAt }: HeldRun): boolean {
  return (endedAt === null || placedAt <= endedAt) && (releasedAt === null || releasedAt >= startedAt)
}
