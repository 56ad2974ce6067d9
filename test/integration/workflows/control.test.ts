import { afterEach, describe, expect, test } from 'vitest'
import { placeHold } from '../../../database/holds.ts'
import { giveUpBlockedRun } from '../../../database/date-runs.ts'
import { reconcile } from '../../../reconciler.ts'
import { Rig, type RigOptions, until } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

/** A night whose first recipes wait to be let go; with two cores, the first two run and the third waits for a core. */
async function inTheMiddle(options: Partial<RigOptions> = {}) {
  rig = await Rig.withoutWorkers({ executable: 5, ...options })
  for (const index of rig.abs.keys()) rig.fate(index, 'wait')
  await rig.startOrchestration()
  const host = await rig.startHost()
  const run = await rig.order()
  await rig.started(2)
  return { host, run }
}

const holdRows = async () => {
  const rows = await rig.database
    .selectFrom('hold')
    .select(['kind', 'placed_by', 'released_by', 'reason'])
    .orderBy('hold_id')
    .execute()
  return rows.map(({ kind, placed_by, released_by, reason }) => ({ kind, placed_by, released_by, reason }))
}

describe('rows and a wake, as the command line gives them', () => {
  test('pause: running recipes finish, no other starts; resume: only what was left is run', async () => {
    const { run } = await inTheMiddle()
    rig.keepHistoryAs('held')
    await rig.hold('pause')
    await rig.runIs(run, 'holding')
    rig.go()
    await until(async () => (await rig.abStates()).filter((state) => state === 'processed').length === 2)
    await until(async () => (await rig.workflow.query<{ onHost: number }>('progress')).onHost === 0)
    expect(rig.starts()).toHaveLength(2)
    await rig.resume()
    expect(await rig.end(run)).toBe('done')
    expect(await rig.abStates()).toEqual(Array.from({ length: 5 }, () => 'processed'))
    expect(rig.starts()).toHaveLength(5)
    expect(new Set(rig.starts()).size).toBe(5)
  })

  test('stop: running recipes finish, their products are ingested, the rest stays; a later run takes it', async () => {
    const { run } = await inTheMiddle()
    await rig.hold('stop')
    await rig.runIs(run, 'stopping')
    rig.go()
    expect(await rig.end(run)).toBe('stopped')
    expect(await rig.idpStates()).toEqual(['live', 'live'])
    expect((await rig.abStates()).filter((state) => state === 'pending')).toHaveLength(3)
    expect(await rig.end(await rig.order())).toBe('done')
    expect(rig.starts()).toHaveLength(5)
  })

  test('a resume does not take back a stop that has begun', async () => {
    const { run } = await inTheMiddle()
    await rig.hold('stop')
    await rig.runIs(run, 'stopping')
    await rig.resume()
    rig.go()
    expect(await rig.end(run)).toBe('stopped')
  })

  test('cancel: running recipes are killed and count as not attempted', async () => {
    const { run } = await inTheMiddle({ executable: 3 })
    await rig.hold('cancel')
    const orderedAt = Date.now()
    expect(await rig.end(run)).toBe('stopped')
    const rows = await rig.database.selectFrom('recipe_start').select(['ended_as', 'ended_at']).execute()
    expect(rows.map(({ ended_as }) => ended_as)).toEqual(['not attempted', 'not attempted'])
    for (const { ended_at: endedAt } of rows) expect((endedAt?.getTime() ?? Infinity) - orderedAt).toBeLessThan(10_000)
    expect(await rig.abStates()).toEqual(['pending', 'pending', 'pending'])
    rig.go()
    expect(await rig.end(await rig.order())).toBe('done')
    expect(await rig.abStates()).toEqual(['processed', 'processed', 'processed'])
  })

  test('a hold that stands before the run lets nothing start', async () => {
    rig = await Rig.withoutWorkers({ executable: 1 })
    await placeHold(rig.database, {
      kind: 'pause',
      scope: { type: 'everything' },
      reason: 'works on the roof',
      placedBy: 'tester',
    })
    await rig.startOrchestration()
    await rig.startHost()
    const run = await rig.order()
    await rig.runIs(run, 'holding')
    expect(rig.starts()).toEqual([])
    await rig.hold('stop')
    expect(await rig.end(run)).toBe('stopped')
    expect(rig.starts()).toEqual([])
  })
})

