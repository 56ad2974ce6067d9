import { afterEach, describe, expect, test } from 'vitest'
import { reopenCampaign } from '../../../database/campaign-dates.ts'
import { campaigns, orderDates, readCampaign } from '../../../database/campaigns.ts'
import { closeRun, openRun } from '../../../database/date-runs.ts'
import { placeHold, releaseHolds } from '../../../database/holds.ts'
import type { HoldKind } from '../../../domain/hold.ts'
import { reconcile } from '../../../reconciler.ts'
import { DATE, Rig, type RigOptions, until } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const SECOND = '2026-03-02'
const THIRD = '2026-03-03'

/** Three nights of a block or two each; with `wait`, the recipes of the first one wait to be let go. */
async function threeNights(options: Partial<RigOptions> & { wait?: boolean } = {}): Promise<void> {
  const { wait = false, ...others } = options
  rig = await Rig.withoutWorkers({ executable: 2, ...others })
  await rig.addNight(SECOND, 1)
  await rig.addNight(THIRD, 1)
  if (wait) for (const index of rig.abs.keys()) rig.fate(index, 'wait')
  await rig.startOrchestration()
  await rig.startHost()
}

const scopeOf = (orderId: number) => ({ type: 'campaign', orderId }) as const

async function hold(orderId: number, kind: HoldKind): Promise<void> {
  await placeHold(rig.database, { kind, scope: scopeOf(orderId), reason: 'test', placedBy: 'tester' })
  await rig.temporal.wakeDate('UVES', DATE)
  await rig.temporal.wakeCampaign(orderId)
}

/** Dates of the runs of a campaign in the order in which they were opened. */
const runs = async (orderId: number) => {
  const rows = await rig.database
    .selectFrom('date_run')
    .select('date')
    .where('order_id', '=', orderId)
    .orderBy('run_number')
    .execute()
  return rows.map(({ date }) => date)
}

const isProcessed = (states: readonly string[]) => states.every((state) => state === 'processed')

