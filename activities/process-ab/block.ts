import { join } from 'node:path'
import type { DateRun } from '../../database/date-runs.ts'
import { readAbOfRun, type RegisteredAb } from '../../database/plan.ts'
import type { CertifiedInstrument } from '../../domain/instrument.ts'
import type { Pipeline } from '../../pipeline/find-pipeline.ts'
import type { Host } from '../dependencies.ts'
import { readOpenRun } from '../open-run.ts'
import { RunFolder } from '../scratch.ts'

/** One association block on this host: everything that the steps of its job need to know. */
export interface Block {
  readonly host: Host
  readonly run: DateRun
  readonly registered: RegisteredAb
  readonly instrument: CertifiedInstrument
  readonly pipeline: Pipeline
  readonly runFolder: RunFolder
  /** Private to this block; deleted with the raw in it when the record is committed. */
  readonly folder: string
}

/** Null when the block was left out or withdrawn since the run was planned. Throws StaleRunError when the run is not open any more. */
export async function openBlock(host: Host, runNumber: number, abName: string): Promise<Block | null> {
  const run = await readOpenRun(host.database, runNumber)
  const registered = await readAbOfRun(host.database, run, abName)
  if (registered === null) return null
  const instrument = await host.loadInstrument(run.instrument)
  const pipeline = await host.findPipeline(instrument.pipeline.name)
  const runFolder = new RunFolder(host.scratchDir, run)
  return { host, run, registered, instrument, pipeline, runFolder, folder: runFolder.ab(abName) }
}

/** The recipe works here and nowhere else. */
export const recipeFolder = (block: Block): string => join(block.folder, 'recipe')
export const rawFolder = (block: Block): string => join(block.folder, 'raw')
export const inputListPath = (block: Block): string => join(block.folder, 'inputs.json')
