import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow'
import type { RunState } from '../domain/date-run.ts'
import { filesOf, recipesOf, record } from './activities.ts'
import { DateControl } from './date-control.ts'
import { DateView } from './date-view.ts'
import { campaignWorkflowId } from './ids.ts'
import { type LaneEnd, processABs } from './process-abs.ts'
import { wakeWorkflow } from './wake-workflow.ts'

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
  const view = new DateView()
  const control = new DateControl(input.runNumber, view)
  return CancellationScope.nonCancellable(() => run(input, control, view))
}

async function run(input: DateInput, control: DateControl, view: DateView): Promise<RunState> {
  const { runNumber, queuePrefix } = input

  const plan = await record.planDate(runNumber)
  const { abNames, startedAbNames, slots } = plan
  const files = filesOf(queuePrefix, plan.host)
  const recipes = (abName: string) => recipesOf(queuePrefix, plan.host, plan.priority, abName)
  view.planned(runNumber, plan)

  view.step('ingest what an earlier run left')
  let ingested = await files.ingest(runNumber)
  let leftOut: readonly string[] = []
  let end: LaneEnd = 'stopped'
  let problems: readonly string[] = []
  let running: readonly string[] = []

  if (ingested.waiting === 0 && abNames.length > 0) {
    view.step('download mcalibs')
    problems = await problemsOf(() => files.prepareHost(runNumber))
    if (problems.length === 0) ({ problems, leftOut } = await files.downloadMcalibs(runNumber))
  }

  const mayProcess = ingested.waiting === 0 && problems.length === 0
  if (mayProcess) {
    view.step('process ABs')
    const process = (names: readonly string[], startedNames: readonly string[]) =>
      processABs(
        {
          abNames: names,
          startedAbNames: startedNames,
          slots,
          processAB: (abName) => recipes(abName).processAB(runNumber, abName, 'all'),
          isLong: () => hasLongHistory(input),
          board: view.blocks(names),
        },
        control,
      )
    end = await process(
      abNames.filter((abName) => !leftOut.includes(abName)),
      startedAbNames,
    )
    while (end === 'all ended') {
      // The operator has mended what made some of them fail, and has given those another generation.
      const again = await record.absToRetry(runNumber)
      if (again.length === 0) break
      end = await process(again, [])
    }
    if (end === 'history is long') {
      await condition(allHandlersFinished)
      await continueAsNew<typeof processDate>(input)
    }
  }

  if (end === 'stopped') {
    // A workflow before this one may have started recipes, and nothing is cleaned up under a running recipe.
    view.step('end what was started')
    running = await record.forbidStarts(runNumber, mayProcess ? 'the run ends' : 'the run cannot go on')
    await Promise.all(running.map((abName) => recipes(abName).processAB(runNumber, abName, 'only what was started')))
  }

  view.step('ingest')
  if (ingested.waiting === 0 || running.length > 0) ingested = await files.ingest(runNumber)

  view.step('clean up')
  const bytesFreed = await files.cleanUp(runNumber)

  view.step('record')
  await condition(allHandlersFinished)
  const state = await record.recordDate(runNumber, {
    preconditionProblems: problems,
    stoppedByOperator: end === 'stopped',
    archiveRefuses: ingested.waiting > 0,
    bytesFreed,
  })
  view.state(state, problems[0] ?? '')
  // Histories of before there were campaigns say nothing of one.
  if (typeof plan.campaign === 'number') await wakeWorkflow(campaignWorkflowId(queuePrefix, plan.campaign))
  return state
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
