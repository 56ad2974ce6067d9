import type { ClosedRunState } from './date-run.ts'
import { isOpen, type NightWindow } from './night-window.ts'

/** What an operator or the schedule asked for. */
export type OrderKind = 'run' | 'daily' | 'back-process' | 'reprocess' | 'job file'

/** An order over many dates, with dates and blocks of its own in the record. */
export type CampaignKind = Extract<OrderKind, 'back-process' | 'reprocess'>

/**
 * Where a date of a campaign stands. `put off`: somebody else ran it, it is asked again at the end. `skipped`: it was not run by this
 * order, and the row says why. The other ends are those of the date's run.
 */
export type OrderDateState = 'waiting' | 'running' | 'put off' | 'skipped' | ClosedRunState

/** What the window and the gate of the cores want to know of an order. */
export interface OrderTerms {
  readonly kind: OrderKind
  /** The operator has said that recipes may start outside the night window too. */
  readonly anyTime: boolean
}

/** `run` is an operator's direct order and starts at any time; all others wait for the night unless they were ordered otherwise. */
export function isGatedByWindow({ kind, anyTime }: OrderTerms): boolean {
  return kind !== 'run' && !anyTime
}

/** The window in which recipes of this order may start; null: at any time. */
export function windowFor(order: OrderTerms, window: NightWindow | null): NightWindow | null {
  return isGatedByWindow(order) ? window : null
}

/** The hours of a host. */
export interface WorkingHours {
  readonly window: NightWindow | null
  /** Cores that may be in use outside the window by what has to wait for the night otherwise; 0: none. */
  readonly coresByDay: number
}

/** With how many cores in use, its own counted, a recipe of this order may start at this moment; Infinity: the clock sets no limit. */
export function coresAt(order: OrderTerms, { window, coresByDay }: WorkingHours, moment: Date): number {
  const gate = windowFor(order, window)
  return gate === null || isOpen(gate, moment) ? Infinity : coresByDay
}

/** Whether a recipe of this order may start at this moment, as far as the clock is asked. */
export function mayStartAt(order: OrderTerms, hours: WorkingHours, moment: Date): boolean {
  return coresAt(order, hours, moment) > 0
}

const PRIORITY: Record<OrderKind, number> = { run: 1, daily: 1, 'job file': 2, 'back-process': 3, reprocess: 3 }

/** Who waits for a core is served in this order, 1 first: tonight's work goes before campaigns. */
export function priorityOf(kind: OrderKind): number {
  return PRIORITY[kind]
}

export function isCampaign(kind: OrderKind): kind is CampaignKind {
  return kind === 'back-process' || kind === 'reprocess'
}