describe('a campaign', () => {
  test('runs its dates one after the other, oldest first, and ends', async () => {
    await threeNights()
    const orderId = await rig.orderCampaign()
    rig.keepHistoryAs('normal', 'campaign')
    expect(await rig.campaignEnd(orderId)).toEqual({
      as: 'done',
      dates: { [DATE]: 'done', [SECOND]: 'done', [THIRD]: 'done' },
    })
    expect(await runs(orderId)).toEqual([DATE, SECOND, THIRD])
    expect(isProcessed(await rig.abStates())).toBe(true)
    expect(new Set(rig.starts()).size).toBe(4)
    expect(rig.starts()).toHaveLength(4)
    expect(await rig.campaignWorkflow(orderId).result()).toBe('done')
    expect(await campaigns(rig.database, 'open')).toEqual([])
    const details = await (await rig.workflow.describe()).staticDetails()
    expect(details).toContain(`[UVES ${DATE} in the monitor](http://127.0.0.1:7391/dates/UVES/${DATE})`)
  })

  test('takes several dates at once, newest first, and only the blocks that it lists', async () => {
    await threeNights()
    const extra = await rig.addNight('2026-03-04', 2)
    const [listed] = extra.map(({ name }) => name)
    const orderId = await rig.orderCampaign({
      newestFirst: true,
      datesAtOnce: 3,
      selection: { abNames: [listed ?? '', ...rig.abs.map(({ name }) => name)] },
    })
    expect((await rig.campaignEnd(orderId)).dates).toEqual({ '2026-03-04': 'done', [DATE]: 'done' })
    expect(await runs(orderId)).toEqual(['2026-03-04', DATE])
    expect((await rig.abStates()).filter((state) => state === 'processed')).toHaveLength(3)
    expect((await rig.abStates()).filter((state) => state === 'pending')).toHaveLength(3)
  })

  test('that is paused starts nothing more, and goes on after the resume', async () => {
    await threeNights({ wait: true })
    const orderId = await rig.orderCampaign()
    rig.keepHistoryAs('held', 'campaign')
    await rig.started(2)
    await hold(orderId, 'pause')
    rig.go()
    // The first date has nothing left that could wait for the resume.
    await until(async () => (await rig.campaignDates(orderId))[DATE] === 'done')
    await until(async () => (await readCampaign(rig.database, orderId))?.waitsFor === 'pause by tester: test')
    expect(await runs(orderId)).toEqual([DATE])
    await releaseHolds(rig.database, scopeOf(orderId), 'tester')
    await rig.temporal.wakeCampaign(orderId)
    expect((await rig.campaignEnd(orderId)).as).toBe('done')
    expect((await readCampaign(rig.database, orderId))?.waitsFor).toBeNull()
    expect(isProcessed(await rig.abStates())).toBe(true)
    expect(rig.starts()).toHaveLength(4)
  })

  test('that is cancelled kills its recipes and ends; taken up again it does the rest', async () => {
    await threeNights({ wait: true })
    const orderId = await rig.orderCampaign()
    rig.keepHistoryAs('cancelled', 'campaign')
    await rig.started(2)
    await hold(orderId, 'cancel')
    expect(await rig.campaignEnd(orderId)).toEqual({
      as: 'stopped',
      dates: { [DATE]: 'stopped', [SECOND]: 'stopped', [THIRD]: 'stopped' },
    })
    expect(await rig.startRows()).toEqual(['not attempted', 'not attempted'])
    // The hold was meant for what ran.
    const { count } = await rig.database
      .selectFrom('hold')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('released_at', 'is', null)
      .executeTakeFirstOrThrow()
    expect(Number(count)).toBe(0)
    rig.go()
    expect(await reopenCampaign(rig.database, orderId, 'tester')).toBe(true)
    expect(await reopenCampaign(rig.database, orderId, 'tester')).toBe(false)
    await rig.campaignWorkflow(orderId).result()
    await rig.temporal.ensureCampaignWorkflow({ orderId, instrument: 'UVES', kind: 'back-process' })
    expect(await rig.campaignEnd(orderId)).toMatchObject({ as: 'done', dates: { [DATE]: 'done', [THIRD]: 'done' } })
    expect(isProcessed(await rig.abStates())).toBe(true)
  })

  test('hears the signals of the Temporal UI, and "request cancellation" ends it in good order', async () => {
    await threeNights({ wait: true })
    const orderId = await rig.orderCampaign()
    await rig.started(2)
    await rig.campaignWorkflow(orderId).signal('pause', 'clouds')
    await until(async () => (await readCampaign(rig.database, orderId))?.waitsFor === null)
    await rig.campaignWorkflow(orderId).signal('resume')
    await rig.campaignWorkflow(orderId).cancel()
    expect((await rig.campaignEnd(orderId)).as).toBe('stopped')
    expect(await rig.campaignWorkflow(orderId).result()).toBe('stopped')
    const rows = await rig.database.selectFrom('hold').select(['kind', 'scope', 'reason']).orderBy('hold_id').execute()
    expect(rows).toContainEqual({ kind: 'pause', scope: scopeOf(orderId), reason: 'clouds' })
    expect(rows).toContainEqual({
      kind: 'cancel',
      scope: scopeOf(orderId),
      reason: 'cancellation requested in Temporal',
    })
  })
})

describe('a date that somebody else runs', () => {
  const taken = async () => {
    await threeNights()
    const opened = await openRun(rig.database, {
      instrument: 'UVES',
      date: DATE,
      host: 'muc01',
      order: { kind: 'run', orderedBy: 'Ada' },
      abNames: 'all',
    })
    if (!opened.opened) throw new Error('open already')
    return opened.run
  }

  test('is put off to the end, and then run when it is free', async () => {
    const { runNumber } = await taken()
    const orderId = await rig.orderCampaign()
    await until(async () => (await rig.campaignDates(orderId))[SECOND] !== 'waiting')
    expect((await rig.campaignDates(orderId))[DATE]).toBe('put off')
    await closeRun(rig.database, { runNumber, state: 'stopped', problems: [], bytesFreed: 0 })
    expect((await rig.campaignEnd(orderId)).as).toBe('done')
    expect(await runs(orderId)).toEqual([SECOND, THIRD, DATE])
    expect(isProcessed(await rig.abStates())).toBe(true)
  })

  test('is skipped when it is still taken at the end, and the campaign says so', async () => {
    await taken()
    const orderId = await rig.orderCampaign()
    expect(await rig.campaignEnd(orderId)).toEqual({
      as: 'done',
      dates: { [DATE]: 'skipped', [SECOND]: 'done', [THIRD]: 'done' },
    })
    const [first] = await orderDates(rig.database, orderId)
    expect(first?.detail).toMatch(/^run \d+ of Ada is open$/)
  })
})

