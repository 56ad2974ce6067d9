import type { AssociationBlock } from '../domain/association-block.ts'
import type { LeftOut } from '../domain/certification.ts'
import { type FailureKind, PreconditionError } from '../domain/failure.ts'
import { checkedObservingDate } from '../domain/observing-date.ts'
import { blockWith, type Variation } from './blocks.ts'
import { type CalibrationFile, calibrationsFor } from './calibrations.ts'
import { type Exposure, mostObservations, type Observation, observationsOf } from './observation.ts'
import { randomFrom } from './random.ts'
import { type Arm, type SettingName, settingNames, setUpOf } from './set-up.ts'

/** Which night to make. The same request gives the same bytes. */
export interface NightRequest {
  readonly instrument: 'UVES'
  /** Observing night, `2026-03-01`. */
  readonly date: string
  readonly seed: number
  /** Number of association blocks that can be processed, spread evenly over the templates. */
  readonly executable: number
  readonly settings: readonly Template[]
  /** Also the seven blocks that cannot be processed, each for another reason. */
  readonly withExtras: boolean
}

/**
 * What is exposed at the same time: one setting (2x2 binning, in the slit, unless told otherwise), or one of each arm behind a dichroic.
 */
export type Template = SettingName | readonly (Pick<Exposure, 'setting'> & Partial<Exposure>)[]

/** Templates of the default night: dichroic pairs of both arms, one arm alone, the absorption cell, an unbinned exposure. */
export const defaultTemplates: readonly Template[] = [
  [{ setting: 346 }, { setting: 580 }],
  [{ setting: 437 }, { setting: 860 }],
  [{ setting: 390 }, { setting: 760 }],
  437,
  [{ setting: 580, technique: 'ECHELLE,ABSORPTION-CELL' }],
  [{ setting: 564, binning: 1 }],
]

/** The settings of one arm, each alone. */
export function templatesOf(arm: Arm): readonly Template[] {
  return settingNames.filter((setting) => setUpOf(setting).arm === arm)
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
  /** What the archive gets for it. */
  readonly calibrations: readonly CalibrationFile[]
  readonly raw: RawContent
  readonly expectation: Expectation
}

interface Extra {
  readonly raw: RawContent
  readonly expectation: Expectation
  readonly variation: Variation
}

/** First line of the recipe's error dump for a frame of zeros (uves_obs_scired 6.1.8); the first chip is the one it stops at. */
export function zeroRawError({ setting, binning }: Exposure): string {
  const [chip] = setUpOf(setting, binning).chips
  return `Too many (0/${(chip?.crossPixels ?? 0) * (chip?.dispersionPixels ?? 0)} ) bad pixels. Could not measure sky profile`
}

const ordinary: Extra = { raw: 'star', expectation: { expect: 'processed' }, variation: 'ordinary' }
const extras: readonly Extra[] = [
  leftOut('virtual calibration', 'virtual flat'),
  leftOut('mode not certified', 'slicer'),
  leftOut('mode not certified', 'extended source'),
  leftOut('mode not certified', 'fibres'),
  leftOut('calibration missing', 'no bias'),
  {
    raw: 'zero',
    expectation: { expect: 'failed', kind: 'recipe', causeContains: 'Could not measure sky profile' },
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
  const templates = checked(request).settings.map(exposuresOf)
  const slots: Slot[] = ordinarySlots(templates, request.executable)
  const random = randomFrom(`${request.seed}/UVES/${request.date}/plan`)
  // The first exposures are ordinary, so that every set-up begins with its reference exposure.
  if (request.withExtras) {
    // An exposure that ends early may well be small.
    const single = templates.flat().filter(({ binning, technique }) => binning === 2 && technique === 'ECHELLE')
    for (const extra of extras) {
      const exposures = [single[random.integer(0, 99) % single.length] ?? reference]
      slots.splice(random.integer(Math.min(templates.length, slots.length), slots.length), 0, {
        kind: extra,
        exposures,
      })
    }
  }
  const kinds = slots.flatMap(({ kind, exposures }) => exposures.map(() => kind))
  const sequence = slots.map(({ exposures }) => exposures)
  return observationsOf(request.date, request.seed, sequence).map((observation, i) => {
    const { raw, expectation, variation } = kinds[i] ?? ordinary
    const calibrations = calibrationsFor(request.date, observation.setting, observation.binning)
    const block = blockWith(request.date, observation, variation, calibrations)
    return { block, observation, calibrations, raw, expectation }
  })
}

const reference: Exposure = { setting: 437, binning: 2, technique: 'ECHELLE' }

interface Slot {
  readonly kind: Extra
  readonly exposures: readonly Exposure[]
}

/** The templates in turn, the last one cut where the number is reached. */
function ordinarySlots(templates: readonly (readonly Exposure[])[], executable: number): Slot[] {
  const slots: Slot[] = []
  for (let [next, left] = [0, executable]; left > 0; next++) {
    const exposures = (templates[next % templates.length] ?? []).slice(0, left)
    slots.push({ kind: ordinary, exposures })
    left -= exposures.length
  }
  return slots
}

function exposuresOf(template: Template): Exposure[] {
  const exposures = typeof template === 'number' ? [{ setting: template }] : template
  return exposures.map((exposure) => ({ binning: 2, technique: 'ECHELLE', ...exposure }))
}

function leftOut(reason: LeftOut['code'], variation: Variation): Extra {
  return { raw: 'none', expectation: { expect: 'left-out', reason }, variation }
}

function checked(request: NightRequest): NightRequest {
  checkedObservingDate(request.date)
  const most = mostObservations - extras.length
  if (!Number.isInteger(request.executable) || request.executable < 0 || request.executable > most) {
    throw new PreconditionError(`executable: ${request.executable} blocks cannot be simulated, choose 0 to ${most}`)
  }
  if (!Number.isSafeInteger(request.seed)) throw new PreconditionError(`seed: ${request.seed} is not a whole number`)
  const exposures = request.settings.flatMap(exposuresOf)
  const unknown = exposures.find(({ setting }) => !settingNames.includes(setting))
  if (unknown !== undefined || exposures.length < Math.max(1, request.settings.length)) {
    throw new PreconditionError(
      `settings: ${unknown?.setting ?? 'none given'}, choose among ${settingNames.join(', ')}`,
    )
  }
  return request
}
