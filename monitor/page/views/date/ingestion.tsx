import type { IngestionReport } from '../../../../database/report.ts'
import { count, moment } from '../../format.ts'
import { type Column, Table } from '../../parts/table.tsx'
import { State } from '../../states.tsx'
import type { Wire } from '../../wire.ts'

/** The ingestion log, open where something did not go in. */
export function Ingestion({ lines }: { lines: readonly Wire<IngestionReport>[] }) {
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
