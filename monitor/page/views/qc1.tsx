import type { Trend, TrendNames, TrendPoint } from '../../../database/qc1-trend.ts'
import { useDocument } from '../data.ts'
import { count, number } from '../format.ts'
import { type Column, Table } from '../parts/table.tsx'
import { TrendPlot } from '../parts/trend.tsx'
import { go, withSearch } from '../router.ts'
import { State } from '../states.tsx'
import type { Wire } from '../wire.ts'

interface Answer extends Wire<TrendNames> {
  readonly instrument: string
  readonly trend?: Wire<Trend>
}

/** Any parameter over time, by setting, with its limits. */
export function Qc1View({ address }: { address: URL }) {
  const given = (name: string) => address.searchParams.get(name) ?? ''
  const instruments = useDocument<{ years: readonly { instrument: string }[] }>('/api/overview')
  const known = [...new Set((instruments.document?.years ?? []).map(({ instrument }) => instrument))]
  const instrument = given('instrument') === '' ? (known[0] ?? null) : given('instrument')
  const query = new URLSearchParams(['name', 'setting', 'from', 'to'].map((name) => [name, given(name)]))
  const { document: answer, error } = useDocument<Answer>(
    instrument === null ? null : `/api/qc1/${instrument}?${query}`,
  )
  const set = (values: Record<string, string>) => go(withSearch(address, { instrument: instrument ?? '', ...values }))
  if (instruments.document !== null && instrument === null) return <p>Nothing is registered yet.</p>
  return (
    <>
      <h1>QC1 trends</h1>
      {error === null ? null : <p class="trouble">{error}</p>}
      <div class="tools">
        <label>
          instrument{' '}
          <select
            value={instrument ?? ''}
            onChange={(event) => set({ instrument: event.currentTarget.value, name: '', setting: '' })}
          >
            {[...new Set([...known, ...(instrument === null ? [] : [instrument])])].map((name) => (
              <option>{name}</option>
            ))}
          </select>
        </label>
        <label>
          value{' '}
          <select value={given('name')} onChange={(event) => set({ name: event.currentTarget.value })}>
            <option value="">choose</option>
            <optgroup label="scores, with limits">
              {answer?.scores.map((name) => (
                <option>{name}</option>
              ))}
            </optgroup>
            <optgroup label="QC1 parameters, * : median over the orders">
              {answer?.parameters.map((name) => (
                <option>{name}</option>
              ))}
            </optgroup>
          </select>
        </label>
        <label>
          setting{' '}
          <select value={given('setting')} onChange={(event) => set({ setting: event.currentTarget.value })}>
            <option value="">all</option>
            {answer?.settings.map((name) => (
              <option>{name}</option>
            ))}
          </select>
        </label>
        <label>
          from{' '}
          <input type="date" value={given('from')} onChange={(event) => set({ from: event.currentTarget.value })} />
        </label>
        <label>
          to <input type="date" value={given('to')} onChange={(event) => set({ to: event.currentTarget.value })} />
        </label>
      </div>
      {answer?.trend === undefined ? (
        <p class="faint">{answer?.scores.length === 0 ? 'Nothing has been measured yet.' : 'Choose a value.'}</p>
      ) : (
        <Drawn instrument={answer.instrument} trend={answer.trend} />
      )}
    </>
  )
}

function Drawn({ instrument, trend }: { instrument: string; trend: Wire<Trend> }) {
  if (trend.points.length === 0) return <p class="faint">no value like that is on record</p>
  const outside = trend.points.filter(({ score }) => score === 1)
  return (
    <>
      <h2>
        {trend.name}{' '}
        <span class="faint">
          {count(trend.points.length, 'exposure')}
          {trend.isCut ? ', the newest' : ''}
          {outside.length > 0 ? `, ${outside.length} not fine` : ''}
        </span>
      </h2>
      <TrendPlot instrument={instrument} trend={trend} />
      <p class="faint">Dashed: the limits of the newest value. A click goes to the AB, dragging zooms.</p>
      <h2>Values</h2>
      <Table
        label="values"
        columns={columns(instrument)}
        rows={trend.points.toReversed().slice(0, 500)}
        id={({ abName }) => abName}
      />
    </>
  )
}

function columns(instrument: string): readonly Column<Wire<TrendPoint>>[] {
  return [
    {
      title: 'AB',
      cell: ({ abName }) => <a href={`/abs/${instrument}/${abName}`}>{abName}</a>,
      key: ({ abName }) => abName,
    },
    { title: 'setting', cell: ({ setting }) => setting ?? '', key: ({ setting }) => setting },
    { title: 'value', cell: ({ value }) => number(value, 5), key: ({ value }) => value, align: 'right' },
    {
      title: 'is',
      cell: ({ score, limit }) =>
        limit === null ? (
          ''
        ) : score === null ? (
          <span class="faint">not scored</span>
        ) : (
          <State state={score === 0 ? 'done' : 'failed'} text={score === 0 ? 'fine' : 'not fine'} />
        ),
      key: ({ score }) => score,
    },
    { title: 'limit', cell: ({ limit }) => limit ?? '', long: true },
  ]
}
