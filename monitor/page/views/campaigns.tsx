import { campaignName } from '../../../domain/campaign.ts'
import type { CampaignLine } from '../../server/routes/campaigns.ts'
import { useDocument } from '../data.ts'
import { duration, moment } from '../format.ts'
import { type Column, Table } from '../parts/table.tsx'
import { State } from '../states.tsx'
import type { Wire } from '../wire.ts'

type Line = Wire<CampaignLine>

/** Orders over many dates, newest first. */
export function CampaignsView() {
  const { document: found, error } = useDocument<{ campaigns: readonly Line[] }>('/api/campaigns')
  return (
    <>
      <h1>Campaigns</h1>
      {error === null ? null : <p class="trouble">{error}</p>}
      {found === null ? null : (
        <Table
          label="campaigns"
          columns={columns}
          rows={found.campaigns}
          id={({ campaign }) => String(campaign.orderId)}
          empty="none was ordered: `phoenix back-process` and `phoenix reprocess` do that"
        />
      )}
    </>
  )
}

const columns: readonly Column<Line>[] = [
  {
    title: 'campaign',
    cell: ({ campaign: { orderId } }) => <a href={`/campaigns/${orderId}`}>{campaignName(orderId)}</a>,
    key: ({ campaign }) => campaign.orderId,
  },
  { title: 'kind', cell: ({ campaign }) => `${campaign.kind}${campaign.trial ? ' (trial)' : ''}` },
  { title: 'instrument', cell: ({ campaign }) => campaign.instrument },
  { title: 'state', cell: ({ campaign }) => <State state={campaign.endedAs ?? 'running'} /> },
  {
    title: 'dates',
    cell: ({ progress }) => `${endedDates(progress.dates)} of ${allDates(progress.dates)}`,
    align: 'right',
  },
  { title: 'ABs', cell: ({ progress }) => `${answered(progress)} of ${progress.abs}`, align: 'right' },
  { title: 'failed', cell: ({ progress: { failed, interrupted } }) => failed + interrupted || '', align: 'right' },
  { title: 'per hour', cell: ({ progress }) => progress.answersPerHour?.toFixed(0) ?? '', align: 'right' },
  {
    title: 'left',
    cell: ({ campaign, progress }) => (campaign.endedAs === null ? duration(progress.secondsLeft) : ''),
    align: 'right',
  },
  { title: 'ordered', cell: ({ campaign }) => moment(campaign.orderedAt), key: ({ campaign }) => campaign.orderedAt },
  { title: 'by', cell: ({ campaign }) => campaign.orderedBy },
  {
    title: 'waits for, or why it was ordered',
    cell: ({ campaign }) => campaign.waitsFor ?? campaign.reason ?? '',
    long: true,
  },
]

export function answered({ processed, failed, interrupted, gone }: Line['progress']): number {
  return processed + failed + interrupted + gone
}

export function allDates(dates: Line['progress']['dates']): number {
  return Object.values(dates).reduce((sum, number) => sum + number, 0)
}

export function endedDates(dates: Line['progress']['dates']): number {
  return allDates(dates) - (dates.waiting ?? 0) - (dates.running ?? 0) - (dates['put off'] ?? 0)
}
