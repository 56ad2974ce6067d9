import { afterEach, expect, test } from 'vitest'
import { beat } from '../../../database/heartbeats.ts'
import { closeRun } from '../../../database/date-runs.ts'
import { INSTRUMENT, opened, ownRecord, registered } from '../database/own-record.ts'
import { type ServedMonitor, servedMonitor } from './served-monitor.ts'

let monitor: ServedMonitor
afterEach(() => monitor.close())

test('the numbers of the record in the text format of Prometheus', async () => {
  const database = await ownRecord()
  await registered(database, 3)
  const run = await opened(database)
  await beat(database, 'orchestration')
  await database.insertInto('host').values({ host: 'muc"08', cores: 2, free_bytes: 5e9, needed_bytes: 2e9 }).execute()
  monitor = await servedMonitor(database, {})
  const reply = await fetch(`http://127.0.0.1:${monitor.port}/metrics`)
  expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const text = await reply.text()
  expect(text).toContain('# TYPE phoenix_abs gauge\n')
  expect(text).toContain(`phoenix_abs{instrument="${INSTRUMENT}",state="pending"} 3\n`)
  expect(text).toContain(`phoenix_queued_abs{instrument="${INSTRUMENT}",host="muc08"} 3\n`)
  expect(text).toContain('phoenix_host_free_bytes{host="muc\\"08"} 5000000000\n')
  expect(text).toContain('phoenix_ingest_lag_seconds 0\n')
  expect(text).toMatch(/phoenix_orchestration_seen_seconds \d/)
  expect(text).toContain(`phoenix_open_runs{instrument="${INSTRUMENT}",state="running"} 1\n`)
  await closeRun(database, { runNumber: run.runNumber, state: 'done', problems: [], bytesFreed: 0 })
})
