import { join } from 'node:path'
import type { Database } from '../../database/connect.ts'
import type { DateRun } from '../../database/date-runs.ts'
import { type RegisteredAb, readRegisteredAb } from '../../database/plan.ts'
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
  if (!(await isExecutable(host.database, run.instrument, abName))) return null
  const registered = await readRegisteredAb(host.database, run.instrument, abName)
  const instrument = await host.loadInstrument(run.instrument)
  const pipeline = await host.findPipeline(instrument.pipeline.name)
  const runFolder = new RunFolder(host.scratchDir, run)
  return { host, run, registered, instrument, pipeline, runFolder, folder: runFolder.ab(abName) }
}

/** A block that was registered again meanwhile may be malformed now, or gone. */
async function isExecutable(database: Database, instrument: string, abName: string): Promise<boolean> {
  const { state } = await database
    .selectFrom('sciproc_ab')
    .select('state')
    .where('instrument', '=', instrument)
    .where('ab_name', '=', abName)
    .executeTakeFirstOrThrow()
  return state !== 'left out' && state !== 'withdrawn'
}

/** The recipe works here and nowhere else. */
export const recipeFolder = (block: Block): string => join(block.folder, 'recipe')
export const rawFolder = (block: Block): string => join(block.folder, 'raw')
export const inputListPath = (block: Block): string => join(block.folder, 'inputs.json')