describe('signals and the cancellation of the Temporal UI', () => {
  test('pause and resume write the same rows', async () => {
    const { run } = await inTheMiddle()
    await rig.workflow.signal('pause', 'dome is wet')
    await rig.runIs(run, 'holding')
    expect(await holdRows()).toEqual([
      { kind: 'pause', placed_by: 'Temporal UI', released_by: null, reason: 'dome is wet' },
    ])
    await rig.workflow.signal('resume')
    await rig.runIs(run, 'running')
    expect(await holdRows()).toMatchObject([{ kind: 'pause', released_by: 'Temporal UI' }])
    await rig.workflow.signal('stop', 'enough')
    await rig.runIs(run, 'stopping')
    rig.go()
    expect(await rig.end(run)).toBe('stopped')
    expect(await holdRows()).toMatchObject([
      { kind: 'pause' },
      { kind: 'stop', released_by: `run ${run.runNumber} ended` },
    ])
  })

  test('the signal cancel kills what runs', async () => {
    const { run } = await inTheMiddle({ executable: 2 })
    await rig.workflow.signal('cancel')
    expect(await rig.end(run)).toBe('stopped')
    expect(await rig.startRows()).toEqual(['not attempted', 'not attempted'])
  })

  test('"request cancellation" means cancel, ends in good order, and further signals are still heard', async () => {
    const { run } = await inTheMiddle({ executable: 2 })
    rig.keepHistoryAs('cancelled')
    await rig.workflow.cancel()
    await rig.workflow.signal('pause', 'also')
    expect(await rig.end(run)).toBe('stopped')
    expect(await rig.workflow.result()).toBe('stopped')
    expect(await rig.startRows()).toEqual(['not attempted', 'not attempted'])
    expect((await holdRows()).map(({ kind }) => kind).toSorted()).toEqual(['cancel', 'pause', 'stop'])
  })
})

describe('a workflow that is terminated', () => {
  test('is started again by the reconciler: recipes that ran are joined, none runs twice', async () => {
    const { run } = await inTheMiddle()
    await rig.workflow.terminate('test')
    await reconcile(rig.database, rig.temporal)
    await reconcile(rig.database, rig.temporal) // a second look changes nothing
    await until(async () => (await rig.workflow.query<{ onHost: number }>('progress')).onHost > 0)
    rig.go()
    expect(await rig.end(run)).toBe('done')
    expect(await rig.abStates()).toEqual(Array.from({ length: 5 }, () => 'processed'))
    expect(rig.starts().toSorted()).toEqual(rig.abs.map((_, index) => rig.rawOf(index)))
    expect(await rig.startRows()).toEqual(Array.from({ length: 5 }, () => 'ended'))
  })

  test('and then stopped: the recipes of the first one end and are recorded before anything is cleaned up', async () => {
    const { run } = await inTheMiddle()
    await rig.workflow.terminate('test')
    await placeHold(rig.database, { kind: 'stop', scope: rig.scope, reason: '', placedBy: 'tester' })
    await reconcile(rig.database, rig.temporal)
    await rig.runIs(run, 'stopping')
    rig.go()
    expect(await rig.end(run)).toBe('stopped')
    expect(await rig.startRows()).toEqual(['ended', 'ended'])
    expect(await rig.idpStates()).toEqual(['live', 'live'])
  })

  test('and then met by a missing calibration: the same', async () => {
    const { run } = await inTheMiddle()
    await rig.workflow.terminate('test')
    rig.loseCalibration(run)
    await reconcile(rig.database, rig.temporal)
    await until(async () => (await rig.workflow.query<{ step: string }>('progress')).step === 'end what was started')
    rig.go()
    expect(await rig.end(run)).toBe('error')
    expect(await rig.startRows()).toEqual(['ended', 'ended'])
    expect(await rig.idpStates()).toEqual(['live', 'live'])
    expect((await rig.abStates()).filter((state) => state === 'pending')).toHaveLength(3)
  })

  test('of a run that is closed ends at once', async () => {
    const { run } = await inTheMiddle({ executable: 3 })
    await rig.hold('cancel')
    await rig.end(run)
    await rig.workflow.result()
    await rig.temporal.ensureDateWorkflow(run) // as a reconciler that had read the record a moment before
    await expect(rig.workflow.result()).rejects.toMatchObject({ cause: { cause: { type: 'StaleRunError' } } })
    expect(await rig.abStates()).toEqual(['pending', 'pending', 'pending'])
  })
})

