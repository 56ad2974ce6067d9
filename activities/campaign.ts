import { chooseHost } from '../database/choose-host.ts'
import {
  endCampaign,
  openCampaignDate,
  runsOfCampaign,
  setDate,
  settleDates,
  showCampaignWaits,
} from '../database/campaign-dates.ts'
import { type Campaign, orderDates, readCampaign } from '../database/campaigns.ts'
import { findOpenRun } from '../database/date-runs.ts'
import { activeHolds, placeHold, releaseHolds } from '../database/holds.ts'
import { dateStatuses } from '../database/status.ts'
import { type CampaignEnd, type CampaignFacts, campaignName, nextStep, whenTaken } from '../domain/campaign.ts'
import { InfrastructureError } from '../domain/failure.ts'
import { controlOf, type Hold, type HoldKind } from '../domain/hold.ts'
import type { Orchestration } from './dependencies.ts'
import { hostLacks } from './host-lacks.ts'
import { type OpenDate, openDate } from './open-date.ts'

/** What a turn of a campaign has found and done. */
export interface CampaignTurn {
  /** Null while the campaign is open. */
  readonly ended: CampaignEnd | null
  /** Runs of the campaign that are open now: each of them has a workflow, or gets one. */
  readonly running: readonly OpenDate[]
  /** Dates in each state, for a look from outside. */
  readonly counts: Readonly<Record<string, number>>
  readonly waitsFor: string | null
}

/** Activities of a campaign. All that it knows is in rows: a turn may be made twice, or by two at once. */
export function makeCampaign({
  database,
  archives,
  log,
  ownHost,
  datePage,
}: Pick<Orchestration, 'database' | 'archives' | 'log' | 'ownHost' | 'datePage'>) {
  return {
    /** Writes down which dates have ended and opens runs of further ones, as far as dates at once, holds and disks allow. */
    async advanceCampaign(orderId: number): Promise<CampaignTurn> {
      const campaign = await readCampaign(database, orderId)
      if (campaign === null) throw new InfrastructureError(`order ${orderId} is not in the record`)
      if (campaign.endedAs === null) {
        await settleDates(database, orderId)
        const waitsFor = await goOn(campaign)
        await showCampaignWaits(database, orderId, waitsFor)
      }
      const { endedAs: ended, waitsFor } = (await readCampaign(database, orderId)) ?? campaign
      const running = (await runsOfCampaign(database, orderId)).map((run) => openDate(run, datePage))
      const counts: Record<string, number> = {}
      for (const { state } of await orderDates(database, orderId)) counts[state] = (counts[state] ?? 0) + 1
      if (ended !== null) log.info({ campaign: orderId, ended, counts }, 'campaign ended')
      return { ended, running, counts, waitsFor }
    },

    /** A signal from the Temporal UI writes the same row as the command line. */
    async holdCampaign(orderId: number, kind: HoldKind, reason: string): Promise<void> {
      // A row for a campaign that has ended would stop it when it is taken up again.
      if ((await readCampaign(database, orderId))?.endedAs !== null) return
      await placeHold(database, { kind, scope: { type: 'campaign', orderId }, reason, placedBy: 'Temporal UI' })
    },

    async releaseCampaign(orderId: number): Promise<void> {
      await releaseHolds(database, { type: 'campaign', orderId }, 'Temporal UI')
    },
  }

  /** Null when it goes on or has come to its end; else what it waits for. */
  async function goOn(campaign: Campaign): Promise<string | null> {
    const { orderId, instrument } = campaign
    const asked = new Set<string>()
    for (;;) {
      const holds = await activeHolds(database)
      // No date and no host: a hold on one of those is no reason to hold the others.
      const place = { instrument, date: '', orderId, host: '', archives }
      const control = controlOf(holds, place)
      const dates = await orderDates(database, orderId)
      const facts: CampaignFacts = { dates, datesAtOnce: campaign.datesAtOnce, command: control.command }
      const next = nextStep(facts, asked)
      if (next.step === 'end') {
        await endCampaign(database, orderId, next.as)
        return null
      }
      if (next.step === 'wait') return control.command === 'go' ? null : inWords(control.command, control.hold)
      const { date } = next
      asked.add(date)
      const host = await chooseHost(database, { instrument, date }, ownHost)
      const lack = await hostLacks(database, host)
      if (lack !== null) return lack
      const held = controlOf(holds, { ...place, host })
      if (held.command !== 'go') return inWords(held.command, held.hold)
      await ask(campaign, facts, date, host, holds)
    }
  }

  async function ask(
    campaign: Campaign,
    facts: CampaignFacts,
    date: string,
    host: string,
    holds: readonly Hold[],
  ): Promise<void> {
    const { orderId } = campaign
    const taken = await whyTaken(campaign, date, holds)
    if (taken !== null) {
      const state = whenTaken(facts, date)
      await setDate(database, orderId, date, state, taken)
      log.info({ campaign: campaignName(orderId), date, state }, taken)
      return
    }
    const opened = await openCampaignDate(database, campaign, date, host)
    if (opened === 'nothing left') {
      await setDate(database, orderId, date, 'done', 'nothing was left to do: every AB has its answer already')
    } else if (!opened.opened) {
      await setDate(
        database,
        orderId,
        date,
        'put off',
        `run ${opened.openRun.runNumber} of ${opened.orderedBy} is open`,
      )
    }
  }

  /** What stands against a run of the date; null: nothing. */
  async function whyTaken(
    { instrument, trial }: Campaign,
    date: string,
    holds: readonly Hold[],
  ): Promise<string | null> {
    const ofDate = holds.find(
      ({ scope }) => scope.type === 'date' && scope.instrument === instrument && scope.date === date,
    )
    if (ofDate !== undefined) return `held: ${inWords(ofDate.kind, ofDate)}`
    const other = await findOpenRun(database, instrument, date)
    if (other !== null) return `run ${other.openRun.runNumber} of ${other.orderedBy} is open`
    if (!trial) return null
    // Only a run of the date brings them in: a trial must not stand in its way.
    const [status] = await dateStatuses(database, instrument, date)
    const waiting = status?.pendingIdps ?? 0
    return waiting === 0 ? null : `${waiting} IDPs wait for the archive: \`phoenix resume ${instrument} ${date}\``
  }
}

function inWords(kind: HoldKind, { placedBy, reason }: Hold): string {
  return `${kind} by ${placedBy}${reason === '' ? '' : `: ${reason}`}`
}
