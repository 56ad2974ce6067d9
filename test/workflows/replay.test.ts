import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { DeterminismViolationError } from '@temporalio/workflow'
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from '../../settings/project.ts'
import * as workflows from '../../workflows/index.ts'

const folder = join(projectRoot(), 'test/fixtures/histories')
const inFolder = (name: string) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`)
const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? inFolder(entry.name) : [],
)
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
  Worker.runReplayHistory({ workflowBundle: bundle }, historyFromJSON(history), 'stored')

describe('stored histories', () => {
  test('are there of every workflow: normal, held, cancelled, continued as a new one', () => {
    const kinds = ['normal', 'held', 'cancelled', 'continued']
    // The one that only starts others is too short ever to continue as a new one.
    const needed = Object.keys(workflows)
      .flatMap((workflow) => kinds.map((kind) => `${workflow}/${kind}.json`))
      .filter((name) => name !== 'dailyDispatch/continued.json')
    expect(needed.filter((name) => !names.includes(name))).toEqual([])
  })

  test.each(names)('%s replays', async (name) => {
    await expect(replay(read(name))).resolves.toBeUndefined()
  })

  test('of another workflow do not replay', async () => {
    const history = read('processDate/normal.json')
    for (const { activityTaskScheduledEventAttributes: scheduled } of history.events) {
      if (scheduled?.activityType.name === 'cleanUp') scheduled.activityType.name = 'downloadMcalibs'
    }
    await expect(replay(history)).rejects.toThrow(DeterminismViolationError)
  })
})
