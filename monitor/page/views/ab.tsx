import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { GenerationView } from '../../../database/ab-view.ts'
import type { Qc1Row } from '../../../database/qc1.ts'
import type { Calibration } from '../../../domain/association-block.ts'
import type { Score } from '../../../domain/scores.ts'
import type { AbPage } from '../../server/routes/ab.ts'
import { useDocument, useStream } from '../data.ts'
import { bytes, duration, moment, number } from '../format.ts'
import { Comparison } from '../parts/comparison.tsx'
import { Spectrum } from '../parts/spectrum.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { State } from '../states.tsx'
import type { Wire } from '../wire.ts'

type Ab = Wire<AbPage>

/** One association block: everything that is known of it. */
export function AbView({ instrument, name }: { instrument: string; name: string }) {
  const path = `/api/abs/${instrument}/${name}`
  const [version, setVersion] = useState(0)
  const [liveLog, setLiveLog] = useState('')
  const { document: ab, error } = useDocument<Ab>(path, version)
  const trouble = useStream(`${path}/live`, {
    changed: () => setVersion((before) => before + 1),
    log: (data) => setLiveLog((before) => before + data),
    'whole log': (data) => setLiveLog(data),
  })
  if (error !== null) return <p class="trouble">{error}</p>
  if (ab === null) return <p class="faint">asking</p>
  return <Page ab={ab} path={path} liveLog={liveLog} trouble={trouble} />
}

function Page({ ab, path, liveLog, trouble }: { ab: Ab; path: string; liveLog: string; trouble: string | null }) {
  const attempt = ab.attempts.find(({ generation }) => generation === ab.generation) ?? null
  const current = ab.generations.find(({ generation }) => generation === ab.generation) ?? null
  return (
    <>
      <h1>
        {ab.abName} <State state={ab.state} />{' '}
        <span class="near">
          <a href={`/dates/${ab.instrument}/${ab.date}`}>
            {ab.instrument} {ab.date}
          </a>
        </span>
      </h1>
      {trouble === null ? null : <p class="trouble">{trouble}</p>}
      {ab.cause === null ? null : (
        <p class={ab.state === 'failed' || ab.state === 'interrupted' ? 'cause bad' : 'cause'}>
          {[ab.leftOutCode ?? attempt?.failure_kind, ab.cause].filter(Boolean).join(': ')}
        </p>
      )}
      <dl class="facts wide-facts">
        <dt>raw</dt>
        <dd>
          {ab.raws.map(({ dp_id, status }) => (
            <div key={dp_id}>
              {dp_id} <span class="faint">{status}</span>
            </div>
          ))}
        </dd>
        <dt>target</dt>
        <dd>{attempt?.target ?? <span class="faint">not read yet</span>}</dd>
        <dt>programme</dt>
        <dd>{ab.programId ?? ''}</dd>
        <dt>OB</dt>
        <dd>{ab.ab?.observationId ?? ''}</dd>
        <dt>mode</dt>
        <dd>{ab.rawType ?? ''}</dd>
        <dt>setting</dt>
        <dd>
          {attempt?.setting ?? ab.ab?.rawMatchKeys.map(({ keyword, value }) => `${keyword}=${value}`).join(' ') ?? ''}
        </dd>
        <dt>exposure</dt>
        <dd>{attempt?.exposure_seconds == null ? '' : `${number(attempt.exposure_seconds)} s`}</dd>
        <dt>recipe</dt>
        <dd>{[attempt?.recipe ?? ab.ab?.recipe, attempt?.pipeline_version].filter(Boolean).join(', ')}</dd>
        <dt>generation</dt>
        <dd>
          {ab.generation}, version {ab.version} of the block
        </dd>
      </dl>
      <Idps ab={ab} />
      {current === null ? null : (
        <section>
          <h2>Scores</h2>
          <Table
            label="scores"
            columns={scoreColumns(ab.instrument)}
            rows={current.scores.filter(({ name }) => !name.startsWith('association '))}
            id={({ name }) => name}
            empty="none: nothing was measured"
          />
        </section>
      )}
      <Calibrations ab={ab} scores={current?.scores ?? []} />
      {ab.generations.length > 1 ? <Comparison generations={ab.generations} /> : null}
      <Logs ab={ab} path={path} liveLog={liveLog} />
      <Attempts ab={ab} />
      <Qc1 instrument={ab.instrument} generation={current} />
      <section>
        <h2>Inputs</h2>
        <p class="faint">of generation {ab.generation}, with the checksums of what the recipe read</p>
        <Table
          label="inputs"
          columns={inputColumns}
          rows={ab.inputs}
          id={({ file_name }) => file_name}
          empty="no recipe has read any"
        />
      </section>
      <section>
        <h2>The block</h2>
        <details>
          <summary>version {ab.version} as the observatory wrote it</summary>
          <pre tabIndex={0}>{ab.content}</pre>
        </details>
      </section>
    </>
  )
}

