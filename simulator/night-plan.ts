import type { AssociationBlock } from '../domain/association-block.ts'
import type { LeftOut } from '../domain/certification.ts'
import { type FailureKind, PreconditionError } from '../domain/failure.ts'
import { checkedObservingDate } from '../domain/observing-date.ts'
import { blockOf, type Variation } from './blocks.ts'
import { mostObservations, type Observation, observationsOf } from './observation.ts'
import { randomFrom } from './random.ts'
import { type SettingName, settings } from './uves-blue.ts'

/** Which night to make. The same request gives the same bytes. */
export interface NightRequest {
  readonly instrument: 'UVES'
  /** Observing night, `2026-03-01`. */
  readonly date: string
  readonly seed: number
  /** Number of association blocks that can be processed, spread evenly over the settings. */
  readonly executable: number
  readonly settings: readonly SettingName[]
  /** Also the seven blocks that cannot be processed, each for another reason. */
  readonly withExtras: boolean
}

/** What phoenix is to make of a block. */
export type Expectation =
  | { readonly expect: 'processed' }
  | { readonly expect: 'failed'; readonly kind: FailureKind; readonly causeContains: string }
  | { readonly expect: 'left-out'; readonly reason: LeftOut['code'] }

/** The raw that the archive gets: starlight, nothing but zeros, starlight damaged after its DATASUM was written, or no file. */
export type RawContent = 'star' | 'zero' | 'damaged' | 'none'

export interface PlannedBlock {
  readonly block: AssociationBlock
  readonly observation: Observation
  readonly raw: RawContent
  readonly expectation: Expectation
}

interface Extra {
  readonly raw: RawContent
  readonly expectation: Expectation
  readonly variation: Variation
}

/** First line of the recipe's error dump for a frame of zeros (uves_obs_scired 6.1.8). */
export const zeroRawError = 'Too many (0/1536000 ) bad pixels. Could not measure sky profile'

const ordinary: Extra = { raw: 'star', expectation: { expect: 'processed' }, variation: 'ordinary' }
const extras: readonly Extra[] = [
  leftOut('virtual calibration', 'virtual flat'),
  leftOut('mode not certified', 'slicer'),
  leftOut('mode not certified', 'extended source'),
  leftOut('mode not certified', 'fibres'),
  leftOut('calibration missing', 'no bias'),
  {
    raw: 'zero',
    expectation: { expect: 'failed', kind: 'recipe', causeContains: zeroRawError },
    variation: 'ordinary',
  },
  {
    raw: 'damaged',
    expectation: { expect: 'failed', kind: 'input', causeContains: 'DATASUM' },
    variation: 'ordinary',
  },
]

/**
 * The night on paper: every block, in order of time, with what is to become of it. No file is written.
 * @throws PreconditionError for a date, count or setting that cannot be.
 */
export function planNight(request: NightRequest): PlannedBlock[] {
  const names = checked(request).settings
  const kinds: Extra[] = Array.from({ length: request.executable }, () => ordinary)
  const random = randomFrom(`${request.seed}/UVES/${request.date}/plan`)
  // The first exposures are ordinary, so that every setting begins with its reference exposure.
  if (request.withExtras) {
    for (const extra of extras)
      kinds.splice(random.integer(Math.min(names.length, kinds.length), kinds.length), 0, extra)
  }
  let ordinaryCount = 0
  const sequence = kinds.map((kind) => settingAt(names, kind === ordinary ? ordinaryCount++ : random.integer(0, 99)))
  return observationsOf(request.date, request.seed, sequence).map((observation, i) => {
    const { raw, expectation, variation } = kinds[i] ?? ordinary
    return { block: blockOf(request.date, observation, variation), observation, raw, expectation }
  })
}

function leftOut(reason: LeftOut['code'], variation: Variation): Extra {
  return { raw: 'none', expectation: { expect: 'left-out', reason }, variation }
}

function settingAt(names: readonly SettingName[], index: number): SettingName {
  const name = names[index % names.length]
  if (name === undefined) throw new PreconditionError('no setting was given: choose among 346, 390 and 437')
  return name
}

function checked(request: NightRequest): NightRequest {
  checkedObservingDate(request.date)
  const most = mostObservations - extras.length
  if (!Number.isInteger(request.executable) || request.executable < 0 || request.executable > most) {
    throw new PreconditionError(`executable: ${request.executable} blocks cannot be simulated, choose 0 to ${most}`)
  }
  if (!Number.isSafeInteger(request.seed)) throw new PreconditionError(`seed: ${request.seed} is not a whole number`)
  const unknown = request.settings.find((name) => settings[name] === undefined)
  if (unknown !== undefined || request.settings.length === 0) {
    throw new PreconditionError(
      `settings: ${unknown ?? 'none given'}, choose among ${Object.keys(settings).join(', ')}`,
    )
  }
  return request
}
