import { type AbState, hasEnded } from './ab-state.ts'
import type { LeftOut } from './certification.ts'

/** What the record says of a block that is registered again. */
export interface KnownBlock {
  readonly date: string
  readonly state: AbState
  readonly generation: number
  /** The version that counts: of the attempt, or of the one that is to come. */
  readonly version: number
  /** SHA-256 of its content. */
  readonly sha256: string
  readonly leftOut: LeftOut | null
  /** The content that was registered last; after an attempt it may be newer than the one that counts. */
  readonly newest: { readonly version: number; readonly sha256: string; readonly leftOut: LeftOut | null }
}

export type RegisteredAs =
  | 'new'
  | 'unchanged'
  | 'changed'
  | 'changed after its attempt'
  | 'withdrawn'
  | 'registered under another date'

/** What the registration of one block does to the record. */
export interface RegistrationStep {
  readonly as: RegisteredAs
  /** The version that its content is. */
  readonly version: number
  /** The content is new to the record. */
  readonly addsVersion: boolean
  /** The block itself takes content and judgement over; otherwise they wait for an order to re-process. */
  readonly counts: boolean
}

/**
 * Before its attempt a block is what was registered last. After it, also while its recipe runs, another content is kept as a version and
 * waits: the record of the attempt is not touched. A block that was withdrawn may come back, also under another date.
 */
export function registrationStep(
  block: { readonly sha256: string; readonly leftOut: LeftOut | null },
  date: string,
  known: KnownBlock | undefined,
): RegistrationStep {
  if (known === undefined) return { as: 'new', version: 1, addsVersion: true, counts: true }
  const { state, newest } = known
  const isMoved = known.date !== date
  if (isMoved && state !== 'withdrawn') {
    return { as: 'registered under another date', version: known.version, addsVersion: false, counts: false }
  }
  const addsVersion = newest.sha256 !== block.sha256
  const version = addsVersion ? newest.version + 1 : newest.version
  if (state === 'running' || hasEnded(state)) {
    return { as: addsVersion ? 'changed after its attempt' : 'unchanged', version, addsVersion, counts: false }
  }
  const isSame =
    !addsVersion &&
    version === known.version &&
    state === (block.leftOut === null ? 'pending' : 'left out') &&
    isSameReason(known.leftOut, block.leftOut)
  if (isSame) return { as: 'unchanged', version, addsVersion: false, counts: false }
  return { as: 'changed', version, addsVersion, counts: true }
}

/** Whether a block that is gone from the directory is withdrawn. One that was attempted in an earlier generation has its place. */
export function isWithdrawnWhenGone({ state, generation }: Pick<KnownBlock, 'state' | 'generation'>): boolean {
  return (state === 'pending' || state === 'left out') && generation === 1
}

export function isSameReason(a: LeftOut | null, b: LeftOut | null): boolean {
  return a?.code === b?.code && a?.text === b?.text
}
