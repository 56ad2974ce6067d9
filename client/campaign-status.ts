import {
  campaignFailures,
  campaignProgress,
  type CampaignProgress,
  type FailureCause,
} from '../database/campaign-progress.ts'
import {
  type Campaign,
  type CampaignRun,
  campaignRuns,
  campaigns,
  type OrderDate,
  orderDates,
  readCampaign,
} from '../database/campaigns.ts'
import type { Database } from '../database/connect.ts'
import { counted } from '../domain/counted.ts'
import { campaignName, campaignTitle } from '../domain/campaign.ts'
import { PreconditionError } from '../domain/failure.ts'
import { runName } from '../domain/trial.ts'
import { clockTime } from './clock-time.ts'
import { secondsInWords } from './in-words.ts'
import type { Output } from './output.ts'

export interface CampaignStatus {
  readonly campaign: Campaign
  readonly progress: CampaignProgress
  /** Biggest first. */
  readonly causes: readonly FailureCause[]
  readonly dates: readonly OrderDate[]
  /** Runs of a campaign that is a trial, oldest first; of any other none. */
  readonly trials: readonly CampaignRun[]
}

/** @throws PreconditionError when there is no such campaign */
export async function readCampaignStatus(database: Database, orderId: number): Promise<CampaignStatus> {
  const campaign = await readCampaign(database, orderId)
  const dates = campaign === null ? [] : await orderDates(database, orderId)
  if (campaign === null || dates.length === 0) {
    throw new PreconditionError(`there is no ${campaignName(orderId)}: \`phoenix status\` lists those that are open`)
  }
  const trials = campaign.trial ? await campaignRuns(database, orderId) : []
  const [progress, causes] = await Promise.all([
    campaignProgress(database, orderId),
    campaignFailures(database, orderId),
  ])
  return { campaign, progress, causes, dates, trials }
}

/** Open campaigns with their counts. */
export async function openCampaigns(
  database: Database,
): Promise<readonly { campaign: Campaign; progress: CampaignProgress }[]> {
  const open = await campaigns(database, 'open')
  return Promise.all(
    open.map(async (campaign) => ({ campaign, progress: await campaignProgress(database, campaign.orderId) })),
  )
}

/** One campaign in full. */
export function showCampaign(output: Output, { campaign, progress, causes, dates, trials }: CampaignStatus): void {
  const { orderId, instrument, orderedBy, orderedAt, reason, endedAt, endedAs, waitsFor } = campaign
  output.heading(`${campaignName(orderId)}: ${campaignTitle(campaign)} of ${instrument}, ${endedAs ?? 'open'}`)
  output.say(`ordered by ${orderedBy} at ${clockTime(orderedAt)}${reason === null ? '' : `: ${reason}`}`)
  if (endedAt !== null) output.say(`ended at ${clockTime(endedAt)}`)
  if (waitsFor !== null) output.say(`waits: ${waitsFor}`)
  if (campaign.trial) output.say('nothing is ingested; `phoenix report trial/NUMBER` sets a run beside what is live')
  output.say(inWords(progress))
  if (endedAs === null) output.say(pace(progress))
  const runsText = ({ date, runNumber }: OrderDate) =>
    campaign.trial
      ? trials.flatMap((run) => (run.date === date ? [runName(run.runNumber, true)] : [])).join(', ')
      : String(runNumber ?? '')
  output.table(
    [
      { title: 'failures', text: ({ abs }) => String(abs), align: 'right' },
      { title: 'cause', text: ({ cause }) => cause },
      { title: 'for example', text: ({ example }) => example },
    ],
    causes,
  )
  output.table(
    [
      { title: 'date', text: ({ date }) => date },
      { title: 'state', text: ({ state }) => state },
      { title: 'run', text: runsText, align: 'right' },
      { title: 'detail', text: ({ detail }) => detail ?? '' },
    ],
    dates,
  )
}

/** Open campaigns, a line each. */
export function showOpenCampaigns(output: Output, open: Awaited<ReturnType<typeof openCampaigns>>): void {
  output.heading(`${open.length} open ${open.length === 1 ? 'campaign' : 'campaigns'}`)
  output.table(
    [
      { title: 'campaign', text: ({ campaign }) => campaignName(campaign.orderId) },
      { title: 'kind', text: ({ campaign }) => `${campaignTitle(campaign)} ${campaign.instrument}` },
      { title: 'dates', text: ({ progress }) => `${endedDates(progress)}/${allDates(progress)}`, align: 'right' },
      { title: 'ABs', text: ({ progress }) => `${answered(progress)}/${progress.abs}`, align: 'right' },
      {
        title: 'left',
        text: ({ progress: { secondsLeft } }) => (secondsLeft === null ? '' : secondsInWords(secondsLeft)),
      },
      { title: 'ordered by', text: ({ campaign }) => campaign.orderedBy },
      { title: 'waits for', text: ({ campaign }) => campaign.waitsFor ?? '' },
    ],
    open,
  )
}

function inWords(progress: CampaignProgress): string {
  const { abs, processed, failed, interrupted, gone, dates } = progress
  const ofDates = Object.entries(dates).map(([state, count]) => `${count} ${state}`)
  const more = [
    ...(interrupted > 0 ? [`${interrupted} interrupted`] : []),
    ...(gone > 0 ? [`${gone} no longer executable`] : []),
  ]
  return `${counted(abs, 'AB')}: ${[`${processed} processed`, `${failed} failed`, ...more].join(', ')}; dates: ${ofDates.join(', ')}`
}

function pace({ answersPerHour, secondsLeft }: CampaignProgress): string {
  if (answersPerHour === null || secondsLeft === null) return 'no rate yet'
  return `${answersPerHour.toFixed(0)} ABs per hour lately, ${secondsInWords(secondsLeft)} left at this rate`
}

function answered({ processed, failed, interrupted }: CampaignProgress): number {
  return processed + failed + interrupted
}

function allDates({ dates }: CampaignProgress): number {
  return Object.values(dates).reduce((sum, count) => sum + count, 0)
}

function endedDates(progress: CampaignProgress): number {
  const { waiting = 0, running = 0, 'put off': putOff = 0 } = progress.dates
  return allDates(progress) - waiting - running - putOff
}
