import { ActivityFailure, ApplicationFailure, CancellationScope, continueAsNew, setHandler } from '@temporalio/workflow'
import type { RunState } from '../domain/date-run.ts'
import { filesOf, recipesOf, record } from './activities.ts'
import { DateControl } from './date-control.ts'
import { progress } from './messages.ts'
import { processABs } from './process-abs.ts'

export interface DateInput {
  readonly runNumber: number
  /** Prefix of the task queues of this installation. */
  readonly queuePrefix: string
}

/**
 * One date of one instrument, as the sketch of 2012 has it: plan, download all mcalibs, process the ABs in parallel, ingest, clean up,
 * record. The truth is in the record: this workflow may be terminated at any moment, and the next one goes on from there.
 */
export async function processDate(input: DateInput): Promise<RunState> {
  // Started before the scope that cannot be cancelled, so that a cancellation from the Temporal UI is heard.
  const control = new DateControl(input.runNumber)
  return CancellationScope.nonCancellable(() => run(input, control))
}

async function run(input: DateInput, control: DateControl): Promise<RunState> {
  const { runNumber, queuePrefix } = input
  const counts = { waiting: 0, onHost: 0, ended: 0 }
  let step = 'plan'
  setHandler(progress, () => ({ step, ...counts }))

  const plan = await record.planDate(runNumber)
  const files = filesOf(queuePrefix, plan.host)
  const recipes = recipesOf(queuePrefix, plan.host)

  step = 'ingest what an earlier run left'
  let ingested = await files.ingest(runNumber)
  let stoppedByOperator = false
  let problems: readonly string[] = []

  if (ingested.waiting === 0 && plan.abNames.length > 0) {
    step = 'download mcalibs'
    problems = await problemsOf(() => files.prepareHost(runNumber))
    const downloaded = problems.length === 0 ? await files.downloadMcalibs(runNumber) : { problems, leftOut: [] }
    problems = downloaded.problems

    if (problems.length === 0) {
      step = 'process ABs'
      const abNames = plan.abNames.filter((abName) => !downloaded.leftOut.includes(abName))
      const end = await processABs(
        abNames,
        plan.slots,
        control,
        (abName) => recipes.processAB(runNumber, abName),
        counts,
      )
      if (end === 'history is long') await continueAsNew<typeof processDate>(input)
      stoppedByOperator = end === 'stopped'

      step = 'ingest'
      ingested = await files.ingest(runNumber)
    }
  }

  step = 'clean up'
  const bytesFreed = await files.cleanUp(runNumber)

  step = 'record'
  return record.recordDate(runNumber, {
    preconditionProblems: problems,
    stoppedByOperator,
    archiveRefuses: ingested.waiting > 0,
    bytesFreed,
  })
}

/** A mistake of a person (an instrument file that cannot be read) ends the date with that message; nothing has been attempted. */
async function problemsOf(check: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await check()
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : undefined
    if (cause instanceof ApplicationFailure && cause.type === 'PreconditionError') return [cause.message]
    throw error
  }
}
