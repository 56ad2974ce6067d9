import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { DateEvent } from '../../../database/date-view.ts'
import type { AbReport, IngestionReport, RunReport } from '../../../database/report.ts'
import { isOpenRun } from '../../../domain/date-run.ts'
import { describeScope } from '../../../domain/hold.ts'
import type { DatePage } from '../../server/routes/date.ts'
import { useDocument, useStream } from '../data.ts'
import { bytes, count, duration, moment, number, time } from '../format.ts'
import { CoreTimeLine } from '../parts/core-time-line.tsx'
import { dateOrders, Orders } from '../parts/orders.tsx'
import { Sketch } from '../parts/sketch.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { go, useAddress, withSearch } from '../router.ts'
import { useSession } from '../session.ts'
import { type AnyState, State, STATES } from '../states.tsx'
import type { Wire } from '../wire.ts'

type Ab = Wire<AbReport>
type Rest = Wire<Omit<DatePage, 'abs'>>

/** One date: the sketch, its blocks, its cores, its history. */
export function DateView({ instrument, date }: { instrument: string; date: string }) {
  const [rest, setRest] = useState<Rest | null>(null)
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
  readonly rest: Rest
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
      {run?.waitsFor == null ? null : <p class="waits">waits: {run.waitsFor}</p>}
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
      <section>
        <h2>Cores</h2>
        <Cores instrument={instrument} rest={rest} isOpen={isOpen} />
      </section>
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

/** Of the newest run that has started a recipe. */
function Cores({ instrument, rest, isOpen }: { instrument: string; rest: Rest; isOpen: boolean }) {
  const withSpans = rest.runs.filter((run) => spansOf(rest, run).length > 0)
  const [chosen, choose] = useState<number | null>(null)
  const run = withSpans.find(({ runNumber }) => runNumber === chosen) ?? withSpans.at(-1)
  const now = useNow(isOpen)
  return (
    <>
      {withSpans.length < 2 ? null : (
        <label>
          run{' '}
          <select value={run?.runNumber} onChange={(event) => choose(Number(event.currentTarget.value))}>
            {withSpans.map(({ runNumber }) => (
              <option value={runNumber}>{runNumber}</option>
            ))}
          </select>
        </label>
      )}
      <CoreTimeLine instrument={instrument} spans={run === undefined ? [] : spansOf(rest, run)} now={now} />
    </>
  )
}

function spansOf({ coreSpans }: Rest, { startedAt, endedAt }: Wire<RunReport>): Rest['coreSpans'] {
  return coreSpans.filter((span) => span.startedAt >= startedAt && (endedAt === null || span.startedAt <= endedAt))
}

/** The clock, once a second while it is wanted. */
function useNow(isWanted: boolean): string {
  const [now, setNow] = useState(() => new Date().toISOString())
  useEffect(() => {
    if (!isWanted) return
    const timer = setInterval(() => setNow(new Date().toISOString()), 1000)
    return () => clearInterval(timer)
  }, [isWanted])
  return now
}

const FILTERS: readonly AnyState[] = [
  'running',
  'pending',
  'processed',
  'failed',
  'interrupted',
  'left out',
  'withdrawn',
]

/** The blocks, as an operator recognises them. What is filtered stands in the address, so that it can be sent to a colleague. */
function Blocks({ instrument, abs }: { instrument: string; abs: readonly Ab[] }) {
  const address = useAddress()
  const input = useRef<HTMLInputElement>(null)
  const wanted = address.searchParams.get('state') ?? ''
  const text = address.searchParams.get('find') ?? ''
  const columns = useMemo(() => blockColumns(instrument), [instrument])
  const rows = useMemo(
    () => abs.filter((ab) => (wanted === '' || ab.state === wanted) && matches(ab, text)),
    [abs, wanted, text],
  )
  const set = (values: Record<string, string>) => go(withSearch(address, values), { replace: true })
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return
      event.preventDefault()
      input.current?.focus()
    }
    document.addEventListener('keydown', focus)
    return () => document.removeEventListener('keydown', focus)
  }, [])
  return (
    <section>
      <h2>
        Association blocks{' '}
        <span class="faint">{rows.length === abs.length ? abs.length : `${rows.length} of ${abs.length}`}</span>
      </h2>
      <div class="tools">
        {['' as const, ...FILTERS].map((state) => {
          const many = state === '' ? abs.length : abs.filter((ab) => ab.state === state).length
          if (many === 0 && state !== '' && wanted !== state) return null
          return (
            <button aria-pressed={wanted === state} onClick={() => set({ state })}>
              {state === '' ? 'all' : `${STATES[state].sign} ${state}`} <span class="faint">{many}</span>
            </button>
          )
        })}
        <input
          ref={input}
          type="search"
          placeholder="find (/)"
          aria-label="find in the blocks"
          value={text}
          onInput={(event) => set({ find: event.currentTarget.value })}
        />
      </div>
      <Table
        label="association blocks"
        columns={columns}
        rows={rows}
        id={({ abName }) => abName}
        empty="no block is like that"
      />
    </section>
  )
}

function matches(ab: Ab, text: string): boolean {
  if (text === '') return true
  const words = [
    ab.abName,
    ab.target,
    ab.programId,
    ab.observationId,
    ab.rawType,
    ab.setting,
    ab.state,
    ab.leftOutCode,
    ab.cause,
    ab.host,
  ]
  const all = words
    .filter((word) => word !== null)
    .join(' ')
    .toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}

