import { html } from 'hono/html'
import type { CampaignProgress, FailureCause } from '../database/campaign-progress.ts'
import type { Campaign, OrderDate } from '../database/campaigns.ts'
import { campaignName, campaignTitle } from '../domain/campaign.ts'
import { runName } from '../domain/trial.ts'
import { minute, page, type PageColumn, state, table } from './page.ts'

export interface CampaignPageParts {
  readonly campaign: Campaign
  readonly progress: CampaignProgress
  /** Biggest first. */
  readonly causes: readonly FailureCause[]
  readonly dates: readonly OrderDate[]
  /** When the page is made. */
  readonly now: Date
}

/** The report of a campaign as one HTML file that needs nothing else. */
export async function campaignPage({ campaign, progress, causes, dates, now }: CampaignPageParts): Promise<string> {
  const { orderId, instrument, orderedBy, orderedAt, endedAt, endedAs, reason, waitsFor } = campaign
  const { abs, processed, failed, interrupted, gone } = progress
  const title = `${campaignName(orderId)}: ${campaignTitle(campaign)} of ${instrument}`
  const more = [
    ...(interrupted > 0 ? [`${interrupted} interrupted`] : []),
    ...(gone > 0 ? [`${gone} no longer executable`] : []),
  ]
  return page(
    title,
    html`<h1>${title}</h1>
<p>${state(endedAs ?? 'running')} ordered by ${orderedBy}, ${minute(orderedAt)}${reason === null ? '' : `: ${reason}`}${endedAt === null ? '' : `; ended ${minute(endedAt)}`}</p>
${waitsFor === null ? null : html`<p>Waits: ${waitsFor}</p>`}
<p>ABs: ${[`${processed} processed`, `${failed} failed`, ...more].join(', ')}, of ${abs}.</p>
<p class="quiet">Report of ${minute(now)}, from the record of phoenix. All times are UT.</p>
${causes.length === 0 ? null : html`<h2>Failures by cause</h2>${table(causeColumns, causes)}`}
<h2>Dates</h2>${table(dateColumns(campaign.trial), dates)}`,
  )
}

const causeColumns: readonly PageColumn<FailureCause>[] = [
  { title: 'ABs', isNumber: true, cell: ({ abs }) => String(abs) },
  { title: 'cause', wraps: true, cell: ({ cause }) => cause },
  { title: 'for example', cell: ({ example }) => example },
]

const dateColumns = (isTrial: boolean): readonly PageColumn<OrderDate>[] => [
  { title: 'date', cell: ({ date }) => date },
  { title: 'state', cell: (row) => state(row.state) },
  { title: 'run', isNumber: true, cell: ({ runNumber }) => runName(runNumber, isTrial) },
  { title: 'detail', wraps: true, cell: ({ detail }) => detail ?? '' },
]
