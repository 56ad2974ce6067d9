import { useState } from 'preact/hooks'
import type { CalendarDay, CalendarYear } from '../../../database/calendar.ts'
import type { OpenRunLine, Overview, TroubledDate } from '../../../database/overview.ts'
import type { HostStatus } from '../../../database/status.ts'
import { campaignName } from '../../../domain/campaign.ts'
import { describeScope, type Hold } from '../../../domain/hold.ts'
import { useDocument, useStream } from '../data.ts'
import { bytes, count, duration, moment, percent, time } from '../format.ts'
import { Calendar } from '../parts/calendar.tsx'
import { Orders } from '../parts/orders.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { State } from '../states.tsx'
import type { Wire } from '../wire.ts'

type Now = Wire<Overview>

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
      {now.holds.length === 0 ? null : (
        <section>
          <h2>Holds</h2>
          <Table label="holds" columns={holdColumns} rows={now.holds} id={({ id }) => String(id)} />
        </section>
      )}
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
        <section>
          <h2>Hosts</h2>
          <Table
            label="hosts"
            columns={hostColumns(now.at)}
            rows={now.hosts}
            id={({ host }) => host}
            empty="no worker was ever seen"
          />
        </section>
      </div>
      <section>
        <h2>Calendar</h2>
        <p class="legend">
          <span class="day fine" /> done <span class="day fine share3">4</span> done, so many failed{' '}
          <span class="day busy">▸</span> running <span class="day warn">H</span> holding{' '}
          <span class="day warn">B</span> blocked <span class="day bad">E</span> error <span class="day calm">S</span>{' '}
          stopped <span class="day calm backlog">○</span> registered; a corner marks backlog
        </p>
        <div class="years">
          {now.years.map((year, index) => (
            <Year
              year={year}
              isOpen={index < 1 || year.instrument !== now.years[index - 1]?.instrument}
              version={versionOf(now)}
            />
          ))}
        </div>
      </section>
    </>
  )
}

