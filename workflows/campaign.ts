import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { CampaignTurn } from '../activities/campaign.ts'
import { type CampaignEnd, campaignName } from '../domain/campaign.ts'
import type { HoldKind } from '../domain/hold.ts'
import { record } from './activities.ts'
import { dateWorkflowId } from './ids.ts'
import { campaignProgress, cancel, pause, resume, stop, wake } from './messages.ts'
import { showState } from './show-state.ts'
import { startDate } from './start-date.ts'
import { wakeWorkflow } from './wake-workflow.ts'

export interface CampaignInput {
  readonly orderId: number
  /** Prefix of the task queues of this installation. */
  readonly queuePrefix: string
  /** Dates after which the workflow continues as a new one; without it, when the Temporal server suggests so. */
  readonly longAfterDates?: number
}

/** Rows are looked at this often even when nobody wakes the workflow. */
const LOOK_EVERY = '1 minute'

/**
 * An order over many dates. What it is for, and what became of it, is in rows: this workflow carries only the order's number, makes turn
 * after turn until the order has ended, and starts the workflows of the dates whose runs a turn has opened. They are children that may
 * outlive it, and wake it when they end.
 */
export async function campaign(input: CampaignInput): Promise<CampaignEnd> {
  const signals = new CampaignSignals(input)
  return CancellationScope.nonCancellable(() => run(input, signals))
}

async function run(input: CampaignInput, signals: CampaignSignals): Promise<CampaignEnd> {
  const known = new Set<number>()
  let started = 0
  for (;;) {
    signals.changed = false
    const turn = await record.advanceCampaign(input.orderId)
    signals.turn = turn
    show(input, turn)
    const fresh = turn.running.filter(({ runNumber }) => !known.has(runNumber))
    for (const { runNumber } of fresh) known.add(runNumber)
    const starts = await Promise.all(fresh.map((date) => startDate(input.queuePrefix, date)))
    started += starts.filter(Boolean).length
    if (turn.ended !== null) {
      await condition(allHandlersFinished)
      return turn.ended
    }
    if (isLong(input, started)) {
      await condition(allHandlersFinished)
      await continueAsNew<typeof campaign>(input)
    }
    await condition(() => signals.changed, LOOK_EVERY)
  }
}

/** What the Temporal UI shows of the campaign. Nothing is decided by it. */
function show({ orderId }: CampaignInput, { ended, counts, waitsFor }: CampaignTurn): void {
  showState(ended ?? (waitsFor === null ? 'running' : 'holding'))
  const dates = Object.entries(counts).map(([state, count]) => `| ${state} | ${count} |`)
  const lines = [campaignName(orderId), waitsFor ?? '', '', '| state | dates |', '|---|---|', ...dates]
  setCurrentDetails(lines.join('\n'))
}

function isLong({ longAfterDates }: CampaignInput, dates: number): boolean {
  return longAfterDates === undefined ? workflowInfo().continueAsNewSuggested : dates >= longAfterDates
}

/** Signals write rows, as the command line does; dates that run are woken to see them. */
class CampaignSignals {
  changed = false
  turn: CampaignTurn = { ended: null, running: [], counts: {}, waitsFor: null }

  constructor({ orderId, queuePrefix }: CampaignInput) {
    const write = (row: () => Promise<void>) =>
      CancellationScope.nonCancellable(async () => {
        await row()
        this.changed = true
        await Promise.all(
          this.turn.running.map(({ instrument, date }) => wakeWorkflow(dateWorkflowId(queuePrefix, instrument, date))),
        )
      })
    const hold = (kind: HoldKind) => (reason?: string) => write(() => record.holdCampaign(orderId, kind, reason ?? ''))
    setHandler(wake, () => {
      this.changed = true
    })
    setHandler(pause, hold('pause'))
    setHandler(stop, hold('stop'))
    setHandler(cancel, hold('cancel'))
    setHandler(resume, () => write(() => record.releaseCampaign(orderId)))
    setHandler(campaignProgress, () => this.turn)
    const requested = CancellationScope.current().cancelRequested
    void requested.catch(() => hold('cancel')('cancellation requested in Temporal'))
  }
}