function Idps({ ab }: { ab: Ab }) {
  const idps = ab.idps.filter(({ state }) => state !== 'superseded').toReversed()
  const shown = idps.find(({ generation }) => generation === ab.generation) ?? idps[0]
  const older =
    ab.idps.find(({ role, generation }) => role === shown?.role && generation < (shown?.generation ?? 0)) ?? null
  const [compares, setCompares] = useState(false)
  if (shown === undefined) return null
  return (
    <section>
      <h2>Spectrum</h2>
      <p>
        <State state={shown.state} /> <a href={`/idps/${shown.archive_name}`}>{shown.archive_name}</a>{' '}
        <span class="faint">
          {shown.role}, {bytes(shown.bytes)}, generation {shown.generation}
        </span>{' '}
        {older === null ? null : (
          <label>
            <input type="checkbox" checked={compares} onChange={(event) => setCompares(event.currentTarget.checked)} />{' '}
            with that of generation {older.generation}
          </label>
        )}
      </p>
      {shown.kind === 'standard' ? (
        <Spectrum name={shown.archive_name} other={compares ? (older?.archive_name ?? null) : null} />
      ) : (
        <p class="faint">the instrument file has no idp section: the product was copied as it is</p>
      )}
    </section>
  )
}

function scoreColumns(instrument: string): readonly Column<Wire<Score>>[] {
  return [
    {
      title: 'score',
      cell: ({ name }) => <a href={`/qc1?instrument=${instrument}&name=${encodeURIComponent(name)}`}>{name}</a>,
    },
    { title: 'value', cell: ({ value }) => number(value, 5), align: 'right' },
    {
      title: 'is',
      cell: ({ score }) =>
        score === null ? (
          <span class="faint">not scored</span>
        ) : (
          <State state={score === 0 ? 'done' : 'failed'} text={score === 0 ? 'fine' : 'not fine'} />
        ),
      key: ({ score }) => score,
    },
    { title: 'limit', cell: ({ limit }) => limit, long: true },
  ]
}

interface CalibrationRow extends Wire<Calibration> {
  readonly score: Wire<Score> | null
}

/** Calibrations of the block, and those that it should have. */
function Calibrations({ ab, scores }: { ab: Ab; scores: readonly Wire<Score>[] }) {
  const scoreOf = (category: string) => scores.find(({ name }) => name === `association ${category}`) ?? null
  const own: readonly CalibrationRow[] = (ab.ab?.calibrations ?? []).map((calibration) => ({
    ...calibration,
    score: scoreOf(calibration.category),
  }))
  const missing = scores.filter(
    ({ name, limit }) => name.startsWith('association ') && limit.includes('none in the block'),
  )
  const rows = [
    ...missing.map(
      (score): CalibrationRow => ({
        flag: 'VIRTUAL',
        fileName: '',
        category: score.name.slice('association '.length),
        distanceDays: null,
        score,
      }),
    ),
    ...own,
  ]
  return (
    <section>
      <h2>Calibrations</h2>
      <Table
        label="calibrations"
        columns={calibrationColumns}
        rows={rows}
        id={({ category, fileName }) => `${category} ${fileName}`}
        empty="the block names none"
      />
    </section>
  )
}

