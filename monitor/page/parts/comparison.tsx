import { useMemo, useState } from 'preact/hooks'
import type { GenerationView } from '../../../database/ab-view.ts'
import { number } from '../format.ts'
import type { Wire } from '../wire.ts'
import { type Column, Table } from './table.tsx'

type Generation = Wire<GenerationView>

interface Row {
  readonly name: string
  readonly older: number | null
  readonly newer: number | null
  readonly olderScore: 0 | 1 | null
  readonly newerScore: 0 | 1 | null
}

/** Old against new, after a re-processing or a trial: the scores of two generations side by side. A trial bears a number below zero. */
export function Comparison({ generations }: { generations: readonly Generation[] }) {
  const [first = 0, second = 0] = newest(generations)
  const [old, setOld] = useState(first)
  const [now, setNow] = useState(second)
  const rows = useMemo(() => compared(of(generations, old), of(generations, now)), [generations, old, now])
  const choice = (label: string, value: number, set: (value: number) => void) => (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => set(Number(event.currentTarget.value))}>
        {generations.map(({ generation }) => (
          <option value={generation}>{generation < 0 ? `trial ${-generation}` : `generation ${generation}`}</option>
        ))}
      </select>
    </label>
  )
  return (
    <section>
      <h2>Old against new</h2>
      <div class="tools">
        {choice('old', old, setOld)} {choice('new', now, setNow)}
      </div>
      <Table
        label="old against new"
        columns={columns}
        rows={rows}
        id={({ name }) => name}
        empty="neither has measured anything"
      />
    </section>
  )
}

/** A trial against what counts now, else the last two that counted. The newest trial has the lowest number. */
function newest(generations: readonly Generation[]): readonly number[] {
  const numbers = generations.map(({ generation }) => generation).toSorted((a, b) => a - b)
  const [lowest = 0] = numbers
  const counted = numbers.filter((number) => number > 0)
  return lowest < 0 ? [counted.at(-1) ?? lowest, lowest] : counted.slice(-2)
}

const columns: readonly Column<Row>[] = [
  { title: 'score', cell: ({ name }) => name, key: ({ name }) => name },
  { title: 'old', cell: ({ older }) => number(older, 5), align: 'right' },
  { title: 'new', cell: ({ newer }) => number(newer, 5), align: 'right' },
  {
    title: 'new / old',
    cell: ({ older, newer }) => (older === null || newer === null || older === 0 ? '' : (newer / older).toFixed(3)),
    key: ({ older, newer }) => (older === null || newer === null || older === 0 ? null : newer / older),
    align: 'right',
  },
  {
    title: 'change',
    cell: ({ olderScore, newerScore }) =>
      olderScore === newerScore ? (
        ''
      ) : newerScore === 1 ? (
        <b>✗ not fine any more</b>
      ) : newerScore === 0 ? (
        <b>✓ fine now</b>
      ) : (
        'not scored'
      ),
  },
]

function of(generations: readonly Generation[], wanted: number): Generation | null {
  return generations.find(({ generation }) => generation === wanted) ?? null
}

function compared(old: Generation | null, now: Generation | null): readonly Row[] {
  const names = [...new Set([...(old?.scores ?? []), ...(now?.scores ?? [])].map(({ name }) => name))]
  return names.map((name) => {
    const [older, newer] = [old, now].map((generation) => generation?.scores.find((score) => score.name === name))
    return {
      name,
      older: older?.value ?? null,
      newer: newer?.value ?? null,
      olderScore: older?.score ?? null,
      newerScore: newer?.score ?? null,
    }
  })
}
