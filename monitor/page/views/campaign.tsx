import { useState } from 'preact/hooks'
import { campaignName } from '../../../domain/campaign.ts'
import type { OrderDateState } from '../../../domain/order.ts'
import { runName } from '../../../domain/trial.ts'
import type { CampaignPage } from '../../server/routes/campaigns.ts'
import { useDocument, useStream } from '../data.ts'
import { duration, moment } from '../format.ts'
import { campaignOrders, Orders } from '../parts/orders.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { type AnyState, State } from '../states.tsx'
import type { Wire } from '../wire.ts'
import { allDates, answered, endedDates } from './campaigns.tsx'

type Page = Wire<CampaignPage>

/** One campaign: how far it is, how fast, when it ends, and what fails, biggest cause first. */
export function CampaignView({ orderId }: { orderId: string }) {
  const path = `/api/campaigns/${orderId}`
  const [live, setLive] = useState<Page | null>(null)
  const { document: first, error } = useDocument<Page>(path)
  const trouble = useStream(`${path}/live`, { campaign: (data) => setLive(JSON.parse(data)) })
  const page = live ?? first
  if (page === null) return error === null ? <p class="faint">asking</p> : <p class="trouble">{error}</p>
  const { campaign, progress, causes, dates } = page
  return (
    <>
      <h1>
        {campaignName(campaign.orderId)} <State state={campaign.endedAs ?? 'running'} />{' '}
        <span class="faint">
          {campaign.kind} of {campaign.instrument}
          {campaign.trial ? ', a trial' : ''}
        </span>
      </h1>
      {trouble === null ? null : <p class="trouble">{trouble}</p>}
      {campaign.waitsFor === null ? null : <p class="waits">waits: {campaign.waitsFor}</p>}
      <dl class="facts">
        <dt>ABs</dt>
        <dd>
          {answered(progress)} of {progress.abs}: {progress.processed} processed,{' '}
          {progress.failed + progress.interrupted} failed
          {progress.gone > 0 ? `, ${progress.gone} no longer executable` : ''}
        </dd>
        <dt>dates</dt>
        <dd>
          {endedDates(progress.dates)} of {allDates(progress.dates)}
        </dd>
        {campaign.endedAs === null ? (
          <>
            <dt>rate</dt>
            <dd>
              {progress.answersPerHour === null
                ? 'nothing can be said yet'
                : `${progress.answersPerHour.toFixed(0)} ABs an hour`}
            </dd>
            <dt>left</dt>
            <dd>{duration(progress.secondsLeft)}</dd>
          </>
        ) : (
          <>
            <dt>ended</dt>
            <dd>{moment(campaign.endedAt)}</dd>
          </>
        )}
        <dt>ordered</dt>
        <dd>
          by {campaign.orderedBy} at {moment(campaign.orderedAt)}
          {campaign.reason === null ? '' : `: ${campaign.reason}`}
        </dd>
      </dl>
      <div
        class="progress"
        role="img"
        aria-label={`${progress.processed} processed, ${progress.failed + progress.interrupted} failed of ${progress.abs}`}
      >
        <div class="part fine" style={{ flexGrow: progress.processed }} />
        <div class="part bad" style={{ flexGrow: progress.failed + progress.interrupted }} />
        <div
          class="part calm"
          style={{ flexGrow: Math.max(0, progress.abs - progress.processed - progress.failed - progress.interrupted) }}
        />
      </div>
      <Orders orders={campaignOrders(campaignName(campaign.orderId), campaign.endedAs)} />
      <section>
        <h2>Failures by cause</h2>
        <Table
          label="failures by cause"
          columns={causeColumns(campaign.instrument)}
          rows={causes}
          id={({ cause }) => cause}
          empty="none"
        />
      </section>
      <section>
        <h2>Dates</h2>
        <Table
          label="dates"
          columns={dateColumns(campaign.instrument, campaign.trial)}
          rows={dates}
          id={({ date }) => date}
        />
      </section>
    </>
  )
}

function causeColumns(instrument: string): readonly Column<Page['causes'][number]>[] {
  return [
    { title: 'ABs', cell: ({ abs }) => abs, key: ({ abs }) => abs, align: 'right' },
    { title: 'cause', cell: ({ cause }) => cause, long: true },
    { title: 'for example', cell: ({ example }) => <a href={`/abs/${instrument}/${example}`}>{example}</a> },
  ]
}

const LOOKS: Record<OrderDateState, AnyState> = {
  waiting: 'pending',
  running: 'running',
  'put off': 'holding',
  skipped: 'left out',
  done: 'done',
  error: 'error',
  blocked: 'blocked',
  stopped: 'stopped',
}

function dateColumns(instrument: string, isTrial: boolean): readonly Column<Page['dates'][number]>[] {
  return [
    { title: 'date', cell: ({ date }) => <a href={`/dates/${instrument}/${date}`}>{date}</a>, key: ({ date }) => date },
    { title: 'state', cell: ({ state }) => <State state={LOOKS[state]} text={state} />, key: ({ state }) => state },
    { title: 'run', cell: ({ runNumber }) => runName(runNumber, isTrial), align: 'right' },
    { title: 'detail', cell: ({ detail }) => detail ?? '', long: true },
  ]
}
