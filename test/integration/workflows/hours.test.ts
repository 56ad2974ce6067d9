import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { dailyDates } from '../../../database/daily.ts'
import { placeHold } from '../../../database/holds.ts'
import type { NightWindow } from '../../../domain/night-window.ts'
import { DATE, Rig, type RigOptions, until } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const clock = (secondsFromNow: number) => new Date(Date.now() + secondsFromNow * 1000).toISOString().slice(11, 19)
const HOUR = 3600
const openNow = (): NightWindow => ({ timeZone: 'UTC', start: clock(-HOUR), end: clock(HOUR) })
const closedNow = (): NightWindow => ({ timeZone: 'UTC', start: clock(2 * HOUR), end: clock(-2 * HOUR) })

/** A daily run of a night whose recipes wait to be let go: two run on two cores. */
async function inTheNight(window: NightWindow, options: Partial<RigOptions> = {}) {
  rig = await Rig.withoutWorkers({ executable: 4, host: { window }, ...options })
  for (const index of rig.abs.keys()) rig.fate(index, 'wait')
  await rig.startOrchestration()
  await rig.startHost()
  return rig.order({ kind: 'daily', abNames: rig.abs.map(({ name }) => name) })
}

/** As if the blocks had been registered so many nights earlier. */
const nightsPass = (nights: number) =>
  sql`update ab_version set registered_at = registered_at - make_interval(days => ${nights})`.execute(rig.database)

const turnTo = async (window: NightWindow, hours: NightWindow) => {
  Object.assign(window, hours)
  await rig.temporal.wakeDate('UVES', DATE)
}

describe('a daily run', () => {
  test('holds at the end of the window, goes on the next evening, and stops itself when its blocks have had their nights', async () => {
    const window = openNow()
    const run = await inTheNight(window)
    await rig.started(2)
    await turnTo(window, closedNow())
    await rig.runIs(run, 'holding')
    rig.go()
    await until(async () => (await rig.abStates()).filter((state) => state === 'processed').length === 2)
    expect(rig.starts()).toHaveLength(2)
    rig.stay()
    await nightsPass(1)
    await turnTo(window, openNow())
    await rig.started(4)
    await turnTo(window, closedNow())
    await rig.runIs(run, 'holding')
    expect((await rig.abStates()).toSorted()).toEqual(['processed', 'processed', 'running', 'running'])
    // What runs finishes: nothing waits any more, so that the run ends well however old its blocks are.
    await nightsPass(5)
    rig.go()
    await turnTo(window, openNow())
    expect(await rig.end(run)).toBe('done')
  })

  test('off for longer than its nights: what runs finishes, the rest is backlog; and so it is under a pause', async () => {
    const window = openNow()
    const run = await inTheNight(window)
    await rig.started(2)
    await placeHold(rig.database, { kind: 'pause', scope: { type: 'everything' }, reason: '', placedBy: 'tester' })
    await rig.temporal.wakeDate('UVES', DATE)
    await rig.runIs(run, 'holding')
    await nightsPass(3)
    await turnTo(window, openNow())
    await rig.runIs(run, 'stopping')
    rig.go()
    expect(await rig.end(run)).toBe('stopped')
    expect((await rig.abStates()).toSorted()).toEqual(['pending', 'pending', 'processed', 'processed'])
    expect(await rig.idpStates()).toEqual(['live', 'live'])
    const row = await rig.database.selectFrom('date_run').select('stopped_by').executeTakeFirstOrThrow()
    expect(row.stopped_by).toBe('age')
    expect(await dailyDates(rig.database, 'UVES', { window, nights: 3 }, new Date())).toEqual([])
  })

  test('an order for any time knows no age', async () => {
    rig = await Rig.start({ executable: 1, host: { window: closedNow() } })
    await nightsPass(9)
    const run = await rig.order({ kind: 'daily', anyTime: true })
    expect(await rig.end(run)).toBe('done')
  })
})

test('a window of seconds: nothing starts before it opens, and nobody has to wake the run', async () => {
  const opening = Date.now() + 6_000
  rig = await Rig.start({ executable: 1, host: { window: { timeZone: 'UTC', start: clock(6), end: clock(HOUR) } } })
  const run = await rig.order({ kind: 'daily' })
  expect(await rig.end(run)).toBe('done')
  const { started_at: startedAt } = await rig.database
    .selectFrom('recipe_start')
    .select('started_at')
    .executeTakeFirstOrThrow()
  // The clock time of the window has whole seconds.
  expect(startedAt.getTime()).toBeGreaterThanOrEqual(Math.floor(opening / 1000) * 1000)
})

describe('by day', () => {
  test('so many cores as are set: the others are ready and wait for that one', async () => {
    const run = await inTheNight(closedNow(), { host: { window: closedNow(), coresByDay: 1 } })
    await rig.started(1)
    const running = () =>
      rig.database.selectFrom('recipe_start').select('ab_name').where('ended_at', 'is', null).execute()
    await until(async () => (await rig.workflow.query<{ onHost: number }>('progress')).onHost === 3)
    expect(await running()).toHaveLength(1)
    rig.go()
    expect(await rig.end(run)).toBe('done')
    expect(rig.starts()).toHaveLength(4)
  })
})

test('a host whose load is too high starts nothing, and that is what the run waits for', async () => {
  rig = await Rig.withoutWorkers({ executable: 1 })
  await rig.startOrchestration()
  let load = 9.26
  const sayHostIsSeen = async () => {
    await rig.database.updateTable('host').set({ load_average: load, maximum_load: 4 }).execute()
  }
  await rig.startHost({ load: () => load, maximumLoad: 4, sayHostIsSeen })
  const run = await rig.order()
  await rig.runIs(run, 'holding')
  const { waits_for: waitsFor } = await rig.database
    .selectFrom('date_run')
    .select('waits_for')
    .executeTakeFirstOrThrow()
  expect(waitsFor).toBe('waits for the load of muc01 to fall: it is 9.3, no recipe starts above 4')
  expect(rig.starts()).toEqual([])
  load = 3
  await sayHostIsSeen()
  await rig.temporal.wakeDate('UVES', DATE)
  expect(await rig.end(run)).toBe('done')
})
