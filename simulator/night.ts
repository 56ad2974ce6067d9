import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PreconditionError } from '../domain/failure.ts'
import { writeAssociationBlock } from '../domain/write-association-block.ts'
import { calibrationsFor } from './calibrations.ts'
import { makeFiles } from './make-files.ts'
import type { NightFile } from './night-file.ts'
import { type Expectation, type NightRequest, type PlannedBlock, planNight, type RawContent } from './night-plan.ts'
import type { Binning, SettingName } from './set-up.ts'

export interface SimulateNight {
  readonly instrument: 'UVES'
  readonly date: string
  readonly seed: number
  /** Gets `archive/`, `ab/`, `truth/` and `night.json`. */
  readonly folder: string
  /** What differs from the default night: 12 executable blocks of both arms, and the seven that are not. */
  readonly plan?: Partial<Pick<NightRequest, 'executable' | 'settings' | 'withExtras'>>
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly file: string }) => void
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

type ArchiveRoom = 'raw' | 'mcalib' | 'gencalib'

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
    settings: options.plan?.settings ?? [346, 390, 437],
    withExtras: options.plan?.withExtras ?? true,
  }
  const plan = planNight(request)
  const blocks = plan.map(({ block, observation, raw, expectation }) => {
    return { name: block.name, setting: observation.setting, binning: observation.binning, raw, ...expectation }
  })
  const night = { request, blocks }
  if (!(await isThere(night, folder))) {
    await writeNight(plan, options)
    await writeFile(join(folder, 'night.json'), textOf(night))
  }
  return night
}

async function writeNight(
  plan: readonly PlannedBlock[],
  { date, seed, folder, onProgress }: SimulateNight,
): Promise<void> {
  const blockFolder = join(folder, 'ab', 'UVES', date)
  const rooms = ['raw', 'mcalib', 'gencalib', 'idp'].map((room) => join(folder, 'archive', room))
  await Promise.all([...rooms, blockFolder, join(folder, 'truth')].map((path) => mkdir(path, { recursive: true })))
  const files = filesOf(plan, date, folder)
  let done = 0
  const checksums = await makeFiles(files, seed, ({ path }) => {
    onProgress?.({ done: ++done, total: files.length, file: basename(path) })
  })
  for (const room of ['raw', 'mcalib', 'gencalib'] as const) {
    const lines = files
      .map(({ path }, i) => ({ path, line: `${checksums[i]}  ${basename(path)}\n` }))
      .filter(({ path }) => path === join(folder, 'archive', room, basename(path)))
      .map(({ line }) => line)
    await writeFile(join(folder, 'archive', room, 'SHA256SUMS'), lines.join(''))
  }
  // IDPs come later and are not the simulator's: an existing list is left as it is.
  await writeFile(join(folder, 'archive', 'idp', 'SHA256SUMS'), '', { flag: 'a' })
  for (const { block } of plan) await writeFile(join(blockFolder, block.name), writeAssociationBlock(block))
}

/** Every FITS file of the night once, the slowest kind first so that all cores stay busy to the end. */
function filesOf(plan: readonly PlannedBlock[], date: string, folder: string): NightFile[] {
  const inArchive = (room: ArchiveRoom, fileName: string) => join(folder, 'archive', room, fileName)
  const raws = plan.flatMap(({ observation, raw }): NightFile[] => {
    const path = inArchive('raw', `${observation.dpId}.fits`)
    return raw === 'none' ? [] : [{ kind: 'raw', path, observation, content: raw }]
  })
  const calibrations = new Map<string, NightFile>()
  for (const file of plan.flatMap(({ observation }) =>
    calibrationsFor(date, observation.setting, observation.binning),
  )) {
    const path = inArchive(file.start === null ? 'gencalib' : 'mcalib', file.fileName)
    calibrations.set(path, { kind: 'calibration', path, file })
  }
  const truths = plan
    .filter(({ raw }) => raw === 'star' || raw === 'damaged')
    .map(({ observation }): NightFile => {
      return { kind: 'truth', path: join(folder, 'truth', `${observation.dpId}.fits`), observation }
    })
  return [...raws, ...calibrations.values(), ...truths]
}

async function isThere(night: SimulatedNight, folder: string): Promise<boolean> {
  let text: string
  try {
    text = await readFile(join(folder, 'night.json'), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw new PreconditionError(`${folder}: night.json cannot be read (${String(error)})`, { cause: error })
  }
  if (text === textOf(night)) return true
  throw new PreconditionError(`${folder} holds another simulated night (see its night.json): choose another folder`)
}

function textOf(night: SimulatedNight): string {
  return `${JSON.stringify(night, null, 2)}\n`
}
