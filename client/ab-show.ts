import { type AbKey, type AbRecord, readAbRecord } from '../database/ab-record.ts'
import type { Database } from '../database/connect.ts'
import { activeHolds } from '../database/holds.ts'
import { describeScope, type Hold, inScope } from '../domain/hold.ts'
import { printable } from '../pipeline/read-log.ts'
import type { Settings } from '../settings/settings.ts'
import { clockTime } from './clock-time.ts'
import type { Output } from './output.ts'
import { startPlace } from './place.ts'

/** Everything on record of one block. */
export async function showAb(settings: Settings, output: Output, database: Database, key: AbKey): Promise<void> {
  const record = await readAbRecord(database, key)
  const place = startPlace(settings, { ...key, orderId: 0, host: settings.host })
  const holds = (await activeHolds(database)).filter(({ scope }) => inScope(scope, place))
  output.result({ ...record, holds }, () => show(record, holds, output))
}

function show(record: AbRecord, holds: readonly Hold[], output: Output): void {
  const { abName, instrument, date, state, generation, version, leftOutCode, cause } = record
  output.heading(`${abName}: ${state}`)
  output.say(`${instrument} ${date}, generation ${generation}, version ${version} of ${record.versions.length}`)
  if (record.rawType !== null) output.say(`raw type ${record.rawType}, programme ${record.programId ?? 'not given'}`)
  if (cause !== null) output.say(`cause: ${[leftOutCode, cause].filter(Boolean).join(': ')}`)
  for (const hold of holds) {
    output.say(
      `held: ${hold.kind} of ${describeScope(hold.scope)} by ${hold.placedBy} since ${clockTime(hold.placedAt)}`,
    )
  }
  output.table(
    [
      { title: 'raw', text: (raw) => raw.dp_id },
      { title: 'status', text: ({ status }) => status },
      { title: 'IDP or cause', text: ({ idp, cause: why }) => idp ?? why ?? '' },
    ],
    record.raws,
  )
  output.table(attemptColumns, record.attempts)
  output.table(startColumns, record.starts)
  output.table(
    [
      { title: 'input', text: (input) => input.file_name },
      { title: 'kind', text: ({ kind }) => kind },
      { title: 'category', text: ({ category }) => category },
      { title: 'bytes', text: ({ bytes }) => String(bytes), align: 'right' },
      { title: 'SHA-256', text: ({ sha256 }) => sha256 },
    ],
    record.inputs,
  )
  output.table(
    [
      { title: 'IDP', text: (idp) => idp.archive_name },
      { title: 'role', text: ({ role }) => role },
      { title: 'state', text: ({ state: idpState }) => idpState },
      { title: 'kind', text: ({ kind }) => kind },
      { title: 'bytes', text: ({ bytes }) => String(bytes), align: 'right' },
      { title: 'ingested', text: (idp) => (idp.ingested_at === null ? '' : clockTime(idp.ingested_at)) },
    ],
    record.idps,
  )
  output.say(`QC1 values: ${record.qc1Count}`)
  output.table(
    [
      { title: 'score', text: ({ name }) => name },
      { title: 'fine', text: ({ score }) => (score === null ? 'not scored' : score === 0 ? 'yes' : 'NO') },
      {
        title: 'value',
        text: ({ value }) => (value === null ? '' : String(Number(value.toPrecision(6)))),
        align: 'right',
      },
      { title: 'limit', text: ({ limit }) => limit },
    ],
    record.scores,
  )
  for (const line of printable(record.warnings ?? '')
    .split('\n')
    .filter(Boolean))
    output.say(`warning: ${line}`)
  output.table(
    [
      { title: 'version', text: (row) => String(row.version), align: 'right' },
      { title: 'registered', text: (row) => clockTime(row.registered_at) },
      { title: 'readable', text: ({ readable }) => (readable ? 'yes' : 'malformed') },
      { title: 'SHA-256', text: ({ sha256 }) => sha256 },
    ],
    record.versions,
  )
  output.table(
    [
      { title: 'at', text: ({ at }) => clockTime(at) },
      { title: 'event', text: ({ kind }) => kind },
      { title: 'run', text: (event) => String(event.run_number ?? ''), align: 'right' },
      {
        title: 'message',
        text: ({ message, who }) => [message, who === null ? '' : `(${who})`].filter(Boolean).join(' '),
      },
    ],
    record.events,
  )
}

type Attempt = AbRecord['attempts'][number]
type Start = AbRecord['starts'][number]

const attemptColumns = [
  { title: 'generation', text: ({ generation }: Attempt) => String(generation), align: 'right' as const },
  { title: 'outcome', text: (row: Attempt) => [row.outcome, row.failure_kind].filter(Boolean).join(' ') },
  { title: 'host', text: ({ host }: Attempt) => host },
  { title: 'recipe', text: (row: Attempt) => [row.recipe, row.pipeline_version].filter(Boolean).join(' ') },
  { title: 'exit', text: (row: Attempt) => row.signal ?? String(row.exit_code ?? ''), align: 'right' as const },
  { title: 'wall s', text: (row: Attempt) => row.wall_seconds?.toFixed(1) ?? '', align: 'right' as const },
  { title: 'CPU s', text: (row: Attempt) => row.cpu_seconds?.toFixed(1) ?? '', align: 'right' as const },
  { title: 'peak MB', text: (row: Attempt) => inMegabytes(row.peak_rss_bytes), align: 'right' as const },
  { title: 'read MB', text: (row: Attempt) => inMegabytes(row.bytes_read), align: 'right' as const },
  { title: 'written MB', text: (row: Attempt) => inMegabytes(row.bytes_written), align: 'right' as const },
  { title: 'warnings', text: ({ warnings }: Attempt) => String(warnings ?? ''), align: 'right' as const },
  { title: 'ended', text: (row: Attempt) => clockTime(row.ended_at) },
]

const startColumns = [
  { title: 'start', text: (row: Start) => String(row.start_id), align: 'right' as const },
  { title: 'run', text: (row: Start) => String(row.run_number), align: 'right' as const },
  { title: 'host', text: ({ host }: Start) => host },
  { title: 'started', text: (row: Start) => clockTime(row.started_at) },
  { title: 'ended as', text: (row: Start) => row.ended_as ?? 'not ended' },
  { title: 'detail', text: ({ detail, folder, ended_as }: Start) => detail ?? (ended_as === null ? folder : '') },
]

function inMegabytes(bytes: number | null): string {
  return bytes === null ? '' : (bytes / 1e6).toFixed(0)
}
