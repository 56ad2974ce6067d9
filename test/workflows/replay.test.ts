import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { DeterminismViolationError } from '@temporalio/workflow'
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from '../../settings/project.ts'

const folder = join(projectRoot(), 'test/fixtures/histories')
const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
const silent = new DefaultLogger('ERROR', () => undefined)
Runtime.install({ logger: silent })
let bundle: Awaited<ReturnType<typeof bundleWorkflowCode>>

beforeAll(async () => {
  bundle = await bundleWorkflowCode({ workflowsPath: join(projectRoot(), 'workflows/index.ts'), logger: silent })
}, 60_000)

interface StoredHistory {
  events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[]
}
const read = (name: string): StoredHistory => JSON.parse(readFileSync(join(folder, name), 'utf8'))
const replay = (history: StoredHistory) =>
  Worker.runReplayHistory({ workflowBundle: bundle }, historyFromJSON(history), 'date/UVES/2026-03-01')

describe('stored histories of processDate', () => {
  test('are there', () => {
    expect(names.toSorted()).toEqual([
      'cancelled-in-temporal.json',
      'held-and-resumed.json',
      'normal-with-failures.json',
    ])
  })

  test.each(names)('%s replays', async (name) => {
    await expect(replay(read(name))).resolves.toBeUndefined()
  })

  test('of another workflow do not replay', async () => {
    const history = read('normal-with-failures.json')
    for (const { activityTaskScheduledEventAttributes: scheduled } of history.events) {
      if (scheduled?.activityType.name === 'cleanUp') scheduled.activityType.name = 'downloadMcalibs'
    }
    await expect(replay(history)).rejects.toThrow(DeterminismViolationError)
  })
})
