import { join } from 'node:path'
import { ArchiveUnauthorized, FileMissing, FileRefused } from '../archive/archive.ts'
import { fileExists, fileFacts } from '../archive/copy-file.ts'
import { absToProcess, leaveOut } from '../database/plan.ts'
import { calibrationList, type NeededCalibration } from '../domain/calibration-list.ts'
import { InfrastructureError } from '../domain/failure.ts'
import { calibrationProblem } from '../pipeline/check-calibration.ts'
import type { Host } from './dependencies.ts'
import { checkGencalibs } from './gencalibs.ts'
import { withHeartbeat } from './heartbeat.ts'
import { holdArchive, refuseHeldArchives } from './held-archive.ts'
import { type InputFile, readInputList, writeInputList } from './input-list.ts'
import { readOpenRun } from './open-run.ts'
import { RunFolder } from './scratch.ts'

export interface Downloaded {
  /** Everything that is missing or broken, one line each; empty when the date may go on. */
  readonly problems: readonly string[]
  /** Blocks left out because the operator ordered the rest (`--leave-out-missing`). */
  readonly leftOut: readonly string[]
}

/** Downloads at once, per host: enough to keep a disk or a network busy. */
const CONNECTIONS = 4

/**
 * The union over all blocks of the date, each file once per host, checked. All that is missing is told at once, so that a person
 * mends it once. That the archive is away is no answer: it is thrown, and tried again.
 */
export function makeDownloadMcalibs(host: Host) {
  return {
    async downloadMcalibs(runNumber: number): Promise<Downloaded> {
      return withHeartbeat(async () => {
        await refuseHeldArchives(host)
        const run = await readOpenRun(host.database, runNumber)
        const folder = new RunFolder(host.scratchDir, run)
        await folder.create()
        const abs = await absToProcess(host.database, run.instrument, run.date)
        const { mcalibs, gencalibs } = calibrationList(abs.map(({ ab }) => ab))
        const here = await downloadedBefore(folder)
        const results = await orHold(host, () =>
          inParallel(
            mcalibs,
            async (needed) => here.get(needed.fileName) ?? (await download(host, needed, folder.mcalibs)),
          ),
        )
        const broken = results.filter((result) => 'problem' in result)
        const { usable, problems } = await checkGencalibs(host, gencalibs)
        await writeInputList(folder.calibrationList, [...results.filter((result) => 'path' in result), ...usable])
        if (!run.leaveOutMissing) {
          return {
            problems: [...problems, ...broken.map(({ needed, problem }) => describe(needed, problem))],
            leftOut: [],
          }
        }
        const problemOf = new Map(broken.map(({ needed, problem }) => [needed.fileName, problem]))
        const leftOut: string[] = []
        for (const registered of abs) {
          const missing = registered.ab.calibrations.filter(({ fileName }) => problemOf.has(fileName))
          // What was started before has its files already.
          if (missing.length === 0 || registered.state !== 'pending') continue
          const text = missing.map(({ fileName }) => `${fileName}: ${problemOf.get(fileName)}`).join('; ')
          await leaveOut(host.database, runNumber, registered, { code: 'calibration missing', text })
          leftOut.push(registered.abName)
        }
        return { problems, leftOut }
      })
    },
  }
}

/** One hold for all lanes that were refused: placed when the whole has ended, so that no straggler places it again after a resume. */
async function orHold<Result>(host: Host, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ArchiveUnauthorized)) throw error
    throw new InfrastructureError(await holdArchive(host, error), { cause: error })
  }
}

type DownloadResult = InputFile | { readonly needed: NeededCalibration; readonly problem: string }

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

/** Twice at most: a file that arrives broken the same way twice is broken in the archive. */
async function download(host: Host, needed: NeededCalibration, folder: string): Promise<DownloadResult> {
  const { fileName, category } = needed
  let problem = ''
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    try {
      const file = await host.source.fetch('mcalib', fileName, join(folder, fileName))
      if (file.checksum === 'unlisted') host.log.warn({ fileName }, 'the archive lists no checksum of this calibration')
      const found =
        file.checksum === 'differs'
          ? 'its checksum differs from that of the archive'
          : await calibrationProblem(file.path, category)
      if (found === null)
        return { fileName, category, kind: 'mcalib', path: file.path, bytes: file.bytes, sha256: file.sha256 }
      problem = found
    } catch (error) {
      if (error instanceof FileMissing) problem = 'not in the archive'
      else if (error instanceof FileRefused) problem = error.message
      else throw error
    }
  }
  return { needed, problem }
}

function describe({ fileName, category, neededBy }: NeededCalibration, problem: string): string {
  return `mcalib ${fileName} (${category}): ${problem}; needed by ${neededBy.length} ABs`
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
