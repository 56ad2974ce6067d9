/** So many dates that are blocked with nothing taken in between are no accident any more: it is the archive. */
export const MINIMUM_BLOCKED_DATES = 2

const PROBE_EVERY_MS = 5 * 60_000

/** A date whose newest run is blocked, and when the archive last refused its products. */
export interface RefusedDate {
  /** `UVES 2026-03-01` */
  readonly date: string
  readonly refusedAt: Date
}

/** What the record says of the archive that IDPs go to. Null: never. */
export interface ArchiveFacts {
  readonly refusedDates: readonly RefusedDate[]
  /** When it last took an IDP. */
  readonly tookAt: Date | null
  /** Since when it is held for blocked dates; null when it is not. */
  readonly heldSince: Date | null
  /** When such a hold was last released. */
  readonly releasedAt: Date | null
}

export type ArchiveStep =
  | { readonly step: 'hold'; readonly dates: readonly string[] }
  | { readonly step: 'release' }
  | { readonly step: 'leave' }

/**
 * Two dates that are blocked one after the other hold all that would only fill the disk with further products; the first IDP that goes
 * in releases it. What was refused before the last success, or before somebody released the hold, does not count again.
 */
export function judgeArchive({ refusedDates, tookAt, heldSince, releasedAt }: ArchiveFacts): ArchiveStep {
  if (heldSince !== null) return tookAt !== null && tookAt > heldSince ? { step: 'release' } : { step: 'leave' }
  const since = Math.max(tookAt?.getTime() ?? 0, releasedAt?.getTime() ?? 0)
  const counted = refusedDates.filter(({ refusedAt }) => refusedAt.getTime() > since).map(({ date }) => date)
  const dates = [...new Set(counted)]
  return dates.length >= MINIMUM_BLOCKED_DATES ? { step: 'hold', dates } : { step: 'leave' }
}

/** A run that only brings in what waits. */
export interface ProbeRun {
  /** Null while it is open. */
  readonly endedAt: Date | null
}

/** The date to try next while the archive is held: the one refused longest ago, one at a time and one every five minutes; null: none now. */
export function nextProbe<Refused extends RefusedDate>(
  refusedDates: readonly Refused[],
  probesOfHold: readonly ProbeRun[],
  now: Date,
): Refused | null {
  const isTooEarly = ({ endedAt }: ProbeRun) => endedAt === null || now.getTime() - endedAt.getTime() < PROBE_EVERY_MS
  if (probesOfHold.some(isTooEarly)) return null
  return refusedDates.toSorted((a, b) => a.refusedAt.getTime() - b.refusedAt.getTime())[0] ?? null
}