/** One line that says whether anybody has to do anything. */
function Verdict({ now }: { now: Now }) {
  const away = now.hosts.filter((host) => isAway(host, now.at))
  const lacking = now.hosts.filter(
    ({ freeBytes, neededBytes }) => freeBytes !== null && neededBytes !== null && freeBytes < neededBytes,
  )
  const wrong = [
    ...(now.troubled.length > 0 ? [`${count(now.troubled.length, 'date')} blocked or in error`] : []),
    ...(now.holds.length > 0 ? [count(now.holds.length, 'hold')] : []),
    ...(away.length > 0 ? [`no worker seen on ${away.map(({ host }) => host).join(', ')}`] : []),
    ...(lacking.length > 0 ? [`little disk on ${lacking.map(({ host }) => host).join(', ')}`] : []),
  ]
  return wrong.length === 0 ? (
    <p class="verdict fine">
      <span class="sign">✓</span>Nothing needs a hand.
    </p>
  ) : (
    <p class="verdict bad">
      <span class="sign">✗</span>
      {wrong.join('; ')}
    </p>
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

const holdColumns: readonly Column<Wire<Hold>>[] = [
  { title: 'hold', cell: ({ kind }) => kind },
  { title: 'of', cell: ({ scope }) => describeScope(scope) },
  { title: 'by', cell: ({ placedBy }) => placedBy },
  { title: 'since', cell: ({ placedAt }) => moment(placedAt) },
  { title: 'why', cell: ({ reason }) => reason, long: true },
  { title: 'release', cell: ({ scope }) => <Release scope={scope} /> },
]

/** Releases what this hold holds. */
function Release({ scope }: { scope: Hold['scope'] }) {
  const body = scopeBody(scope)
  return (
    <Orders
      orders={[
        {
          name: 'Resume',
          meaning: `Releases every hold of ${describeScope(scope)}; what waited there goes on.`,
          path: '/api/resume',
          body: () => ({ scope: body }),
        },
      ]}
    />
  )
}

function scopeBody(scope: Hold['scope']): Record<string, unknown> {
  switch (scope.type) {
    case 'everything':
      return { all: true }
    case 'instrument':
      return { instrument: scope.instrument }
    case 'date':
      return { instrument: scope.instrument, date: scope.date }
    case 'host':
      return { host: scope.host }
    case 'archive':
      return { archive: scope.archive }
    case 'campaign':
      return { instrument: campaignName(scope.orderId) }
    case 'daily':
      return { instrument: `daily/${scope.instrument}` }
  }
}

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

function LastDay({ now: { lastDay } }: { now: Now }) {
  const answered = lastDay.processed + lastDay.failed + lastDay.interrupted
  const runs = Object.entries(lastDay.runs)
  return (
    <section>
      <h2>Last 24 hours</h2>
      <dl class="facts">
        <dt>processed</dt>
        <dd>{lastDay.processed}</dd>
        <dt>failed</dt>
        <dd>
          {lastDay.failed + lastDay.interrupted}{' '}
          <span class="faint">{percent(lastDay.failed + lastDay.interrupted, answered)}</span>
        </dd>
        <dt>archived</dt>
        <dd>
          {lastDay.idpsArchived} IDPs{' '}
          <span class="faint">{lastDay.idpsArchived > 0 ? bytes(lastDay.bytesArchived) : ''}</span>
        </dd>
        <dt>recipes</dt>
        <dd>{lastDay.recipeSeconds > 0 ? duration(lastDay.recipeSeconds) : 'none'}</dd>
        <dt>runs ended</dt>
        <dd>{runs.length === 0 ? 'none' : runs.map(([state, number]) => `${number} ${state}`).join(', ')}</dd>
        <dt>registered</dt>
        <dd>{count(lastDay.datesRegistered, 'date')}</dd>
      </dl>
      {lastDay.failures.length === 0 ? null : (
        <ul class="causes">
          {lastDay.failures.map((failure) => (
            <li>
              <span class="number">{failure.count}</span>
              <span>
                <a href={`/abs/${failure.instrument}/${failure.abName}`}>{failure.kind}</a>: {failure.cause}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function LeftOut({ now: { leftOut } }: { now: Now }) {
  const owned = leftOut.filter(({ isVirtual }) => !isVirtual)
  const virtual = leftOut.find(({ isVirtual }) => isVirtual)
  return (
    <section>
      <h2>Left out</h2>
      <Table label="left out by reason" columns={leftOutColumns} rows={owned} id={({ code }) => code} empty="none" />
      <p>
        Waiting for real calibrations (virtual): <b>{(virtual?.count ?? 0).toLocaleString('en')}</b>
        <span class="faint"> {virtual === undefined ? '' : `${virtual.recent} in 24 h`}</span>
      </p>
    </section>
  )
}

const leftOutColumns: readonly Column<Wire<Overview>['leftOut'][number]>[] = [
  { title: 'reason', cell: ({ code }) => code, key: ({ code }) => code },
  { title: '24 h', cell: ({ recent }) => recent, key: ({ recent }) => recent, align: 'right' },
  {
    title: 'all',
    cell: ({ count: number }) => number.toLocaleString('en'),
    key: ({ count: number }) => number,
    align: 'right',
  },
]

const AWAY_MS = 120_000

function isAway({ seenAt }: Wire<HostStatus>, at: string): boolean {
  return Date.parse(at) - Date.parse(seenAt) > AWAY_MS
}

function hostColumns(at: string): readonly Column<Wire<HostStatus>>[] {
  return [
    { title: 'host', cell: ({ host }) => host, key: ({ host }) => host },
    {
      title: 'recipes',
      hint: 'running recipes of the cores that may be used',
      cell: ({ recipes, cores }) => `${recipes} of ${cores}`,
      key: ({ recipes }) => recipes,
      align: 'right',
    },
    { title: 'load', cell: ({ load }) => load?.toFixed(1) ?? '', key: ({ load }) => load, align: 'right' },
    {
      title: 'disk free',
      cell: ({ freeBytes, neededBytes }) => (
        <span class={freeBytes !== null && neededBytes !== null && freeBytes < neededBytes ? 'state bad' : ''}>
          {bytes(freeBytes)}
        </span>
      ),
      key: ({ freeBytes }) => freeBytes,
      align: 'right',
    },
    {
      title: 'worker seen',
      cell: (host) =>
        isAway(host, at) ? (
          <span class="state bad">
            <span class="sign">✗</span>
            {moment(host.seenAt)}
          </span>
        ) : (
          'now'
        ),
      key: ({ seenAt }) => seenAt,
    },
  ]
}

/** What has changed of the days of a calendar shows in these. */
function versionOf({ openRuns, lastDay, years }: Now): string {
  return JSON.stringify([
    openRuns.map(({ runNumber, state, ended }) => [runNumber, state, ended]),
    lastDay.runs,
    years.length,
  ])
}

function Year({ year, isOpen, version }: { year: Wire<CalendarYear>; isOpen: boolean; version: string }) {
  const [open, setOpen] = useState(isOpen)
  const path = open ? `/api/calendar/${year.instrument}/${year.year}` : null
  const { document, error } = useDocument<{ days: readonly Wire<CalendarDay>[] }>(path, hashOf(version))
  const bad = year.failed
  return (
    <details class="year" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <b>
          {year.instrument} {year.year}
        </b>{' '}
        {count(year.dates, 'date')}, {year.processed.toLocaleString('en')} processed, {bad.toLocaleString('en')} failed{' '}
        <span class="faint">{percent(bad, bad + year.processed)}</span>
        {year.pending > 0 ? `, ${year.pending.toLocaleString('en')} pending` : ''}
      </summary>
      {error === null ? null : <p class="trouble">{error}</p>}
      {document === null ? null : <Calendar instrument={year.instrument} year={year.year} days={document.days} />}
    </details>
  )
}

function hashOf(text: string): number {
  let hash = 0
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) | 0
  return hash
}

function short(problems: readonly string[]): string {
  const [first, ...others] = problems
  return first === undefined ? '' : others.length === 0 ? first : `${first} (and ${others.length} more)`
}
