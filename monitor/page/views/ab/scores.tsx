import type { Score } from '../../../../domain/scores.ts'
import { number } from '../../format.ts'
import { type Column, Table } from '../../parts/table.tsx'
import { State } from '../../states.tsx'
import type { Wire } from '../../wire.ts'

/** Scores of the product with their limits; those of the calibrations stand beside these. */
export function Scores({ instrument, scores }: { instrument: string; scores: readonly Wire<Score>[] }) {
  return (
    <section>
      <h2>Scores</h2>
      <Table
        label="scores"
        columns={scoreColumns(instrument)}
        rows={scores.filter(({ name }) => !name.startsWith('association '))}
        id={({ name }) => name}
        empty="none: nothing was measured"
      />
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
