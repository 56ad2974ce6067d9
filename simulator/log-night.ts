import { join } from 'node:path'
import { type LoggedBlock, planLogNight } from './log-plan.ts'
import { calibrationFiles, type SimulatedBlock } from './night.ts'
import type { NightFile } from './night-file.ts'
import { readCalibrationLog, readScienceLog } from './observing-log.ts'
import { type OnProgress, placeInArchive, writeNight } from './write-night.ts'

export interface SimulateLogNight {
  readonly date: string
  readonly seed: number
  /** Gets `archive/`, `ab/`, `truth/` and `night.json`. */
  readonly folder: string
  /** Path of a log of science exposures (simulator/logs/README.md). */
  readonly scienceLog: string
  /** Path of a log of flats. */
  readonly calibrationLog: string
  /** So many frames get pixels of their own, the others repeat them; all of them when null. */
  readonly exposures: number | null
  readonly onProgress?: OnProgress
}

export interface SimulatedLogNight {
  readonly request: {
    readonly instrument: 'UVES'
    readonly date: string
    readonly seed: number
    readonly fromLog: true
    readonly exposures: number | null
  }
  /** `pixelsOf`: the dp_id whose pixels and injected spectrum the raw has. */
  readonly blocks: readonly (SimulatedBlock & { readonly pixelsOf: string })[]
}

/**
 * The night of a real observing log as files. Raws that repeat another have its pixels under a header of their own; `truth/` holds the
 * spectra of those that have pixels of their own.
 * @throws PreconditionError for a log that cannot be read or does not have the night, or where the folder holds another night
 */
export async function simulateLogNight(options: SimulateLogNight): Promise<SimulatedLogNight> {
  const { date, seed, folder, exposures, scienceLog, calibrationLog, onProgress } = options
  const [science, flats] = await Promise.all([readScienceLog(scienceLog), readCalibrationLog(calibrationLog)])
  const plan = planLogNight({ date, seed, science, flats, exposures })
  const night: SimulatedLogNight = {
    request: { instrument: 'UVES', date, seed, fromLog: true, exposures },
    blocks: plan.map(({ block, observation: { setting, binning }, raw, expectation, pixelsOf }) => {
      return { name: block.name, setting, binning, raw, pixelsOf, ...expectation }
    }),
  }
  const blocks = plan.map(({ block }) => block)
  await writeNight({ night, instrument: 'UVES', date, blocks, ...filesOf(plan, folder) }, seed, folder, onProgress)
  return night
}

function filesOf(plan: readonly LoggedBlock[], folder: string): { files: NightFile[]; repeated: NightFile[] } {
  const lit = plan.filter(({ raw }) => raw === 'star')
  // A frame that others repeat may itself belong to a block without calibrations.
  const wanted = new Set(lit.map(({ pixelsOf }) => pixelsOf))
  const own = plan.filter(({ observation }) => wanted.has(observation.dpId))
  const rawPath = (dpId: string) => placeInArchive(folder, 'raw', `${dpId}.fits`)
  const raws = own.map(({ observation }): NightFile => {
    return { kind: 'raw', path: rawPath(observation.dpId), observation, content: 'star' }
  })
  const truths = own.map(({ observation }): NightFile => {
    return { kind: 'truth', path: join(folder, 'truth', `${observation.dpId}.fits`), observation }
  })
  const repeated = lit
    .filter(({ observation, pixelsOf }) => observation.dpId !== pixelsOf)
    .map(({ observation, pixelsOf }): NightFile => {
      return { kind: 'repeated raw', path: rawPath(observation.dpId), observation, source: rawPath(pixelsOf) }
    })
  return { files: [...raws, ...calibrationFiles(plan, folder), ...truths], repeated }
}
