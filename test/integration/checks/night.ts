import { type Card, history } from '../../../fits/card.ts'
import { formatFits } from '../../../fits/file.ts'
import { Header } from '../../../fits/header.ts'
import type { Hdu } from '../../../fits/hdu.ts'
import type { AssociationBlock } from '../../../domain/association-block.ts'
import { blockOf } from '../../../simulator/blocks.ts'
import { calibrationHdus } from '../../../simulator/calibration-frames.ts'
import { calibrationsFor } from '../../../simulator/calibrations.ts'
import { isoMilliseconds, secondsLater } from '../../../simulator/instant.ts'
import type { ScienceLight } from '../../../simulator/light.ts'
import { planNight, type Template } from '../../../simulator/night-plan.ts'
import type { Observation } from '../../../simulator/observation.ts'
import { scienceFrame } from '../../../simulator/science-frame.ts'
import type { Technique } from '../../../simulator/frame-header.ts'
import type { Binning, SettingName } from '../../../simulator/set-up.ts'

export const DATE = '2026-03-01'
const SEED = 7

/** A file of the archive, still open to changes. */
export interface ArchiveFile {
  readonly fileName: string
  readonly hdus: readonly Hdu[]
}

/** One exposure that can be processed: its block, its raw, its calibrations by category. */
export interface Exposure {
  readonly block: AssociationBlock
  readonly raw: ArchiveFile
  readonly calibrations: ReadonlyMap<string, ArchiveFile>
  readonly observation: Observation
}

const settings: readonly Template[] = [346, 390, 437, 564, 580, 760, 860]
const plan = planNight({
  instrument: 'UVES',
  date: DATE,
  seed: SEED,
  executable: settings.length,
  settings,
  withExtras: false,
})
const made = new Map<string, readonly Hdu[]>()

/** In what an exposure differs from the reference exposure of its setting. */
export interface Change {
  readonly light?: Partial<ScienceLight>
  /** Seconds. */
  readonly later?: number
  readonly binning?: Binning
  readonly technique?: Technique
}

/** The reference exposure of a setting, or one that differs from it. Files are made once and shared. */
export function exposure(setting: SettingName, change: Change = {}): Exposure {
  const { light = {}, later = 0, binning = 2, technique = 'ECHELLE' } = change
  const planned = plan.find(({ observation }) => observation.setting === setting)
  if (planned === undefined) throw new Error(`no exposure of ${setting}`)
  const start = secondsLater(planned.observation.start, later)
  const observation: Observation = {
    ...planned.observation,
    binning,
    technique,
    start,
    dpId: `UVES.${isoMilliseconds(start)}`,
    light: { ...planned.observation.light, ...light },
  }
  const raw = once(`${observation.dpId} ${JSON.stringify(change)}`, () => scienceFrame(observation, SEED, true))
  const calibrations = calibrationsFor(DATE, setting, binning).map((file) => {
    const hdus = once(file.fileName, () => calibrationHdus(file, SEED))
    return [file.category, { fileName: file.fileName, hdus }] as const
  })
  return {
    observation,
    block: blockOf(DATE, observation, 'ordinary'),
    raw: { fileName: `${observation.dpId}.fits`, hdus: raw },
    calibrations: new Map<string, ArchiveFile>(calibrations),
  }
}

/** Bytes with right DATASUM and CHECKSUM. */
export function bytesOf(hdus: readonly Hdu[]): Uint8Array {
  return formatFits(hdus, { checksum: true })
}

/** With these cards in the place of those of the same keyword in the primary header, or at its end. */
export function withCards(hdus: readonly Hdu[], cards: readonly Card[]): Hdu[] {
  return changePrimary(hdus, (header) => cards.reduce((changed, card) => changed.with(card), header))
}

export function withoutCards(hdus: readonly Hdu[], keywords: readonly string[]): Hdu[] {
  return changePrimary(hdus, (header) => keywords.reduce((changed, keyword) => changed.without(keyword), header))
}

/** Extensions without the HISTORY cards that begin with this word. */
export function withoutHistory(hdus: readonly Hdu[], word: string): Hdu[] {
  return hdus.map(({ header, data }) => ({
    header: new Header(
      header.cards.filter((card) => !(card.keyword === 'HISTORY' && card.comment.trim().startsWith(word))),
    ),
    data,
  }))
}

/** The three windows of a line table are told apart by HISTORY OFFSET. */
export function withEqualOffsets(hdus: readonly Hdu[]): Hdu[] {
  return hdus.map(({ header, data }) => ({
    header: new Header(
      header.cards.map((card) => (card.comment.trim().startsWith('OFFSET') ? history('OFFSET 0.000000') : card)),
    ),
    data,
  }))
}

function changePrimary(hdus: readonly Hdu[], change: (header: Header) => Header): Hdu[] {
  return hdus.map((hdu, index) => (index === 0 ? { ...hdu, header: change(hdu.header) } : hdu))
}

/** Frames of many set-ups do not fit the memory together. */
export function forgetFrames(): void {
  made.clear()
}

function once(key: string, make: () => readonly Hdu[]): readonly Hdu[] {
  const known = made.get(key)
  if (known !== undefined) return known
  const hdus = make()
  made.set(key, hdus)
  return hdus
}
