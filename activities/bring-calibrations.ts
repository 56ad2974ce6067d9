import { join } from 'node:path'
import { FileMissing, FileRefused } from '../archive/archive.ts'
import { fileExists, fileFacts } from '../archive/copy-file.ts'
import { oneAtATime } from '../archive/one-at-a-time.ts'
import type { AssociationBlock } from '../domain/association-block.ts'
import { calibrationList, type NeededCalibration } from '../domain/calibration-list.ts'
import { checkedFileName } from '../domain/file-name.ts'
import type { Instrument } from '../domain/instrument.ts'
import { checkCalibration } from '../pipeline/check-calibration.ts'
import type { Host } from './dependencies.ts'
import { checkGencalibs } from './gencalibs.ts'
import { type InputFile, readInputList, writeInputList } from './input-list.ts'
import type { RunFolder } from './scratch.ts'

/** What is needed of a host. */
export interface CalibrationHost extends Pick<Host, 'log' | 'source' | 'calibrationCache' | 'gencalibDir'> {
  readonly loadInstrument: (instrument: string) => Promise<Pick<Instrument, 'instrument' | 'gencalibs'>>
}

export interface BroughtCalibrations {
  /** Mcalibs that the archive does not have, or has broken. */
  readonly broken: readonly BrokenCalibration[]
  /** Of gencalibs, one line each. */
  readonly gencalibProblems: readonly string[]
}

export interface BrokenCalibration {
  readonly needed: NeededCalibration
  readonly problem: string
}

/** Downloads at once, per host: enough to keep a disk or a network busy. */
const CONNECTIONS = 4

export interface WantedCalibrations {
  readonly folder: RunFolder
  readonly instrument: string
  readonly abs: readonly AssociationBlock[]
  /** What is to be listed when some are broken: the rest, or nothing new. */
  readonly whenBroken: 'list the rest' | 'list nothing'
}

/**
 * Brings the union of the calibrations of some blocks to the run's folder, each file once, checked, and lists in the folder what may be
 * given to a recipe. What is here already, unharmed, is used again. That the archive is away is no answer: it is thrown.
 */
export async function bringCalibrations(
  host: CalibrationHost,
  { folder, instrument, abs, whenBroken }: WantedCalibrations,
): Promise<BroughtCalibrations> {
  return oneAtATime(folder.calibrationList, async () => {
    await folder.create()
    const { mcalibs, gencalibs } = calibrationList(abs, await host.loadInstrument(instrument))
    const here = await downloadedBefore(folder)
    const results = await inParallel(
      mcalibs,
      async (needed) => here.get(needed.fileName) ?? (await bring(host, needed, folder.mcalibs)),
    )
    const { usable, problems } = await checkGencalibs(host, gencalibs)
    const broken = results.filter((result) => 'problem' in result)
    if (broken.length + problems.length === 0 || whenBroken === 'list the rest') {
      await writeInputList(folder.calibrationList, [...results.filter((result) => 'path' in result), ...usable])
    }
    return { broken, gencalibProblems: problems }
  })
}

/** Each file once: what an earlier workflow of this run has downloaded and checked is used again when its bytes are the same. */
async function downloadedBefore(folder: RunFolder): Promise<ReadonlyMap<string, InputFile>> {
  const here = new Map<string, InputFile>()
  // No list, or one that a crash has cut: everything is fetched.
  const listed = await readInputList(folder.calibrationList).catch(() => [])
  for (const file of listed) {
    if (file.kind !== 'mcalib' || !(await fileExists(file.path))) continue
    if ((await fileFacts(file.path)).sha256 === file.sha256) here.set(file.fileName, file)
  }
  return here
}

/** From the cache where it has this very content of the file, else from the archive. */
async function bring(
  host: CalibrationHost,
  needed: NeededCalibration,
  folder: string,
): Promise<InputFile | BrokenCalibration> {
  const { calibrationCache: cache } = host
  if (cache === null) return download(host, needed, folder)
  // Dates that begin together want the same files: one fetches, the others take what it has kept.
  return oneAtATime(`${cache.folder} ${needed.fileName}`, async () => {
    const { fileName, categories } = needed
    const stamp = await stampOrNull(host, fileName)
    if (stamp === null) return download(host, needed, folder)
    const path = join(folder, checkedFileName(fileName))
    const taken = await cache.take(fileName, stamp, path)
    if (taken !== null) {
      // Checked anew: this date may need it as another category.
      const checked = await checkCalibration(path, categories)
      if ('problem' in checked) return { needed, ...checked }
      return { fileName, category: checked.category, kind: 'mcalib', path, ...taken }
    }
    const result = await download(host, needed, folder)
    if ('path' in result) await cache.keep(fileName, stamp, result)
    return result
  })
}

/** Null also for a file that the archive does not have: it is asked for in earnest, and that decides. */
async function stampOrNull({ source }: CalibrationHost, fileName: string): Promise<string | null> {
  try {
    return (await source.stampOf?.(fileName)) ?? null
  } catch (error) {
    if (error instanceof FileMissing) return null
    throw error
  }
}

/** Twice at most: a file that arrives broken the same way twice is broken in the archive. */
async function download(
  host: CalibrationHost,
  needed: NeededCalibration,
  folder: string,
): Promise<InputFile | BrokenCalibration> {
  const { fileName, categories } = needed
  let problem = ''
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    try {
      const file = await host.source.fetch('mcalib', fileName, join(folder, fileName))
      if (file.checksum === 'unlisted') host.log.warn({ fileName }, 'the archive lists no checksum of this calibration')
      const checked =
        file.checksum === 'differs'
          ? { problem: 'its checksum differs from that of the archive' }
          : await checkCalibration(file.path, categories)
      if ('category' in checked) {
        const { path, bytes, sha256 } = file
        return { fileName, category: checked.category, kind: 'mcalib', path, bytes, sha256 }
      }
      problem = checked.problem
    } catch (error) {
      if (error instanceof FileMissing) problem = 'not in the archive'
      else if (error instanceof FileRefused) problem = error.message
      else throw error
    }
  }
  return { needed, problem }
}

async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  let broken = false
  const lane = async () => {
    for (const [index, item] of queue) {
      // Another lane has failed: the whole is tried again, and nobody may still be at work then.
      if (broken) return
      try {
        results[index] = await work(item)
      } catch (error) {
        broken = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, lane))
  return results
}
