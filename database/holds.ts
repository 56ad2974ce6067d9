import { sql, type Transaction } from 'kysely'
import { describeScope, type Hold, type HoldKind, type HoldScope, inScope, type StartPlace } from '../domain/hold.ts'
import type { Database } from './connect.ts'
import { writeEvent } from './events.ts'
import type { Schema } from './schema.ts'

/** Starts take it shared, holds exclusively: when a hold is committed, every start of before is committed too. */
const HOLD_LOCK = 7_406_584

export interface NewHold {
  readonly kind: HoldKind
  readonly scope: HoldScope
  readonly reason: string
  readonly placedBy: string
  readonly probe?: true
}

/**
 * Places a hold. When this returns, no recipe starts in its scope. Placing the same hold twice gives the one that stands; one that a probe
 * may release is another than a person's of the same scope.
 */
export async function placeHold(database: Database, hold: NewHold): Promise<Hold> {
  return database.transaction().execute((transaction) => placeHoldIn(transaction, hold))
}

/** The same within a transaction that does more, and that has taken `lockHolds` before it locked any row. */
export async function placeHoldIn(transaction: Transaction<Schema>, hold: NewHold): Promise<Hold> {
  await lockHolds(transaction)
  const standing = (await activeHolds(transaction)).find(
    ({ kind, scope, probe }) => kind === hold.kind && probe === hold.probe && sameScope(scope, hold.scope),
  )
  if (standing !== undefined) return standing
  const row = await transaction
    .insertInto('hold')
    .values({
      kind: hold.kind,
      scope: canonical(hold.scope),
      reason: hold.reason,
      placed_by: hold.placedBy,
      probe: hold.probe ?? false,
    })
    .returning(['hold_id', 'placed_at'])
    .executeTakeFirstOrThrow()
  await writeEvent(transaction, {
    ...placeOf(hold.scope),
    // People outside hear of an archive that we ourselves had to hold (domain/alerts.ts).
    kind: hold.scope.type === 'archive' && hold.placedBy === 'phoenix' ? 'archive held' : hold.kind,
    message: `${hold.kind} ${describeScope(hold.scope)}${hold.reason === '' ? '' : `: ${hold.reason}`}`,
    who: hold.placedBy,
  })
  return { ...hold, id: row.hold_id, placedAt: row.placed_at }
}

/** Releases every standing hold of exactly this scope (of the given kinds). Returns what was released. */
export async function releaseHolds(
  database: Database,
  scope: HoldScope,
  releasedBy: string,
  kinds: readonly HoldKind[] = ['pause', 'stop', 'cancel'],
): Promise<readonly Hold[]> {
  return database.transaction().execute(async (transaction) => {
    const standing = (await activeHolds(transaction)).filter(
      (hold) => sameScope(hold.scope, scope) && kinds.includes(hold.kind),
    )
    if (standing.length === 0) return []
    await transaction
      .updateTable('hold')
      .set({ released_by: releasedBy, released_at: sql`now()` })
      .where(
        'hold_id',
        'in',
        standing.map(({ id }) => id),
      )
      .where('released_at', 'is', null)
      .execute()
    await writeEvent(transaction, {
      ...placeOf(scope),
      kind: 'resume',
      message: `released: ${standing.map(({ kind }) => kind).join(', ')} of ${describeScope(scope)}`,
      who: releasedBy,
    })
    return standing
  })
}

export async function activeHolds(database: Database): Promise<readonly Hold[]> {
  const rows = await database
    .selectFrom('hold')
    .selectAll()
    .where('released_at', 'is', null)
    .orderBy('hold_id')
    .execute()
  return rows.map((row) => ({
    id: row.hold_id,
    kind: row.kind,
    scope: row.scope,
    reason: row.reason,
    placedBy: row.placed_by,
    placedAt: row.placed_at,
    ...(row.probe ? { probe: true } : {}),
  }))
}

export async function holdsAt(database: Database, place: StartPlace): Promise<readonly Hold[]> {
  return (await activeHolds(database)).filter(({ scope }) => inScope(scope, place))
}

/** Nobody starts a recipe until this transaction ends. Starts lock first this and then rows; so must everybody. */
export async function lockHolds(transaction: Transaction<Schema>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${HOLD_LOCK})`.execute(transaction)
}

/** Called by the start transaction before it reads the holds. */
export async function shareHoldLock(transaction: Database): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${HOLD_LOCK})`.execute(transaction)
}

/** Whether two scopes are one and the same, not whether they overlap. */
export function sameScope(one: HoldScope, other: HoldScope): boolean {
  return canonical(one) === canonical(other)
}

/** The same scope always gives the same text, whatever the order of its keys. */
function canonical(scope: HoldScope): string {
  return JSON.stringify(Object.fromEntries(Object.entries(scope).toSorted(([a], [b]) => (a < b ? -1 : 1))))
}

function placeOf(scope: HoldScope): { instrument?: string; date?: string } {
  if (scope.type === 'date') return { instrument: scope.instrument, date: scope.date }
  return scope.type === 'instrument' || scope.type === 'daily' ? { instrument: scope.instrument } : {}
}
