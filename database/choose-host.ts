import { sql } from 'kysely'
import { OPEN_RUN_STATES } from '../domain/date-run.ts'
import type { Database } from './connect.ts'
import { activeHolds } from './holds.ts'

/** A host whose worker was not seen for so long is taken as away. */
export const SEEN_WITHIN_MS = 120_000

/**
 * The host for a new run of a date: where IDPs of the date wait for the archive, for only that host can bring them in; else the one with
 * room on its disk and the fewest open runs among those that were seen lately and are not held. With none seen it is `own`, the one that
 * asks.
 */
export async function chooseHost(
  database: Database,
  { instrument, date }: { readonly instrument: string; readonly date: string },
  own: string,
): Promise<string> {
  const waiting = await hostOfWaiting(database, { instrument, date })
  if (waiting !== null) return waiting
  const held = (await activeHolds(database)).flatMap(({ scope }) => (scope.type === 'host' ? [scope.host] : []))
  const seen = await database
    .selectFrom('host as h')
    .select((h) => [
      'h.host',
      sql<boolean>`coalesce(h.free_bytes < h.needed_bytes, false)`.as('is_full'),
      h
        .selectFrom('date_run as r')
        .select(sql<number>`count(*)`.as('runs'))
        .whereRef('r.host', '=', 'h.host')
        .where('r.state', 'in', OPEN_RUN_STATES)
        .as('runs'),
    ])
    .where('h.seen_at', '>', new Date(Date.now() - SEEN_WITHIN_MS))
    .execute()
  const [best] = seen
    .filter(({ host }) => !held.includes(host))
    .toSorted(
      (a, b) =>
        Number(a.is_full) - Number(b.is_full) ||
        Number(a.runs) - Number(b.runs) ||
        Number(b.host === own) - Number(a.host === own) ||
        (a.host < b.host ? -1 : 1),
    )
  return best?.host ?? own
}

/** A host on which IDPs of a date wait for the archive; null when none does. */
export async function hostOfWaiting(
  database: Database,
  { instrument, date }: { readonly instrument: string; readonly date: string },
): Promise<string | null> {
  const waiting = await database
    .selectFrom('idp as i')
    .innerJoin('sciproc_ab as a', (join) =>
      join.onRef('a.instrument', '=', 'i.instrument').onRef('a.ab_name', '=', 'i.ab_name'),
    )
    .select('i.host')
    .where('i.state', '=', 'pending')
    .where('a.instrument', '=', instrument)
    .where('a.date', '=', date)
    .orderBy('i.host')
    .executeTakeFirst()
  return waiting?.host ?? null
}