const calibrationColumns: readonly Column<CalibrationRow>[] = [
  { title: 'category', cell: ({ category }) => category, key: ({ category }) => category },
  {
    title: 'file',
    cell: ({ fileName, flag }) =>
      fileName === '' ? (
        ''
      ) : flag === 'VIRTUAL' ? (
        <>
          {fileName} <State state="interrupted" text="virtual" />
        </>
      ) : (
        fileName
      ),
    key: ({ fileName }) => fileName,
  },
  {
    title: 'days away',
    hint: 'from the exposure; negative: before it',
    cell: ({ distanceDays }) => number(distanceDays, 3),
    key: ({ distanceDays }) => (distanceDays === null ? null : Math.abs(distanceDays)),
    align: 'right',
  },
  { title: 'is', cell: ({ score, fileName }) => evaluation(score, fileName), key: ({ score }) => score?.score ?? null },
  { title: 'limit', cell: ({ score }) => score?.limit ?? '', long: true },
]

function evaluation(score: Wire<Score> | null, fileName: string) {
  if (score === null || score.score === null) return <span class="faint">not scored</span>
  if (score.score === 0) return <State state="done" text="OK" />
  return <State state="failed" text={fileName === '' ? 'MISS' : 'NOK'} />
}

/** The live log while a recipe runs here; else that of the answer. */
function Logs({ ab, path, liveLog }: { ab: Ab; path: string; liveLog: string }) {
  const isRunning = ab.state === 'running'
  const [text, setText] = useState<string | null>(null)
  const [shown, setShown] = useState<'log' | 'header' | 'frames'>('log')
  const [problem, setProblem] = useState('')
  useEffect(() => {
    if (isRunning) return
    let isWanted = true
    fetch(`${path}/${shown}`)
      .then(async (reply) => {
        const said = await reply.text()
        if (!isWanted) return
        setText(reply.ok ? said : '')
        setProblem(reply.ok ? '' : `the monitor answered with ${reply.status}`)
      })
      .catch(() => isWanted && setProblem('the monitor does not answer'))
    return () => {
      isWanted = false
    }
  }, [path, shown, isRunning, ab.generation])
  return (
    <section>
      <h2>Log of the recipe {isRunning ? <State state="running" text="live" /> : null}</h2>
      {ab.warnings === null ? null : (
        <ul class="problems">
          {ab.warnings
            .split('\n')
            .filter(Boolean)
            .map((line) => (
              <li>{line}</li>
            ))}
        </ul>
      )}
      {isRunning ? (
        <LogText text={liveLog === '' ? 'nothing yet, or the recipe runs on another host' : liveLog} />
      ) : (
        <>
          <div class="tools" role="group" aria-label="text">
            {(['log', 'header', 'frames'] as const).map((kind) => (
              <button aria-pressed={shown === kind} onClick={() => setShown(kind)}>
                {{ log: 'log', header: 'raw header', frames: 'set of frames' }[kind]}
              </button>
            ))}
          </div>
          {text === null || text === '' ? (
            <p class="faint">{problem === '' ? 'none' : problem}</p>
          ) : (
            <LogText text={text} />
          )}
        </>
      )}
    </section>
  )
}

