import { keepInstrumentFile } from '../database/instrument-files.ts'
import { absToProcess } from '../database/plan.ts'
import { certificationProblem } from '../domain/certification.ts'
import { PreconditionError } from '../domain/failure.ts'
import { ensureRecipe } from '../pipeline/find-pipeline.ts'
import type { Host } from './dependencies.ts'
import { withHeartbeat } from './heartbeat.ts'
import { readOpenRun } from './open-run.ts'
import { RunFolder } from './scratch.ts'

/**
 * What can be known before a start burns nothing: pipeline installed, its version certified, every recipe there. Returns what a person
 * has to mend; an empty list means go. (Files are looked at by downloadMcalibs, all at once.)
 */
export function makePrepareHost(host: Host) {
  return {
    async prepareHost(runNumber: number): Promise<readonly string[]> {
      return withHeartbeat(async () => {
        const run = await readOpenRun(host.database, runNumber)
        await new RunFolder(host.scratchDir, run).create()
        const abs = (await absToProcess(host.database, run)).map(({ ab }) => ab)
        const instrument = await host.loadInstrument(run.instrument)
        try {
          const pipeline = await host.findPipeline(instrument.pipeline.name)
          const problem = certificationProblem(instrument, pipeline.version, run.trial)
          if (problem !== null) return [problem]
          for (const recipe of new Set(abs.map((ab) => ab.recipe))) ensureRecipe(pipeline, recipe)
          await host.database
            .updateTable('date_run')
            .set({
              pipeline_version: `${pipeline.name}/${pipeline.version}`,
              instrument_file: await keepInstrumentFile(host.database, instrument),
            })
            .where('run_number', '=', runNumber)
            .execute()
          return []
        } catch (error) {
          if (error instanceof PreconditionError) return [error.message]
          throw error
        }
      })
    },
  }
}
