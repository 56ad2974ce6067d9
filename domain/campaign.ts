import { PreconditionError } from './failure.ts'
import type { HoldKind } from './hold.ts'
import type { CampaignKind, OrderDateState } from './order.ts'

/** How the order itself ended: `done` when every date was asked, whatever became of it. */
export type CampaignEnd = 'done' | 'stopped'

export interface CampaignDate {
  readonly date: string
  readonly state: OrderDateState
}

export interface CampaignFacts {
  /** In the order in which they are to be taken. */
  readonly dates: readonly CampaignDate[]
  /** Dates that may run at once. */
  readonly datesAtOnce: number
  /** `wait`: there is no room on a disk, or an archive is held. */
  readonly command: 'go' | 'wait' | HoldKind
}

export type CampaignStep =
  | { readonly step: 'open'; readonly date: string }
  /** Until a date ends, a hold is released, or there is room. */
  | { readonly step: 'wait' }
  | { readonly step: 'end'; readonly as: CampaignEnd }

/**
 * What a campaign does next. Dates that were put off are asked again when no date waits any more. `asked` are those that were asked in
 * this turn already, and could not be run.
 */
export function nextStep(facts: CampaignFacts, asked: ReadonlySet<string> = new Set()): CampaignStep {
  const { dates, datesAtOnce, command } = facts
  const inState = (state: OrderDateState) => dates.filter((date) => date.state === state)
  const running = inState('running').length
  if (command === 'stop' || command === 'cancel') {
    return running > 0 ? { step: 'wait' } : { step: 'end', as: 'stopped' }
  }
  const waiting = inState('waiting')
  const open = waiting.length > 0 ? waiting : inState('put off')
  if (open.length === 0) return running > 0 ? { step: 'wait' } : { step: 'end', as: 'done' }
  const next = open.find(({ date }) => !asked.has(date))
  if (next === undefined || command !== 'go' || running >= datesAtOnce) return { step: 'wait' }
  return { step: 'open', date: next.date }
}

/** What becomes of a date that somebody else runs: put off to the end; there, when nothing else of the campaign runs any more, skipped. */
export function whenTaken(facts: CampaignFacts, date: string): 'put off' | 'skipped' {
  const wasPutOff = facts.dates.some((other) => other.date === date && other.state === 'put off')
  const othersAreOpen = facts.dates.some(({ state }) => state === 'waiting' || state === 'running')
  return wasPutOff && !othersAreOpen ? 'skipped' : 'put off'
}

/** What a closed run of the campaign makes of its date. The products of a date that is blocked for the first time get another chance at the end. */
export function whenClosed(runState: 'done' | 'error' | 'stopped' | 'blocked', runs: number): OrderDateState {
  return runState === 'blocked' && runs === 1 ? 'put off' : runState
}

/** `reprocess`, or `trial reprocess` for one that counts nowhere. */
export const campaignTitle = ({ kind, trial }: { readonly kind: CampaignKind; readonly trial: boolean }): string =>
  trial ? `trial ${kind}` : kind

/** `campaign/12`: how an operator and Temporal name a campaign. */
export const campaignName = (orderId: number): string => `campaign/${orderId}`

/** The number in `campaign/12`; null for what is no campaign's name. @throws PreconditionError when it should be one, and is not */
export function campaignNumber(text: string): number | null {
  if (!/^campaign\b/i.test(text)) return null
  const number = /^campaign\/([1-9]\d{0,14})$/i.exec(text)?.[1]
  if (number === undefined) throw new PreconditionError(`'${text}' is no campaign: expected campaign/NUMBER`)
  return Number(number)
}
