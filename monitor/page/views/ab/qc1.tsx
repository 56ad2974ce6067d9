import { useMemo } from 'preact/hooks'
import type { GenerationView } from '../../../../database/ab-view.ts'
import type { Qc1Row } from '../../../../database/qc1.ts'
import { number } from '../../format.ts'
import { type Column, Table } from '../../parts/table.tsx'
import type { Wire } from '../../wire.ts'

/** QC1 parameters; those of the orders as one row each, since there are twenty or more of them. */
export function Qc1({ instrument, generation }: { instrument: string; generation: Wire<GenerationView> | null }) {
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
