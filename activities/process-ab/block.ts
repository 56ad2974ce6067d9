import { join } from 'node:path'
import { type DateRun, readRun } from '../../database/date-runs.ts'
import { StaleRunError } from '../../database/fence.ts'
import { type RegisteredAb, readRegisteredAb } from '../../database/plan.ts'
import { isOpenRun } from '../../domain/date-run.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Pipeline } from '../../pipeline/find-pipeline.ts'
import type { Host } from '../dependencies.ts'
import { RunFolder } from '../scratch.ts'

/** One association block on this host: everything that the steps of its job need to know. */
export interface Block {
  readonly host: Host
  readonly run: DateRun
  readonly registered: RegisteredAb
  readonly instrument: Instrument
  readonly pipeline: Pipeline
  readonly runFolder: RunFolder
  /** Private to this block; deleted with the raw in it when the record is committed. */
  readonly folder: string
}

/** Throws StaleRunError when the run is not open any more. */
export async function openBlock(host: Host, runNumber: number, abName: string): Promise<Block> {
  const run = await readRun(host.database, runNumber)
  if (run === null || !isOpenRun(run.state))
    throw new StaleRunError(`run ${runNumber} is ${run?.state ?? 'not in the record'}`)
  const registered = await readRegisteredAb(host.database, run.instrument, abName)
  const instrument = await host.loadInstrument(run.instrument)
  const pipeline = await host.findPipeline(instrument.pipeline.name)
  const runFolder = new RunFolder(host.scratchDir, run)
  return { host, run, registered, instrument, pipeline, runFolder, folder: runFolder.ab(abName) }
}

/** The recipe works here and nowhere else. */
export const recipeFolder = (block: Block): string => join(block.folder, 'recipe')
export const rawFolder = (block: Block): string => join(block.folder, 'raw')
export const inputListPath = (block: Block): string => join(block.folder, 'inputs.json')
