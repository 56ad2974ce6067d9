import { readRun } from '../database/date-runs.ts'
import { StaleRunError } from '../database/fence.ts'
import { absToProcess } from '../database/plan.ts'
import { calibrationList } from '../domain/calibration-list.ts'
import { PreconditionError } from '../domain/failure.ts'
import { ensureRecipe } from '../pipeline/find-pipeline.ts'
import type { Host } from './dependencies.ts'
import { checkGencalibs } from './gencalibs.ts'
import { RunFolder } from './scratch.ts'

/**
 * What can be known before a start burns nothing: pipeline installed, its version certified, every recipe there, every gencalib on
 * this machine. Returns what a person has to mend, all of it; an empty list means go.
 */
export function makePrepareHost(host: Host) {
  return {
    async prepareHost(runNumber: number): Promise<readonly string[]> {
      const run = await readRun(host.database, runNumber)
      if (run === null) throw new StaleRunError(`run ${runNumber} is not in the record`)
      await new RunFolder(host.scratchDir, run).create()
      const abs = (await absToProcess(host.database, run.instrument, run.date)).map(({ ab }) => ab)
      const instrument = await host.loadInstrument(run.instrument)
      try {
        const pipeline = await host.findPipeline(instrument.pipeline.name)
        if (!instrument.pipeline.certifiedVersions.includes(pipeline.version)) {
          const certified = instrument.pipeline.certifiedVersions.join(', ')
          return [
            `pipeline ${pipeline.name} ${pipeline.version} is not certified (certified: ${certified}): list it in the instrument file`,
          ]
        }
        for (const recipe of new Set(abs.map((ab) => ab.recipe))) ensureRecipe(pipeline, recipe)
        await host.database
          .updateTable('date_run')
          .set({ pipeline_version: `${pipeline.name}/${pipeline.version}` })
          .where('run_number', '=', runNumber)
          .execute()
      } catch (error) {
        if (error instanceof PreconditionError) return [error.message]
        throw error
      }
      const { problems } = await checkGencalibs(host, calibrationList(abs).gencalibs)
      return problems
    },
  }
}
