import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { TemporalClient } from '../../../client/temporal.ts'
import { openRun } from '../../../database/date-runs.ts'
import { accessPath } from '../../../monitor/server/running-monitor.ts'
import { identify } from '../../../pipeline/process-table.ts'
import { DATE, Rig } from '../workflows/rig.ts'

let rig: Rig
afterEach(() => rig.close())

test("Temporal's page leads to the date in the monitor, while one runs", async () => {
  rig = await Rig.withoutWorkers({ executable: 1 })
  mkdirSync(join(rig.folder, 'run'))
  const access = { url: 'http://127.0.0.1:7391/', port: 7391, token: 'secret', ...identify(process.pid) }
  writeFileSync(accessPath(rig.folder), JSON.stringify(access))
  const opened = await openRun(rig.database, {
    instrument: 'UVES',
    date: DATE,
    host: 'muc01',
    order: { kind: 'run', orderedBy: 'test', leaveOutMissing: false, anyTime: false },
    abNames: 'all',
  })
  if (!opened.opened) throw new Error('a run is open already')
  await new TemporalClient(rig.client, { queuePrefix: rig.prefix, home: rig.folder }).ensureDateWorkflow(opened.run)
  const details = await (await rig.workflow.describe()).staticDetails()
  expect(details).toContain(`[UVES ${DATE} in the monitor](http://127.0.0.1:7391/dates/UVES/${DATE})`)
  expect(details).not.toContain('secret')
})
