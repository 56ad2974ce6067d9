/** Kinds of events in the record that people outside hear of at once. */
export const ALERTS = ['date blocked', 'date in error', 'archive held', 'systematic failure', 'campaign done'] as const
export type Alert = (typeof ALERTS)[number]

export interface AlertEvent {
  readonly eventId: number
  readonly at: Date
  readonly kind: Alert
  readonly instrument: string | null
  readonly date: string | null
  readonly message: string
}

/** The newest message about a cause. */
export interface Told {
  readonly cause: string
  readonly at: Date
  readonly throughEvent: number
}

/** Events of one cause that go into one message, oldest first. */
export interface DueAlert {
  readonly cause: string
  readonly kind: Alert
  readonly instrument: string | null
  readonly events: readonly [AlertEvent, ...AlertEvent[]]
}

const HOUR_MS = 3_600_000
/** What is older than a day when we come to tell it is no news: the digest has it. */
const NEWS_MS = 24 * HOUR_MS

/**
 * What is to be told now: at most one message per cause and hour. Events of a cause that was told within the hour wait for its end and go
 * into one message together. A cause is what an operator mends in one place: a kind of event on one instrument.
 */
export function dueAlerts(events: readonly AlertEvent[], told: readonly Told[], now: Date): readonly DueAlert[] {
  const lastTold = new Map(told.map((message) => [message.cause, message]))
  const groups = new Map<string, [AlertEvent, ...AlertEvent[]]>()
  for (const event of events.toSorted((a, b) => a.eventId - b.eventId)) {
    const cause = causeOf(event)
    const last = lastTold.get(cause)
    if (now.getTime() - event.at.getTime() > NEWS_MS || (last !== undefined && event.eventId <= last.throughEvent))
      continue
    if (last !== undefined && now.getTime() - last.at.getTime() < HOUR_MS) continue
    const group = groups.get(cause)
    if (group === undefined) groups.set(cause, [event])
    else group.push(event)
  }
  return [...groups].map(([cause, group]) => {
    const [{ kind, instrument }] = group
    return { cause, kind, instrument, events: group }
  })
}

export function causeOf({ kind, instrument }: Pick<AlertEvent, 'kind' | 'instrument'>): string {
  return instrument === null ? kind : `${kind} ${instrument}`
}