/** Begins at its end, where the errors stand, and stays there while the reader does. */
function LogText({ text }: { text: string }) {
  const place = useRef<HTMLPreElement>(null)
  const atEnd = useRef(true)
  const parts = useMemo(() => markedParts(text), [text])
  useEffect(() => {
    if (place.current !== null && atEnd.current) place.current.scrollTop = place.current.scrollHeight
  }, [text])
  return (
    <pre
      ref={place}
      tabIndex={0}
      aria-label="text of the log"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 30
      }}
    >
      {parts.map(({ look, lines }) => (look === null ? lines : <span class={look}>{lines}</span>))}
    </pre>
  )
}

interface LogPart {
  readonly look: 'log-error' | 'log-warning' | null
  readonly lines: string
}

/** Lines of errors and warnings apart from all others, which stay together: a log may have a hundred thousand. */
function markedParts(text: string): readonly LogPart[] {
  const parts: { look: LogPart['look']; lines: string }[] = []
  for (const line of text.split('\n')) {
    const look = /\[ ?ERROR ?\]/.test(line) ? 'log-error' : /\[ ?WARNING ?\]/.test(line) ? 'log-warning' : null
    const last = parts.at(-1)
    if (last === undefined || last.look !== look) parts.push({ look, lines: `${line}\n` })
    else last.lines += `${line}\n`
  }
  return parts
}

function Attempts({ ab }: { ab: Ab }) {
  return (
    <section>
      <h2>History</h2>
      <Table
        label="attempts"
        columns={attemptColumns}
        rows={ab.attempts}
        id={({ generation }) => String(generation)}
        empty="no attempt has ended"
      />
      <details>
        <summary>
          {ab.starts.length} recipe starts, {ab.versions.length} versions of the block, {ab.events.length} events
        </summary>
        <Table label="starts" columns={startColumns} rows={ab.starts} id={({ start_id }) => String(start_id)} />
        <Table label="versions" columns={versionColumns} rows={ab.versions} id={({ version }) => String(version)} />
        <Table label="events" columns={abEventColumns} rows={ab.events} id={({ at, kind }) => `${at} ${kind}`} />
      </details>
    </section>
  )
}

const attemptColumns: readonly Column<Ab['attempts'][number]>[] = [
  { title: 'generation', cell: ({ generation }) => generation, align: 'right' },
  {
    title: 'outcome',
    cell: ({ outcome, failure_kind }) => (
      <State state={outcome} text={[outcome, failure_kind].filter(Boolean).join(' ')} />
    ),
  },
  { title: 'host', cell: ({ host }) => host },
  { title: 'pipeline', cell: ({ pipeline_version }) => pipeline_version ?? '' },
  { title: 'exit', cell: ({ signal, exit_code }) => signal ?? exit_code ?? '', align: 'right' },
  { title: 'time', cell: ({ wall_seconds }) => duration(wall_seconds), align: 'right' },
  { title: 'CPU', cell: ({ cpu_seconds }) => duration(cpu_seconds), align: 'right' },
  { title: 'memory', cell: ({ peak_rss_bytes }) => bytes(peak_rss_bytes), align: 'right' },
  { title: 'read', cell: ({ bytes_read }) => bytes(bytes_read), align: 'right' },
  { title: 'written', cell: ({ bytes_written }) => bytes(bytes_written), align: 'right' },
  { title: 'ended', cell: ({ ended_at }) => moment(ended_at) },
]

const startColumns: readonly Column<Ab['starts'][number]>[] = [
  { title: 'start', cell: ({ start_id }) => start_id, align: 'right' },
  { title: 'run', cell: ({ run_number }) => run_number, align: 'right' },
  { title: 'host', cell: ({ host }) => host },
  { title: 'started', cell: ({ started_at }) => moment(started_at) },
  { title: 'ended', cell: ({ ended_at }) => moment(ended_at) },
  { title: 'as', cell: ({ ended_as }) => ended_as ?? 'not ended' },
  { title: 'detail', cell: ({ detail }) => detail ?? '', long: true },
]

