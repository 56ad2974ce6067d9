import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { type DailyConfiguration, keepDaily } from '../../../client/keep-daily.ts'
import { dailySwitches, switchDaily } from '../../../database/daily-instruments.ts'
import { findOpenRun, readRun } from '../../../database/date-runs.ts'
import { placeHold, releaseHolds } from '../../../database/holds.ts'
import type { NightWindow } from '../../../domain/night-window.ts'
import { dailyId } from '../../../workflows/ids.ts'
import { DATE, Rig, until } from './rig.ts'

let rig: Rig
afterEach(async () => {
  await rig
    .schedule()
    .delete()
    .catch(() => undefined)
  await rig.close()
})

const clock = (hoursFromNow: number) => new Date(Date.now() + hoursFromNow * 3_600_000).toISOString().slice(11, 16)
const open: NightWindow = { timeZone: 'UTC', start: clock(-1), end: clock(2) }
const closed: NightWindow = { timeZone: 'UTC', start: clock(2), end: clock(-2) }

const configuration = (window: NightWindow | null = open, certified = true): DailyConfiguration => ({
  window,
  nights: 3,
  isCertified: () => Promise.resolve(certified),
})
const turn = (active: boolean) =>
  switchDaily(rig.database, { instrument: 'UVES', active, changedBy: 'tester', reason: '' })
const look = (own = configuration()) => keepDaily(rig.database, rig.temporal, own)
const nightsPass = (nights: number) =>
  sql`update ab_version set registered_at = registered_at - make_interval(days => ${nights})`.execute(rig.database)
const runsOfDate = async () => {
  const rows = await rig.database
    .selectFrom('date_run')
    .select(['run_number', 'state', 'covers'])
    .orderBy('run_number')
    .execute()
  return rows.map(({ state, covers }) => `${state}, ${covers}`)
}

/** Waits until no run of the date is open and no dispatch is at work. */
async function allQuiet(): Promise<void> {
  await until(async () => {
    const query = `WorkflowId STARTS_WITH "${rig.prefix}" and ExecutionStatus = "Running"`
    const { count } = await rig.client.workflow.count(query)
    return count === 0 && (await findOpenRun(rig.database, 'UVES', DATE)) === null
  })
}

/** What the Schedule would have done in so many evenings up to now. */
async function backfill(evenings: number): Promise<void> {
  const end = new Date()
  await rig.schedule().backfill({ start: new Date(end.getTime() - evenings * 86_400_000), end, overlap: 'ALLOW_ALL' })
  await until(async () => (await rig.schedule().describe()).info.numActionsTaken >= evenings)
  await allQuiet()
}

describe('the Schedule of an instrument', () => {
  test('is made, mended and deleted, so that it is as the record and the window say', async () => {
    rig = await Rig.withoutWorkers({ executable: 1 })
    await turn(true)
    expect(await look()).toMatchObject([{ instrument: 'UVES', state: 'missing' }])
    expect(await look()).toEqual([])
    const described = await rig.schedule().describe()
    expect(described.spec.timezone).toBe('UTC')
    expect(described.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 3 * 3_600_000 })
    expect(described.info.nextActionTimes[0]?.toISOString().slice(11, 16)).toBe(open.start)
    // Another window, and the hand of a person.
    expect(await look(configuration(closed))).toMatchObject([{ state: 'differs' }])
    expect(await look(configuration(closed))).toEqual([])
    await rig.schedule().update(({ spec, ...others }) => ({ ...others, spec: { ...spec, timezone: 'Asia/Tokyo' } }))
    expect(await look()).toMatchObject([{ state: 'differs' }])
    expect(await look()).toEqual([])
    // An instrument that is not certified any more, and one that is switched off.
    await look(configuration(open, false))
    await expect(rig.schedule().describe()).rejects.toThrow('not found')
    await look()
    await turn(false)
    expect(await look()).toMatchObject([{ state: 'not wanted' }])
    await expect(rig.schedule().describe()).rejects.toThrow('not found')
  })

  test('paused in the Temporal UI: daily processing of the instrument is off, and says by whom', async () => {
    rig = await Rig.withoutWorkers({ executable: 1 })
    await turn(true)
    await look()
    await rig.schedule().pause('telescope is down')
    expect(await look()).toMatchObject([{ state: 'paused' }])
    expect(await dailySwitches(rig.database)).toMatchObject([
      { active: false, changedBy: 'Temporal UI', reason: 'telescope is down' },
    ])
    await expect(rig.schedule().describe()).rejects.toThrow('not found')
  })
})

