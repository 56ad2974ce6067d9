import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { RunState } from '../domain/date-run.ts'
import { filesOf, recipesOf, record } from './activities.ts'
import { DateControl } from './date-control.ts'
import { progress } from './messages.ts'
import { processABs } from './process-abs.ts'

export interface DateInput {
  readonly runNumber: number
  /** Prefix of the task queues of this installation. */
  readonly queuePrefix: string
  /** Events after which the workflow continues as a new one; without it, when the Temporal server suggests so. */
  readonly longAfterEvents?: number
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
  const { abNames, startedAbNames, slots } = plan
  const files = filesOf(queuePrefix, plan.host)
  const recipes = recipesOf(queuePrefix, plan.host)

  step = 'ingest what an earlier run left'
  let ingested = await files.ingest(runNumber)
  let leftOut: readonly string[] = []
  let stoppedByOperator = false
  let problems: readonly string[] = []

  if (ingested.waiting === 0 && abNames.length > 0) {
    step = 'download mcalibs'
    problems = await problemsOf(() => files.prepareHost(runNumber))
    if (problems.length === 0) ({ problems, leftOut } = await files.downloadMcalibs(runNumber))
  }

  if (ingested.waiting === 0 && problems.length === 0) {
    step = 'process ABs'
    const end = await processABs(
      {
        abNames: abNames.filter((abName) => !leftOut.includes(abName)),
        startedAbNames,
        slots,
        processAB: (abName) => recipes.processAB(runNumber, abName, 'all'),
        isLong: () => hasLongHistory(input),
        counts,
      },
      control,
    )
    if (end === 'history is long') {
      await condition(allHandlersFinished)
      await continueAsNew<typeof processDate>(input)
    }
    stoppedByOperator = end === 'stopped'
  } else {
    // This run has to close, but a workflow before this one had started recipes: nothing is cleaned up under a running recipe.
    step = 'end what was started'
    await Promise.all(startedAbNames.map((abName) => recipes.processAB(runNumber, abName, 'only what was started')))
  }

  step = 'ingest'
  if (ingested.waiting === 0 || startedAbNames.length > 0) ingested = await files.ingest(runNumber)

  step = 'clean up'
  const bytesFreed = await files.cleanUp(runNumber)

  step = 'record'
  await condition(allHandlersFinished)
  return record.recordDate(runNumber, {
    preconditionProblems: problems,
    stoppedByOperator,
    archiveRefuses: ingested.waiting > 0,
    bytesFreed,
  })
}

function hasLongHistory({ longAfterEvents }: DateInput): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo()
  return longAfterEvents === undefined ? continueAsNewSuggested : historyLength >= longAfterEvents
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
