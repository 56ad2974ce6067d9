import { afterEach, expect, test } from 'vitest'
import { presentFailures, retryFailure } from '../../../database/found-failures.ts'
import { activeHolds, placeHold, releaseHolds } from '../../../database/holds.ts'
import { type Fate, Rig, type RigOptions, until } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const CORES = 2
/** Five, and what the other core was at when the fifth ended. */
const MOST = 5 + CORES - 1

/** A night in which every recipe ends so; its run is ordered. */
async function nightOf(fates: (index: number) => readonly Fate[], options: RigOptions) {
  rig = await Rig.withoutWorkers({ cores: CORES, ...options })
  for (const index of rig.abs.keys()) rig.fate(index, ...fates(index))
  await rig.startOrchestration()
  await rig.startHost()
  return rig.order()
}

const stateCounts = async () => {
  const counts: Record<string, number> = {}
  for (const state of await rig.abStates()) counts[state] = (counts[state] ?? 0) + 1
  return counts
}
const BURNT = 'failed: exit code 1 without an error message'
const running = async () => (await rig.workflow.query<{ onHost: number }>('progress')).onHost

test('a recipe that always exits with 1 burns five of a hundred ABs and what runs beside, then the instrument is held', async () => {
  const run = await nightOf(() => ['exit 1'], { executable: 100 })
  await rig.runIs(run, 'holding')
  await until(async () => (await running()) === 0)
  const burnt = rig.starts().length
  expect(burnt).toBeGreaterThanOrEqual(5)
  expect(burnt).toBeLessThanOrEqual(MOST)
  expect(await stateCounts()).toEqual({ [BURNT]: burnt, pending: 100 - burnt })
  expect(await presentFailures(rig.database)).toMatchObject([
    { action: 'hold', abs: burnt, exampleCause: 'exit code 1 without an error message', scope: { type: 'instrument' } },
  ])
  const { waits_for: waitsFor } = await rig.database
    .selectFrom('date_run')
    .select('waits_for')
    .executeTakeFirstOrThrow()
  expect(waitsFor).toMatch(/^pause by phoenix: systematic failure: 5 ABs with "exit code 1 without an error message"/)
  await rig.hold('stop')
  expect(await rig.end(run)).toBe('stopped')
  expect(rig.starts()).toHaveLength(burnt)
})

test('and no more over dates of three ABs: the failures of all dates count together', async () => {
  rig = await Rig.withoutWorkers({ cores: CORES, executable: 3 })
  const nights = [rig.abs, await rig.addNight('2026-03-02', 3), await rig.addNight('2026-03-03', 3)]
  for (const ab of nights.flat()) rig.fateOf(ab, 'exit 1')
  await rig.startOrchestration()
  await rig.startHost()
  const orderId = await rig.orderCampaign()
  await until(async () => (await activeHolds(rig.database)).length > 0)
  const openStarts = () =>
    rig.database.selectFrom('recipe_start').select('start_id').where('ended_at', 'is', null).execute()
  await until(async () => (await openStarts()).length === 0)
  const burnt = rig.starts().length
  expect(burnt).toBeGreaterThanOrEqual(5)
  expect(burnt).toBeLessThanOrEqual(MOST)
  expect(await presentFailures(rig.database)).toMatchObject([{ action: 'hold', scope: { type: 'instrument' } }])
  const scope = { type: 'campaign', orderId } as const
  await placeHold(rig.database, { kind: 'stop', scope, reason: 'test', placedBy: 'tester' })
  await rig.wakeAll()
  expect((await rig.campaignEnd(orderId)).as).toBe('stopped')
  expect(rig.starts()).toHaveLength(burnt)
})

test('after the fix those that were burnt are given another generation, and their open run takes them up', async () => {
  const run = await nightOf((index) => (index < 8 ? ['exit 1'] : []), { executable: 10 })
  await rig.runIs(run, 'holding')
  await until(async () => (await running()) === 0)
  const burnt = rig.starts()
  const [failure] = await presentFailures(rig.database)
  if (failure === undefined) throw new Error('no systematic failure is on record')
  for (const index of rig.abs.keys()) rig.fate(index)
  const { orderId, abs } = await retryFailure(rig.database, failure, 'tester')
  expect(abs.map(({ abName }) => abName).toSorted()).toEqual(burnt.map((raw) => `${raw}.ab`).toSorted())
  expect((await retryFailure(rig.database, failure, 'tester')).abs).toEqual([]) // once, however often it is asked
  await releaseHolds(rig.database, { type: 'instrument', instrument: 'UVES' }, 'tester')
  await rig.temporal.wakeDate('UVES', '2026-03-01')
  expect(await rig.end(run)).toBe('done')
  expect(await stateCounts()).toEqual({ processed: 10 })
  expect(rig.starts()).toHaveLength(10 + burnt.length)
  const order = await rig.database
    .selectFrom('processing_order')
    .selectAll()
    .where('order_id', '=', orderId)
    .executeTakeFirstOrThrow()
  expect(order).toMatchObject({
    kind: 'reprocess',
    ordered_by: 'tester',
    reason: 'retried after a systematic failure: recipe: exit code # without an error message',
  })
  expect(await activeHolds(rig.database)).toEqual([])
})

test('one bad template of ten exposures does not stop the night', async () => {
  const run = await nightOf((index) => (index < 10 ? ['fail'] : []), { executable: 13, templateExposures: 10 })
  expect(await rig.end(run)).toBe('done')
  expect(await stateCounts()).toEqual({ 'failed: no light in this frame at uves_extract': 10, processed: 3 })
  expect(await activeHolds(rig.database)).toEqual([])
  expect(await presentFailures(rig.database)).toMatchObject([{ action: 'warn', abs: 10 }])
})

test('a recipe that is missing burns nothing', async () => {
  const run = await nightOf(() => ['exit 1'], { executable: 6, pipeline: { recipes: [] } })
  expect(await rig.end(run)).toBe('error')
  expect(await rig.problems(run)).toEqual([expect.stringContaining('uves_obs_scired')])
  expect(await stateCounts()).toEqual({ pending: 6 })
  expect(rig.starts()).toEqual([])
  expect(await presentFailures(rig.database)).toEqual([])
})
