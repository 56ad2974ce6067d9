import { useMemo, useState } from 'preact/hooks'
import type { DateEvent } from '../../../../database/date-view.ts'
import type { AbReport, RunReport } from '../../../../database/report.ts'
import { isOpenRun } from '../../../../domain/date-run.ts'
import { describeScope } from '../../../../domain/hold.ts'
import { useDocument, useStream } from '../../data.ts'
import { bytes, duration, moment, time } from '../../format.ts'
import { dateOrders, Orders } from '../../parts/orders.tsx'
import { Sketch } from '../../parts/sketch.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { useSession } from '../../session.ts'
import { State } from '../../states.tsx'
import type { Wire } from '../../wire.ts'
import { Blocks } from './blocks.tsx'
import { Cores } from './cores.tsx'
import { Ingestion } from './ingestion.tsx'
import type { RestOfDate } from './rest-of-date.ts'
import { shortName } from './short-name.ts'

type Ab = Wire<AbReport>

/** One date: the sketch, its blocks, its cores, its history. */
export function DateView({ instrument, date }: { instrument: string; date: string }) {
  const [rest, setRest] = useState<RestOfDate | null>(null)
  const [abs, setAbs] = useState<ReadonlyMap<string, Ab>>(new Map())
  const merge = (data: string, begin: boolean) => {
    const changed: readonly Ab[] = JSON.parse(data)
    setAbs((before) => new Map([...(begin ? [] : before), ...changed.map((ab) => [ab.abName, ab] as const)]))
  }
  const trouble = useStream(`/api/dates/${instrument}/${date}/live`, {
    date: (data) => setRest(JSON.parse(data)),
    abs: (data) => merge(data, false),
    'all abs': (data) => merge(data, true),
  })
  const list = useMemo(() => [...abs.values()], [abs])
  if (rest === null) return <Waiting path={`/api/dates/${instrument}/${date}`} />
  return <Page instrument={instrument} date={date} rest={rest} abs={list} trouble={trouble} />
}

/** A date that is not there says so; the stream alone would be silent. */
function Waiting({ path }: { path: string }) {
  const { error } = useDocument(path)
  return error === null ? <p class="faint">asking</p> : <p class="trouble">{error}</p>
}

interface PageProps {
  readonly instrument: string
  readonly date: string
  readonly rest: RestOfDate
  readonly abs: readonly Ab[]
  readonly trouble: string | null
}

function Page({ instrument, date, rest, abs, trouble }: PageProps) {
  const { temporalUi } = useSession()
  const run = rest.runs.at(-1) ?? null
  const isOpen = run !== null && isOpenRun(run.state)
  return (
    <>
      <h1>
        {instrument} {date} <State state={run?.state ?? 'registered'} />{' '}
        <span class="near">
          {rest.earlier === null ? null : (
            <a href={`/dates/${instrument}/${rest.earlier}`} rel="prev">
              ‹ {rest.earlier}
            </a>
          )}
          {rest.later === null ? null : (
            <a href={`/dates/${instrument}/${rest.later}`} rel="next">
              {rest.later} ›
            </a>
          )}
          {temporalUi === null ? null : (
            <a
              href={`${temporalUi.url}/namespaces/${temporalUi.namespace}/workflows/${encodeURIComponent(rest.workflowId)}`}
              target="_blank"
              rel="noreferrer"
            >
              workflow ↗
            </a>
          )}
        </span>
      </h1>
      {trouble === null ? null : <p class="trouble">{trouble}</p>}
      {run?.waitsFor == null ||
      rest.holds.some((hold) => run.waitsFor?.startsWith(`${hold.kind} by ${hold.placedBy}`)) ? null : (
        <p class="waits">waits: {run.waitsFor}</p>
      )}
      {rest.holds.map((hold) => (
        <p class="waits" key={hold.id}>
          {hold.kind} of {describeScope(hold.scope)} by {hold.placedBy} since {moment(hold.placedAt)}
          {hold.reason === '' ? '' : `: ${hold.reason}`}
        </p>
      ))}
      <Problems run={run} />
      <Sketch abs={abs} date={rest} />
      <Orders orders={dateOrders(instrument, date, { isOpen, isBlocked: run?.state === 'blocked' })} />
      <Blocks instrument={instrument} abs={abs} />
      <Cores instrument={instrument} rest={rest} isOpen={isOpen} />
      <section>
        <h2>Runs</h2>
        <Table
          label="runs"
          columns={runColumns}
          rows={rest.runs}
          id={({ runNumber }) => String(runNumber)}
          empty="none so far"
        />
      </section>
      <Ingestion lines={rest.ingestion} />
      <section>
        <h2>Log</h2>
        <Table
          label="log of the date"
          columns={eventColumns(instrument)}
          rows={rest.events.toReversed()}
          id={({ at, kind, abName, message }) => `${at} ${kind} ${abName} ${message}`}
        />
      </section>
    </>
  )
}

function Problems({ run }: { run: Wire<RunReport> | null }) {
  if (run === null || run.problems.length === 0) return null
  return (
    <section>
      <h2>{run.state === 'error' ? 'Why nothing was attempted' : 'What was in the way'}</h2>
      <ul class="problems">
        {run.problems.map((problem) => (
          <li>{problem}</li>
        ))}
      </ul>
    </section>
  )
}

function eventColumns(instrument: string): readonly Column<Wire<DateEvent>>[] {
  return [
    { title: 'at', cell: ({ at }) => <span title={moment(at)}>{time(at)}</span>, key: ({ at }) => at },
    { title: 'what', cell: ({ kind }) => kind, key: ({ kind }) => kind },
    {
      title: 'exposure',
      cell: ({ abName }) => (abName === null ? '' : <a href={`/abs/${instrument}/${abName}`}>{shortName(abName)}</a>),
      key: ({ abName }) => abName,
    },
    {
      title: 'message',
      cell: ({ message, who }) => [message, who === null ? '' : `(${who})`].filter(Boolean).join(' '),
      long: true,
    },
  ]
}

const runColumns: readonly Column<Wire<RunReport>>[] = [
  { title: 'run', cell: ({ runNumber }) => runNumber, key: ({ runNumber }) => runNumber, align: 'right' },
  { title: 'state', cell: ({ state }) => <State state={state} /> },
  { title: 'ordered by', cell: ({ orderedBy, kind }) => `${orderedBy} (${kind})` },
  { title: 'host', cell: ({ host }) => host },
  { title: 'pipeline', cell: ({ pipelineVersion }) => pipelineVersion ?? '' },
  { title: 'started', cell: ({ startedAt }) => moment(startedAt) },
  { title: 'ended', cell: ({ endedAt }) => moment(endedAt) },
  {
    title: 'took',
    cell: ({ startedAt, endedAt }) =>
      endedAt === null ? '' : duration((Date.parse(endedAt) - Date.parse(startedAt)) / 1000),
    align: 'right',
  },
  { title: 'freed', cell: ({ bytesFreed }) => bytes(bytesFreed), align: 'right' },
]