test('a workflow of the date is left alone by another start', async () => {
  const { run } = await inTheMiddle({ executable: 2 })
  expect(await rig.temporal.ensureDateWorkflow(run)).toBe(true)
  expect(await rig.temporal.isAtWork(run)).toBe(true)
  expect(await rig.temporal.isAtWork({ ...run, runNumber: run.runNumber + 1 })).toBe(false)
  expect(await rig.temporal.isAtWork({ ...run, date: '2026-03-09' })).toBe(false)
  expect(await rig.temporal.ensureDateWorkflow({ ...run, runNumber: run.runNumber + 1 })).toBe(false)
  rig.go()
  expect(await rig.end(run)).toBe('done')
})

test('a long history continues as a new workflow without losing or repeating anything', async () => {
  rig = await Rig.start({ executable: 5 })
  rig.keepHistoryAs('continued')
  const run = await rig.order({ longAfterEvents: 48 })
  expect(await rig.end(run)).toBe('done')
  expect(await rig.abStates()).toEqual(Array.from({ length: 5 }, () => 'processed'))
  expect(rig.starts()).toHaveLength(5)
  expect((await rig.executions()).length).toBeGreaterThan(1)
})

describe('the night window', () => {
  const at = (minutesFromNow: number) => new Date(Date.now() + minutesFromNow * 60_000).toISOString().slice(11, 16)

  test('closed: a daily date holds and says until when; open: it goes on', async () => {
    const window = { timeZone: 'UTC', start: at(120), end: at(180) }
    rig = await Rig.start({ executable: 1, host: { window } })
    const run = await rig.order({ kind: 'daily' })
    await rig.runIs(run, 'holding')
    const row = await rig.database.selectFrom('date_run').select('waits_for').executeTakeFirstOrThrow()
    expect(row.waits_for).toBe(`window opens at ${window.start} UTC`)
    expect(rig.starts()).toEqual([])
    Object.assign(window, { start: at(-60), end: at(60) })
    await rig.temporal.wakeDate('UVES', '2026-03-01')
    expect(await rig.end(run)).toBe('done')
    expect(rig.starts()).toHaveLength(1)
  })

  test('closed: what an operator orders directly, or for any time, starts all the same', async () => {
    rig = await Rig.start({ executable: 2, host: { window: { timeZone: 'UTC', start: at(120), end: at(180) } } })
    expect(await rig.end(await rig.order({ abNames: [rig.ab(0).name] }))).toBe('done')
    expect(rig.starts()).toEqual([rig.rawOf(0)])
    expect(await rig.end(await rig.order({ kind: 'back-process', anyTime: true }))).toBe('done')
    expect(rig.starts()).toEqual([rig.rawOf(0), rig.rawOf(1)])
  })
})

describe('a host worker that ends', () => {
  test('gives back what waits for a core, lets recipes go on, and the next worker joins them', async () => {
    const { host, run } = await inTheMiddle()
    const ending = host.end('close')
    rig.go()
    await ending
    expect(rig.starts()).toHaveLength(2)
    await rig.startHost()
    expect(await rig.end(run)).toBe('done')
    expect(rig.starts()).toHaveLength(5)
    expect(await rig.startRows()).toEqual(Array.from({ length: 5 }, () => 'ended'))
  })

  test('and whose grace is over kills its recipes: not attempted, run by the next worker', async () => {
    const { host, run } = await inTheMiddle({ executable: 3 })
    await host.end('kill')
    expect(await rig.startRows()).toEqual(['not attempted', 'not attempted'])
    rig.go()
    await rig.startHost()
    expect(await rig.end(run)).toBe('done')
    expect(await rig.abStates()).toEqual(['processed', 'processed', 'processed'])
    expect(rig.starts()).toHaveLength(5)
  })
})

test('giving up a blocked run is recorded, and is possible for no other', async () => {
  rig = await Rig.start({ executable: 1 })
  rig.loseArchive()
  const run = await rig.order()
  expect(await rig.end(run)).toBe('blocked')
  expect(await giveUpBlockedRun(rig.database, run.runNumber)).toBe(true)
  expect(await giveUpBlockedRun(rig.database, run.runNumber)).toBe(false)
  expect(await rig.end(run)).toBe('stopped')
})