const PHASES = { raw: 'downloads raw', core: 'waits for a core', recipe: 'recipe', products: 'checks, IDP' } as const

function blockColumns(instrument: string): readonly Column<Ab>[] {
  return [
    {
      title: 'exposure',
      hint: 'start of the exposure, from the name of the raw (UT)',
      cell: ({ abName }) => (
        <a href={`/abs/${instrument}/${abName}`} title={abName}>
          {shortName(abName)}
        </a>
      ),
      key: ({ abName }) => abName,
    },
    { title: 'target', cell: ({ target }) => target ?? '', key: ({ target }) => target },
    { title: 'programme', cell: ({ programId }) => programId ?? '', key: ({ programId }) => programId, wide: true },
    {
      title: 'OB',
      cell: ({ observationId }) => observationId ?? '',
      key: ({ observationId }) => observationId,
      wide: true,
    },
    {
      title: 'nm',
      hint: 'central wavelength',
      cell: ({ setting }) => setting ?? '',
      key: ({ setting }) => Number(setting),
      align: 'right',
    },
    { title: 'mode', cell: ({ rawType }) => rawType ?? '', key: ({ rawType }) => rawType, wide: true },
    {
      title: 'exp. s',
      hint: 'exposure time',
      cell: ({ exposureSeconds }) => number(exposureSeconds),
      key: ({ exposureSeconds }) => exposureSeconds,
      align: 'right',
      wide: true,
    },
    {
      title: 'state',
      cell: ({ state, phase }) => (
        <State
          state={phase === null || state === 'running' ? state : 'running'}
          text={phase === null ? state : PHASES[phase]}
        />
      ),
      key: ({ state }) => state,
    },
    { title: 'host', cell: ({ host }) => host ?? '', key: ({ host }) => host, wide: true },
    {
      title: 'time',
      hint: 'of the recipe',
      cell: ({ wallSeconds }) => duration(wallSeconds),
      key: ({ wallSeconds }) => wallSeconds,
      align: 'right',
    },
    {
      title: 'calib.',
      hint: 'calibrations beyond their validity (NOK) and missing ones (MISS)',
      cell: (ab) => calibrations(ab),
      key: ({ calibrationsNok, calibrationsMissing }) => calibrationsNok + calibrationsMissing,
    },
    {
      title: 'S/N',
      hint: 'median over the orders',
      cell: ({ signalToNoise }) => signalToNoise?.toFixed(1) ?? '',
      key: ({ signalToNoise }) => signalToNoise,
      align: 'right',
    },
    {
      title: 'scores',
      hint: 'not fine, of those that could be held against a limit',
      cell: ({ scored, notFine }) =>
        scored === 0 ? (
          ''
        ) : notFine === 0 ? (
          <span class="faint">0 of {scored}</span>
        ) : (
          <b>{`${notFine} of ${scored}`}</b>
        ),
      key: ({ notFine, scored }) => (scored === 0 ? null : notFine),
      align: 'right',
    },
    {
      title: 'cause',
      cell: ({ leftOutCode, failureKind, cause }) => [leftOutCode ?? failureKind, cause].filter(Boolean).join(': '),
      key: ({ leftOutCode, failureKind, cause }) => leftOutCode ?? failureKind ?? cause,
      long: true,
    },
  ]
}

function calibrations({ calibrationsNok, calibrationsMissing, scored }: Ab) {
  const parts = [
    ...(calibrationsNok > 0 ? [`${calibrationsNok} NOK`] : []),
    ...(calibrationsMissing > 0 ? [`${calibrationsMissing} MISS`] : []),
  ]
  if (parts.length > 0) return <b>{parts.join(', ')}</b>
  return scored > 0 ? <span class="faint">OK</span> : ''
}

/** `UVES.2026-03-02T03:36:00.000.ab` on a page that tells the date: its time, and a tag if there is one, are what differs. */
function shortName(abName: string): string {
  const [, time, tag = ''] = /T(\d\d:\d\d:\d\d)\.\d+(.*)\.ab$/.exec(abName) ?? []
  return time === undefined ? abName : time + tag
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

function Ingestion({ lines }: { lines: readonly Wire<IngestionReport>[] }) {
  const bad = lines.filter(({ result }) => result !== 'live')
  return (
    <section>
      <h2>Ingestion</h2>
      <details open={bad.length > 0}>
        <summary>
          {count(lines.length - bad.length, 'IDP')} brought in
          {bad.length > 0 ? `, ${count(bad.length, 'failure')}` : ''}
        </summary>
        <Table
          label="ingestion log"
          columns={ingestionColumns}
          rows={lines.toReversed()}
          id={({ at, archiveName, result }) => `${at} ${archiveName} ${result}`}
        />
      </details>
    </section>
  )
}

const ingestionColumns: readonly Column<Wire<IngestionReport>>[] = [
  { title: 'at', cell: ({ at }) => moment(at), key: ({ at }) => at },
  {
    title: 'IDP',
    cell: ({ archiveName }) => <a href={`/idps/${archiveName}`}>{archiveName}</a>,
    key: ({ archiveName }) => archiveName,
  },
  {
    title: 'result',
    cell: ({ result }) => (
      <State state={result === 'live' ? 'live' : result === 'refused' ? 'failed' : 'interrupted'} text={result} />
    ),
    key: ({ result }) => result,
  },
  { title: 'message', cell: ({ message }) => message, long: true },
]

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
