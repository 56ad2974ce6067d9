import { useState } from 'preact/hooks'
import type { OpenRunLine, TroubledDate } from '../../../../database/overview.ts'
import { useStream } from '../../data.ts'
import { count, moment, time } from '../../format.ts'
import { type Column, Table } from '../../parts/table.tsx'
import { State } from '../../states.tsx'
import type { Wire } from '../../wire.ts'
import { Holds } from './holds.tsx'
import { Hosts } from './hosts.tsx'
import { LastDay } from './last-day.tsx'
import { LeftOut } from './left-out.tsx'
import type { Now } from './now.ts'
import { Verdict } from './verdict.tsx'
import { Years } from './years.tsx'

/** Two minutes in the morning: what is wrong, what runs, what waits and why, what came of the night, and the calendar. */
export function OverviewView() {
  const [now, setNow] = useState<Now | null>(null)
  const trouble = useStream('/api/overview/live', { overview: (data) => setNow(JSON.parse(data)) })
  if (now === null) return trouble === null ? <p class="faint">asking</p> : <p class="trouble">{trouble}</p>
  return (
    <>
      <h1>
        Overview <span class="faint">{moment(now.at)}</span>
      </h1>
      {trouble === null ? null : <p class="trouble">{trouble}</p>}
      <Verdict now={now} />
      {now.troubled.length === 0 ? null : (
        <section>
          <h2>Dates in trouble</h2>
          <Table
            label="dates in trouble"
            columns={troubledColumns}
            rows={now.troubled}
            id={({ runNumber }) => String(runNumber)}
          />
        </section>
      )}
      {now.holds.length === 0 ? null : <Holds holds={now.holds} />}
      <section>
        <h2>At work</h2>
        <Table
          label="open runs"
          columns={runColumns}
          rows={now.openRuns}
          id={({ runNumber }) => String(runNumber)}
          empty="no run is open"
        />
      </section>
      <div class="columns">
        <LastDay now={now} />
        <LeftOut now={now} />
        <Hosts hosts={now.hosts} at={now.at} />
      </div>
      <Years now={now} />
    </>
  )
}

const dateLink = ({ instrument, date }: { instrument: string; date: string }) => (
  <a href={`/dates/${instrument}/${date}`}>
    {instrument} {date}
  </a>
)

const troubledColumns: readonly Column<Wire<TroubledDate>>[] = [
  { title: 'date', cell: dateLink, key: ({ date }) => date },
  { title: 'state', cell: ({ state }) => <State state={state} />, key: ({ state }) => state },
  { title: 'run', cell: ({ runNumber }) => runNumber, key: ({ runNumber }) => runNumber, align: 'right' },
  { title: 'ended', cell: ({ endedAt }) => moment(endedAt), key: ({ endedAt }) => endedAt },
  {
    title: 'IDPs waiting',
    cell: ({ pendingIdps }) => pendingIdps || '',
    key: ({ pendingIdps }) => pendingIdps,
    align: 'right',
  },
  { title: 'why', cell: ({ problems }) => short(problems), long: true },
]

const runColumns: readonly Column<Wire<OpenRunLine>>[] = [
  { title: 'date', cell: dateLink, key: ({ date }) => date },
  { title: 'state', cell: ({ state }) => <State state={state} />, key: ({ state }) => state },
  { title: 'does, or waits for', cell: (run) => run.waitsFor ?? doing(run), long: true },
  {
    title: 'answers',
    cell: ({ ended, running, pending }) => `${ended} of ${ended + running + pending}`,
    key: ({ ended }) => ended,
    align: 'right',
  },
  { title: 'failed', cell: ({ failed }) => failed || '', key: ({ failed }) => failed, align: 'right' },
  { title: 'ends about', cell: ({ endExpectedAt }) => time(endExpectedAt), key: ({ endExpectedAt }) => endExpectedAt },
  { title: 'host', cell: ({ host }) => host, key: ({ host }) => host, wide: true },
  { title: 'since', cell: ({ startedAt }) => moment(startedAt), key: ({ startedAt }) => startedAt, wide: true },
  {
    title: 'ordered by',
    cell: ({ orderedBy, kind }) => `${orderedBy} (${kind})`,
    key: ({ orderedBy }) => orderedBy,
    wide: true,
  },
]

function doing({ phase, running }: Wire<OpenRunLine>): string {
  if (phase === 'mcalibs') return 'downloads mcalibs'
  if (phase === 'ingest') return 'ingests'
  if (phase === 'clean up') return 'cleans up'
  return running === 0 ? '' : count(running, 'recipe')
}

function short(problems: readonly string[]): string {
  const [first, ...others] = problems
  return first === undefined ? '' : others.length === 0 ? first : `${first} (and ${others.length} more)`
}
