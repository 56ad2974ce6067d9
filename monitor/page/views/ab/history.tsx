import { bytes, duration, moment } from '../../format.ts'
import { type Column, Table } from '../../parts/table.tsx'
import { State } from '../../states.tsx'
import type { Ab } from './block.ts'

/** What has become of every generation. */
export function Attempts({ ab }: { ab: Ab }) {
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
