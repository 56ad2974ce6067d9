import { ArchiveUnauthorized } from '../archive/archive.ts'
import { absToProcess, leaveOut } from '../database/plan.ts'
import { counted } from '../domain/counted.ts'
import { InfrastructureError } from '../domain/failure.ts'
import { type BrokenCalibration, bringCalibrations } from './bring-calibrations.ts'
import type { Host } from './dependencies.ts'
import { withHeartbeat } from './heartbeat.ts'
import { holdArchive, refuseHeldArchives } from './held-archive.ts'
import { readOpenRun } from './open-run.ts'
import { RunFolder } from './scratch.ts'

export interface Downloaded {
  /** Everything that is missing or broken, one line each; empty when the date may go on. */
  readonly problems: readonly string[]
  /** Blocks left out because the operator ordered the rest (`--leave-out-missing`). */
  readonly leftOut: readonly string[]
}

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
        const abs = await absToProcess(host.database, run)
        const { broken, gencalibProblems: problems } = await orHold(host, () =>
          bringCalibrations(host, {
            folder: new RunFolder(host.scratchDir, run),
            instrument: run.instrument,
            abs: abs.map(({ ab }) => ab),
            whenBroken: 'list the rest',
          }),
        )
        if (!run.leaveOutMissing) {
          return {
            problems: [...problems, ...broken.map(describe)],
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

function describe({ needed: { fileName, categories, neededBy }, problem }: BrokenCalibration): string {
  return `mcalib ${fileName} (${categories.join(', ')}): ${problem}; needed by ${counted(neededBy.length, 'AB')}`
}
