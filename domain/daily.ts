import type { AbState } from './ab-state.ts'
import type { ClosedRunState } from './date-run.ts'
import type { Hold } from './hold.ts'
import { type NightWindow, nightNumber } from './night-window.ts'

/** What daily processing takes by itself, and until when. */
export interface DailyRules {
  readonly window: NightWindow | null
  /** So many nights a block has from its registration on; what has not been started then is backlog. */
  readonly nights: number
}

/** Who ended a run that was stopped: a person, or daily processing itself because its blocks had grown too old. */
export type StoppedBy = 'operator' | 'age'

/** A run that has ended and in which the block was, or could have been. */
export interface EndedRun {
  readonly state: ClosedRunState
  readonly stoppedBy: StoppedBy | null
  readonly startedAt: Date
  readonly endedAt: Date
}

export interface DailyBlock {
  readonly state: AbState
  readonly generation: number
  /** When the content that counts now came into the record. */
  readonly registeredAt: Date
  readonly endedRuns: readonly EndedRun[]
}

/**
 * Whether daily processing takes a block by itself: executable, never attempted, young, and not left by a run before. What a run that
 * began after the registration has left (in error, blocked, stopped by a person) is for a person to order.
 */
export function isForDaily(block: DailyBlock, rules: DailyRules, now: Date): boolean {
  if (block.state !== 'pending' || block.generation !== 1) return false
  return !isTooOld(block.registeredAt, rules, now) && !block.endedRuns.some((run) => hasLeft(run, block.registeredAt))
}

/**
 * Whether a block has had its nights. The first is that in whose window it was registered, or the next one after it; a clock that was set
 * back makes nothing old.
 */
export function isTooOld(registeredAt: Date, { window, nights }: DailyRules, now: Date): boolean {
  return nightNumber(window, now) - nightNumber(window, registeredAt) >= nights
}

/** A person's stop was meant for everything that the date had by then; every other end for what was there when the run began. */
function hasLeft({ state, stoppedBy, startedAt, endedAt }: EndedRun, registeredAt: Date): boolean {
  if (state === 'stopped') return stoppedBy !== 'age' && registeredAt <= endedAt
  return registeredAt <= startedAt
}

/** The hold under which nothing is dispatched for an instrument, so that no run is opened only to wait or to end; null: none stands. */
export function holdOfDispatch(holds: readonly Hold[], instrument: string): Hold | null {
  const inScope = ({ scope }: Hold) =>
    scope.type === 'everything' ||
    ((scope.type === 'instrument' || scope.type === 'daily') && scope.instrument === instrument)
  return holds.find(inScope) ?? null
}