describe('re-processing', () => {
  test('gives a new generation with the run of the date, once, and not before', async () => {
    await threeNights()
    await rig.campaignEnd(await rig.orderCampaign())
    const again = { kind: 'reprocess', reason: 'better flats' } as const
    const generations = async () => {
      const rows = await rig.database.selectFrom('sciproc_ab').select('generation').orderBy('ab_name').execute()
      return rows.map(({ generation }) => generation)
    }
    const instrument = { type: 'instrument', instrument: 'UVES' } as const
    await placeHold(rig.database, { kind: 'pause', scope: instrument, reason: '', placedBy: 'tester' })
    const orderId = await rig.orderCampaign(again)
    await until(async () => (await readCampaign(rig.database, orderId))?.waitsFor === 'pause by tester')
    expect(await generations()).toEqual([1, 1, 1, 1])
    // The same order once more covers nothing new.
    await expect(rig.orderCampaign(again)).rejects.toThrow('nothing is left to order')
    await releaseHolds(rig.database, instrument, 'tester')
    await rig.temporal.wakeCampaign(orderId)
    expect((await rig.campaignEnd(orderId)).as).toBe('done')
    expect(await generations()).toEqual([2, 2, 2, 2])
    expect(await rig.idpStates()).toEqual([...Array(4).fill('superseded'), ...Array(4).fill('live')])
    expect(rig.starts()).toHaveLength(8)
  })
})

describe('what is lost', () => {
  test('a campaign with every disturbance: one attempt of each block', async () => {
    rig = await Rig.withoutWorkers({ executable: 3, cores: 2 })
    for (const date of [SECOND, THIRD, '2026-03-04', '2026-03-05']) await rig.addNight(date, 3)
    rig.fate(0, 'wait')
    await rig.startOrchestration()
    const host = await rig.startHost()
    const orderId = await rig.orderCampaign({ datesAtOnce: 2, longAfterDates: 1 })
    rig.keepHistoryAs('continued', 'campaign')
    await rig.started(1)
    await hold(orderId, 'pause')
    // The store of the Temporal server is gone: every workflow of ours, open or ended.
    await rig.loseTemporalStore()
    // The worker dies; the recipe that waits outlives it.
    const dying = host.end('close')
    rig.go()
    await dying
    await releaseHolds(rig.database, scopeOf(orderId), 'tester')
    await rig.startHost()
    await rig.startLongCampaign({ orderId, queuePrefix: rig.prefix, longAfterDates: 1 })
    await reconcile(rig.database, rig.temporal)
    expect((await rig.campaignEnd(orderId)).as).toBe('done')
    expect(isProcessed(await rig.abStates())).toBe(true)
    expect(rig.starts()).toHaveLength(15)
    expect(new Set(rig.starts()).size).toBe(15)
    const { attempts } = await rig.database
      .selectFrom('attempt')
      .select(({ fn }) => fn.countAll<number>().as('attempts'))
      .executeTakeFirstOrThrow()
    expect(attempts).toBe(15)
    await rig.campaignWorkflow(orderId).result()
    const executions = await rig.executions()
    expect(executions.filter(({ workflowId }) => workflowId.includes('campaign/')).length).toBeGreaterThan(1)
  })

  test('the reconciler starts the workflow of an open campaign that has none', async () => {
    await threeNights()
    const orderId = await rig.orderCampaign()
    await rig.loseTemporalStore()
    await reconcile(rig.database, rig.temporal)
    await reconcile(rig.database, rig.temporal) // a second look changes nothing
    expect((await rig.campaignEnd(orderId)).as).toBe('done')
    expect(rig.starts()).toHaveLength(4)
  })
})
