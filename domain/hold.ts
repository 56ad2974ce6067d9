import type { OrderKind } from './order.ts'

/**
 * A hold is a row in the record that forbids recipe starts in its scope. Once it is committed no recipe starts there,
 * whether workers or Temporal are up or not.
 *
 * pause: running recipes finish, the date waits. stop: the same, then ingest, clean up, end.
 * cancel: as stop, but running recipes are killed and count as not attempted.
 */
export interface Hold {
  readonly id: number
  readonly kind: HoldKind
  readonly scope: HoldScope
  readonly reason: string
  readonly placedBy: string
  readonly placedAt: Date
  /** Of an archive that refuses products (domain/blocked-archive.ts): phoenix releases it when it takes one again. */
  readonly probe?: true
}

/** Who has placed a hold that no person placed. */
export const PHOENIX = 'phoenix'

export type HoldKind = 'pause' | 'stop' | 'cancel'

export type HoldScope =
  | { readonly type: 'everything' }
  | { readonly type: 'instrument'; readonly instrument: string }
  | { readonly type: 'date'; readonly instrument: string; readonly date: string }
  | { readonly type: 'campaign'; readonly orderId: number }
  /** Daily processing of an instrument: its orders, and the dispatch that places them. */
  | { readonly type: 'daily'; readonly instrument: string }
  | { readonly type: 'host'; readonly host: string }
  | { readonly type: 'archive'; readonly archive: string }

/** Where a recipe would start: what a hold's scope is held against. */
export interface StartPlace {
  readonly instrument: string
  readonly date: string
  readonly orderId: number
  /** Kind of the order; absent where no order is looked at. */
  readonly kind?: OrderKind
  readonly host: string
  readonly archives: readonly string[]
}

export type Control = { readonly command: 'go' } | { readonly command: HoldKind; readonly hold: Hold }

const STRENGTH: Record<HoldKind, number> = { pause: 1, stop: 2, cancel: 3 }

/** What the holds in scope ask for: the strongest one wins, the oldest among equals. */
export function controlOf(holds: readonly Hold[], place: StartPlace): Control {
  const [strongest] = holds
    .filter(({ scope }) => inScope(scope, place))
    .toSorted((a, b) => STRENGTH[b.kind] - STRENGTH[a.kind] || a.id - b.id)
  return strongest === undefined ? { command: 'go' } : { command: strongest.kind, hold: strongest }
}

export function inScope(scope: HoldScope, place: StartPlace): boolean {
  switch (scope.type) {
    case 'everything':
      return true
    case 'instrument':
      return scope.instrument === place.instrument
    case 'date':
      return scope.instrument === place.instrument && scope.date === place.date
    case 'campaign':
      return scope.orderId === place.orderId
    case 'daily':
      return place.kind === 'daily' && scope.instrument === place.instrument
    case 'host':
      return scope.host === place.host
    case 'archive':
      return place.archives.includes(scope.archive)
  }
}

/** `UVES 2026-03-01`, `host muc08`...: the scope in a person's words. */
export function describeScope(scope: HoldScope): string {
  switch (scope.type) {
    case 'everything':
      return 'everything'
    case 'instrument':
      return scope.instrument
    case 'date':
      return `${scope.instrument} ${scope.date}`
    case 'campaign':
      return `campaign ${scope.orderId}`
    case 'daily':
      return `daily ${scope.instrument}`
    case 'host':
      return `host ${scope.host}`
    case 'archive':
      return `archive ${scope.archive}`
  }
}

/** `UVES 2026-03-01`, `campaign/12`, `host/muc08`...: the scope as it is typed on a command line. */
export function scopeName(scope: HoldScope): string {
  switch (scope.type) {
    case 'everything':
      return '--all'
    case 'campaign':
      return `campaign/${scope.orderId}`
    case 'daily':
      return `daily/${scope.instrument}`
    case 'host':
      return `host/${scope.host}`
    case 'archive':
      return `archive/${scope.archive}`
    case 'instrument':
    case 'date':
      return describeScope(scope)
  }
}
