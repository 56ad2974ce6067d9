import { join } from 'node:path'
import type { NightFile } from './night-file.ts'
import {
  defaultTemplates,
  type Expectation,
  type NightRequest,
  type PlannedBlock,
  planNight,
  type RawContent,
} from './night-plan.ts'
import type { Binning, SettingName } from './set-up.ts'
import { type OnProgress, placeInArchive, writeNight } from './write-night.ts'

export interface SimulateNight {
  readonly instrument: 'UVES'
  readonly date: string
  readonly seed: number
  /** Gets `archive/`, `ab/`, `truth/` and `night.json`. */
  readonly folder: string
  /** What differs from the default night: 12 executable blocks of both arms, and the seven that are not. */
  readonly plan?: Partial<Pick<NightRequest, 'executable' | 'settings' | 'withExtras'>>
  readonly onProgress?: OnProgress
}

/** What `night.json` holds: the request, and for each block what phoenix is to make of it. */
export interface SimulatedNight {
  readonly request: NightRequest
  readonly blocks: readonly SimulatedBlock[]
}

export type SimulatedBlock = {
  readonly name: string
  readonly setting: SettingName
  readonly binning: Binning
  readonly raw: RawContent
} & Expectation

/**
 * A synthetic UVES night as files: a folder archive, association blocks, the injected spectra. The same request gives the
 * same bytes. `night.json` is written last; where it is there already, nothing is done.
 * @throws PreconditionError for an impossible request, or where the folder holds another night
 */
export async function simulateNight(options: SimulateNight): Promise<SimulatedNight> {
  const { instrument, date, seed, folder } = options
  const request: NightRequest = {
    instrument,
    date,
    seed,
    executable: options.plan?.executable ?? 12,
    settings: options.plan?.settings ?? defaultTemplates,
    withExtras: options.plan?.withExtras ?? true,
  }
  const plan = planNight(request)
  const blocks = plan.map(({ block, observation, raw, expectation }) => {
    return { name: block.name, setting: observation.setting, binning: observation.binning, raw, ...expectation }
  })
  const night = { request, blocks }
  const paper = { night, instrument, date, blocks: plan.map(({ block }) => block), files: filesOf(plan, folder) }
  await writeNight(paper, seed, folder, options.onProgress)
  return night
}

/** Every FITS file of the night once, the slowest kind first so that all cores stay busy to the end. */
function filesOf(plan: readonly PlannedBlock[], folder: string): NightFile[] {
  const raws = plan.flatMap(({ observation, raw }): NightFile[] => {
    const path = placeInArchive(folder, 'raw', `${observation.dpId}.fits`)
    return raw === 'none' ? [] : [{ kind: 'raw', path, observation, content: raw }]
  })
  const truths = plan
    .filter(({ raw }) => raw === 'star' || raw === 'damaged')
    .map(({ observation }): NightFile => {
      return { kind: 'truth', path: join(folder, 'truth', `${observation.dpId}.fits`), observation }
    })
  return [...raws, ...calibrationFiles(plan, folder), ...truths]
}

export function calibrationFiles(plan: readonly PlannedBlock[], folder: string): NightFile[] {
  const files = new Map<string, NightFile>()
  for (const file of plan.flatMap(({ calibrations }) => calibrations)) {
    const path = placeInArchive(folder, file.start === null ? 'gencalib' : 'mcalib', file.fileName)
    files.set(path, { kind: 'calibration', path, file })
  }
  return [...files.values()]
}