describe('missed evenings', () => {
  test('a gap shorter than the nights is caught up: one run, however often the Schedule fires', async () => {
    rig = await Rig.start({ executable: 2 })
    await turn(true)
    await look(configuration(closed))
    await nightsPass(2)
    await backfill(5)
    expect(await runsOfDate()).toEqual(['done, listed'])
    expect(await rig.abStates()).toEqual(['processed', 'processed'])
  })

  test('a longer one leaves backlog', async () => {
    rig = await Rig.start({ executable: 2 })
    await turn(true)
    await look(configuration(closed))
    await nightsPass(3)
    await backfill(5)
    expect(await runsOfDate()).toEqual([])
    await look()
    await allQuiet()
    expect(await rig.abStates()).toEqual(['pending', 'pending'])
  })

  test('what an operator has stopped is not taken up again', async () => {
    rig = await Rig.start({ executable: 2 })
    await placeHold(rig.database, { kind: 'stop', scope: rig.scope, reason: '', placedBy: 'tester' })
    const run = await rig.order({ kind: 'daily' })
    expect(await rig.end(run)).toBe('stopped')
    await turn(true)
    await look()
    await backfill(2)
    expect(await runsOfDate()).toEqual(['stopped, all'])
    expect((await readRun(rig.database, run.runNumber))?.state).toBe('stopped')
  })
})

describe('inside the window', () => {
  test('a block written anew with real calibrations on a finished date is processed the next night, alone', async () => {
    rig = await Rig.start({ executable: 3 })
    const [first, second, third] = rig.abs
    if (first === undefined || second === undefined || third === undefined) throw new Error('no blocks')
    await rig.database.deleteFrom('ab_raw').execute()
    await rig.register([first, second], DATE, [third])
    await turn(true)
    await look()
    await until(async () => (await runsOfDate()).length === 1)
    await allQuiet()
    expect((await rig.abStates()).toSorted()).toEqual(['left out: only promised', 'processed', 'processed'])
    await nightsPass(9)
    await rig.register([first, second, third])
    await look()
    await until(async () => (await runsOfDate()).length === 2)
    await allQuiet()
    expect(await rig.abStates()).toEqual(['processed', 'processed', 'processed'])
    expect(rig.starts()).toHaveLength(3)
    const listed = await rig.database
      .selectFrom('run_ab')
      .select(['run_number', 'ab_name'])
      .orderBy('run_number')
      .execute()
    const last = Math.max(...listed.map(({ run_number }) => run_number))
    expect(listed.filter(({ run_number }) => run_number === last).map(({ ab_name }) => ab_name)).toEqual([third.name])
    expect(await look()).toEqual([])
    await allQuiet()
    expect(await runsOfDate()).toEqual(['done, listed', 'done, listed'])
  })

  test('nothing is dispatched under a hold of everything; after the resume it is', async () => {
    rig = await Rig.start({ executable: 1 })
    rig.keepHistoryAs('held', 'dailyDispatch')
    await turn(true)
    const everything = { type: 'everything' } as const
    await placeHold(rig.database, { kind: 'pause', scope: everything, reason: '', placedBy: 'tester' })
    await look()
    await rig.temporal.dispatchDaily('UVES')
    const handle = rig.client.workflow.getHandle(dailyId(rig.prefix, 'UVES'))
    expect(await handle.result()).toBe('pause of everything by tester')
    await releaseHolds(rig.database, everything, 'tester')
    await look()
    await until(async () => (await rig.abStates())[0] === 'processed')
    await allQuiet()
    expect(await runsOfDate()).toEqual(['done, listed'])
  })

  test('outside of it the reconciler leaves everything to the Schedule', async () => {
    rig = await Rig.start({ executable: 1 })
    await turn(true)
    await look(configuration(closed))
    await allQuiet()
    expect(await rig.executions()).toEqual([])
    expect(await runsOfDate()).toEqual([])
  })
})

test('cancelled in the Temporal UI before it did anything: nothing is lost, the reconciler dispatches again', async () => {
  rig = await Rig.withoutWorkers({ executable: 1 })
  rig.keepHistoryAs('cancelled', 'dailyDispatch')
  await turn(true)
  await rig.temporal.dispatchDaily('UVES')
  const handle = rig.client.workflow.getHandle(dailyId(rig.prefix, 'UVES'))
  await handle.cancel()
  await rig.startOrchestration()
  await rig.startHost()
  await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } })
  await look()
  await until(async () => (await rig.abStates())[0] === 'processed')
  await allQuiet()
  expect(await runsOfDate()).toEqual(['done, listed'])
})

test('a workflow that is already at work on a date is left alone', async () => {
  rig = await Rig.withoutWorkers({ executable: 1 })
  rig.keepHistoryAs('normal', 'dailyDispatch')
  rig.fate(0, 'wait')
  await rig.startOrchestration()
  await rig.startHost()
  await turn(true)
  await rig.order({ kind: 'daily' })
  await rig.started(1)
  await rig.temporal.dispatchDaily('UVES')
  expect(await rig.client.workflow.getHandle(dailyId(rig.prefix, 'UVES')).result()).toBe('nothing to start')
  rig.go()
  await allQuiet()
  expect(rig.starts()).toHaveLength(1)
})