const versionColumns: readonly Column<Ab['versions'][number]>[] = [
  { title: 'version', cell: ({ version }) => version, align: 'right' },
  { title: 'registered', cell: ({ registered_at }) => moment(registered_at) },
  { title: 'readable', cell: ({ readable }) => (readable ? 'yes' : 'malformed') },
  { title: 'SHA-256', cell: ({ sha256 }) => <code>{sha256}</code> },
]

const abEventColumns: readonly Column<Ab['events'][number]>[] = [
  { title: 'at', cell: ({ at }) => moment(at) },
  { title: 'event', cell: ({ kind }) => kind },
  {
    title: 'message',
    cell: ({ message, who }) => [message, who === null ? '' : `(${who})`].filter(Boolean).join(' '),
    long: true,
  },
]

const inputColumns: readonly Column<Ab['inputs'][number]>[] = [
  { title: 'file', cell: ({ file_name }) => file_name },
  { title: 'kind', cell: ({ kind }) => kind },
  { title: 'category', cell: ({ category }) => category },
  { title: 'size', cell: ({ bytes: size }) => bytes(size), align: 'right' },
  { title: 'SHA-256', cell: ({ sha256 }) => <code title={sha256}>{sha256.slice(0, 16)}…</code> },
]

/** QC1 parameters; those of the orders as one row each, since there are twenty or more of them. */
function Qc1({ instrument, generation }: { instrument: string; generation: Wire<GenerationView> | null }) {
  const rows = useMemo(() => groups(generation?.qc1 ?? []), [generation])
  if (generation === null || rows.length === 0) return null
  return (
    <section>
      <h2>QC1 parameters</h2>
      <Table label="QC1 parameters" columns={qc1Columns(instrument)} rows={rows} id={({ name }) => name} />
    </section>
  )
}

interface Qc1Group {
  readonly name: string
  readonly unit: string | null
  readonly values: readonly number[]
  readonly text: string | null
}

function groups(rows: readonly Wire<Qc1Row>[]): readonly Qc1Group[] {
  const byName = new Map<string, Qc1Group>()
  for (const { name, unit, value, text } of rows) {
    const common = name.replace(/^QC ORD\d+ /, 'QC ORD* ')
    const before = byName.get(common)
    const values = [...(before?.values ?? []), ...(value === null ? [] : [value])]
    byName.set(common, { name: common, unit, values, text: text ?? before?.text ?? null })
  }
  return [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function qc1Columns(instrument: string): readonly Column<Qc1Group>[] {
  return [
    {
      title: 'parameter',
      cell: ({ name }) => <a href={`/qc1?instrument=${instrument}&name=${encodeURIComponent(name)}`}>{name}</a>,
      key: ({ name }) => name,
    },
    { title: 'values', cell: ({ values }) => (values.length > 1 ? values.length : ''), align: 'right' },
    {
      title: 'value or median',
      cell: ({ values, text }) => (values.length === 0 ? (text ?? '') : number(median(values), 5)),
      align: 'right',
    },
    {
      title: 'lowest',
      cell: ({ values }) => (values.length > 1 ? number(Math.min(...values), 5) : ''),
      align: 'right',
    },
    {
      title: 'highest',
      cell: ({ values }) => (values.length > 1 ? number(Math.max(...values), 5) : ''),
      align: 'right',
    },
    { title: 'unit', cell: ({ unit }) => unit ?? '' },
    { title: 'by order', cell: ({ values }) => (values.length > 1 ? <Bars values={values} /> : '') },
  ]
}

function Bars({ values }: { values: readonly number[] }) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
  const scale = 18 / (high - low || 1)
  return (
    <svg
      width={values.length * 4}
      height="18"
      role="img"
      aria-label={values.map((value) => number(value, 3)).join(', ')}
    >
      {values.map((value, index) => {
        const top = (high - Math.max(0, value)) * scale
        return <rect class="bar" x={index * 4} y={top} width="3" height={Math.max(1, Math.abs(value) * scale)} />
      })}
    </svg>
  )
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}
