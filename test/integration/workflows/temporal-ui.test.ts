import { afterEach, expect, test } from 'vitest'
import { Rig, until } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

/** What the web page of Temporal asks a workflow for: its current details (Markdown). */
const details = async () => {
  const metadata = await rig.workflow.query<{ currentDetails?: string }>('__temporal_workflow_metadata')
  return (metadata.currentDetails ?? '').split('\n')
}
/** Names of the workflows that a search in the web page finds, of this test alone. */
const found = async (query: string) => {
  const ids: string[] = []
  for await (const { workflowId } of rig.client.workflow.list({ query })) ids.push(workflowId)
  return ids.filter((id) => id.startsWith(rig.prefix)).map((id) => id.slice(rig.prefix.length))
}

test('the Temporal UI finds a date by what it is and does, and shows its ABs', async () => {
  rig = await Rig.withoutWorkers({ executable: 4, cores: 4 })
  for (const index of rig.abs.keys()) rig.fate(index, index === 0 ? 'fail' : 'wait')
  await rig.startOrchestration()
  await rig.startHost()
  const run = await rig.order()
  await rig.started(4)
  const here = `Instrument = "UVES" and ObservingDate = "2026-03-01" and Kind = "run"`
  await until(async () => (await found(`${here} and State = "running"`)).length === 1)
  await until(async () => (await details()).includes(`| ${rig.ab(0).name} | failed |`))
  expect(await details()).toEqual([
    `**UVES 2026-03-01, run ${run.runNumber} on muc01**`,
    '',
    'running; process ABs',
    '',
    '3 on the host, 0 waiting, 1 failed',
    '',
    '| AB | state |',
    '|---|---|',
    ...[1, 2, 3].map((index) => `| ${rig.ab(index).name} | on the host |`),
    `| ${rig.ab(0).name} | failed |`,
  ])
  await rig.workflow.signal('pause', 'dome is wet')
  await until(async () => (await found(`${here} and State = "holding"`)).length === 1)
  expect(await details()).toContain('holding (pause by Temporal UI: dome is wet); process ABs')
  await rig.workflow.signal('resume')
  rig.go()
  expect(await rig.end(run)).toBe('done')
  await rig.workflow.result()
  await until(async () => (await found(`${here} and State = "done"`)).length === 1)
  expect(await found('State = "running"')).toEqual([])
  const { raw } = await rig.workflow.describe()
  const text = (payload: { data?: Uint8Array | null } | null | undefined): unknown =>
    JSON.parse(Buffer.from(payload?.data ?? []).toString())
  const { summary, details: controls } = raw.executionConfig?.userMetadata ?? {}
  expect(text(summary)).toBe(`UVES 2026-03-01, run, run ${run.runNumber}`)
  expect(text(controls)).toContain('`phoenix pause UVES 2026-03-01`')
  const history = await rig.workflow.fetchHistory()
  const recipes = (history.events ?? []).filter(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'processAB',
  )
  const names = recipes.map(({ userMetadata }) => text(userMetadata?.summary))
  expect(new Set(names)).toEqual(new Set(rig.abs.map(({ name }) => name)))
})

test('a workflow that continues as a new one keeps what it is found by', async () => {
  rig = await Rig.start({ executable: 5 })
  const run = await rig.order({ longAfterEvents: 48 })
  expect(await rig.end(run)).toBe('done')
  await rig.workflow.result()
  await until(async () => (await found('Instrument = "UVES" and State = "done"')).length === 1)
  expect((await rig.executions()).length).toBeGreaterThan(1)
})
