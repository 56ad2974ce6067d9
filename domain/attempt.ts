import type { Control } from './hold.ts'

/** A recipe may be started at most this often without an end before its block counts as interrupted. */
export const MAXIMUM_STARTS_WITHOUT_END = 2

/** What the record and the host say of one block and generation when an activity takes it up. */
export interface TakeUpFacts {
  /** An outcome is recorded for this generation. */
  readonly ended: boolean
  /** The row of a start that has no end yet. */
  readonly openStart: boolean
  /** What the launcher left in the folder of that start. */
  readonly launcher: 'none' | 'running' | 'ended' | 'lost'
  readonly startsWithoutEnd: number
}

export type TakeUp =
  /** The answer is in the record: never run again. */
  | { readonly step: 'already ended' }
  /** A launcher of an earlier attempt is at work: wait for it. */
  | { readonly step: 'join' }
  /** A launcher has left an exit status: go on from it. */
  | { readonly step: 'conclude' }
  /** Neither status nor launcher: close the row as a start without an end, then look again. */
  | { readonly step: 'close lost start' }
  | { readonly step: 'give up as interrupted' }
  | { readonly step: 'start' }

/** What to do with a block that was offered to a host: a recipe outlives its worker, so look before starting. */
export function takeUp(facts: TakeUpFacts): TakeUp {
  if (facts.ended) return { step: 'already ended' }
  if (facts.openStart) {
    if (facts.launcher === 'running') return { step: 'join' }
    return facts.launcher === 'ended' ? { step: 'conclude' } : { step: 'close lost start' }
  }
  if (facts.startsWithoutEnd >= MAXIMUM_STARTS_WITHOUT_END) return { step: 'give up as interrupted' }
  return { step: 'start' }
}

/** What the start transaction sees while it holds the block's row. */
export interface StartFacts {
  /** The run that asks is still the open run of its date. */
  readonly fenceIsCurrent: boolean
  /** The block waits with the content that was read: it may have been registered again, or left out. */
  readonly contentIsCurrent: boolean
  readonly control: Control
  readonly windowIsOpen: boolean
  readonly ended: boolean
  readonly openStart: boolean
  readonly startsWithoutEnd: number
}

export type StartDecision =
  | { readonly start: true }
  | { readonly start: false; readonly reason: NotStarted; readonly detail: string }

export type NotStarted =
  | 'stale run'
  | 'changed'
  | 'already ended'
  | 'already started'
  | 'held'
  | 'window closed'
  | 'interrupted'

/** Whether a recipe may start now. The only place that says so; the caller inserts the start in the same transaction. */
export function decideStart(facts: StartFacts): StartDecision {
  if (!facts.fenceIsCurrent) return refused('stale run', 'another run of the date has taken over')
  if (facts.ended) return refused('already ended', 'the recipe has given its answer')
  if (facts.openStart) return refused('already started', 'a start without an end is on record')
  if (facts.startsWithoutEnd >= MAXIMUM_STARTS_WITHOUT_END) {
    return refused('interrupted', `${facts.startsWithoutEnd} starts without an end`)
  }
  if (!facts.contentIsCurrent) return refused('changed', 'the block has been registered with other content')
  if (facts.control.command !== 'go') {
    const { hold, command } = facts.control
    return refused('held', `${command} by ${hold.placedBy}${hold.reason === '' ? '' : `: ${hold.reason}`}`)
  }
  if (!facts.windowIsOpen) return refused('window closed', 'outside the night window')
  return { start: true }
}

function refused(reason: NotStarted, detail: string): StartDecision {
  return { start: false, reason, detail }
}
