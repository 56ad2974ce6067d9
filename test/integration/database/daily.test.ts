import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../../database/connect.ts'
import { dailyDates, openDailyRuns, stopForAge, waitingSince } from '../../../database/daily.ts'
import { closeRun, giveUpBlockedRun, openRun } from '../../../database/date-runs.ts'
import { eventsOf } from '../../../database/events.ts'
import { registerDate } from '../../../database/registration.ts'
import type { ClosedRunState } from '../../../domain/date-run.ts'
import { blockNumber, DATE, INSTRUMENT, opened, ownRecord, registered, toRegister } from './own-record.ts'

const rules = { window: null, nights: 3 }
const taken = async (database: Database, now = new Date()) =>
  (await dailyDates(database, INSTRUMENT, rules, now)).map(({ date, abNames }) => [date, ...abNames])
const order = { instrument: INSTRUMENT, orderedBy: 'daily', anyTime: false, host: 'muc08' }
const close = (database: Database, runNumber: number, state: ClosedRunState) =>
  closeRun(database, { runNumber, state, problems: [], bytesFreed: 0 })
const register = (database: Database, numbers: readonly number[], content?: string) =>
  registerDate(database, {
    instrument: INSTRUMENT,
    date: DATE,
    abDir: '/abs',
    blocks: numbers.map((i) => toRegister(blockNumber(i), content)),
  })
const nightsPass = (database: Database, nights: number) =>
  sql`update ab_version set registered_at = registered_at - make_interval(days => ${nights})`.execute(database)

describe('what daily takes', () => {
  it('is what was registered during the last nights, by date; after them it is backlog', async () => {
    const database = await ownRecord()
    const second = '2026-03-02'
    const names = await registered(database, 2)
    const others = await registered(database, 1, second)
    const all = [
      [DATE, ...names],
      [second, ...others],
    ]
    expect(await taken(database)).toEqual(all)
    await nightsPass(database, 2)
    expect(await taken(database)).toEqual(all)
    await nightsPass(database, 1)
    expect(await taken(database)).toEqual([])
  })

  it('waits while a run of the date is open, and then takes nothing that the run could have done', async () => {
    const database = await ownRecord()
    await register(database, [0])
    const { runNumber } = await opened(database)
    await register(database, [0, 1])
    expect(await taken(database)).toEqual([])
    await close(database, runNumber, 'error')
    // The late block, and it alone.
    expect(await taken(database)).toEqual([[DATE, blockNumber(1).name]])
  })

  it('is nothing that an operator has stopped, but what came later is', async () => {
    const database = await ownRecord()
    await register(database, [0])
    const { runNumber } = await opened(database)
    await register(database, [0, 1])
    await close(database, runNumber, 'stopped')
    expect(await taken(database)).toEqual([])
    await register(database, [0, 1, 2])
    expect(await taken(database)).toEqual([[DATE, blockNumber(2).name]])
  })

  it('is nothing of a blocked run, given up or not', async () => {
    const database = await ownRecord()
    await register(database, [0])
    const { runNumber } = await opened(database)
    await close(database, runNumber, 'blocked')
    expect(await taken(database)).toEqual([])
    await giveUpBlockedRun(database, runNumber)
    expect(await taken(database)).toEqual([])
  })

  it('is a block that was left out and is written anew, with its new content', async () => {
    const database = await ownRecord()
    const virtual = { code: 'virtual calibration', text: 'only promised' } as const
    const blocks = (content: string, leftOut: typeof virtual | null) => [
      toRegister(blockNumber(0)),
      toRegister(blockNumber(1), content, leftOut),
    ]
    const date = { instrument: INSTRUMENT, date: DATE, abDir: '/abs' }
    await registerDate(database, { ...date, blocks: blocks('virtual', virtual) })
    const [daily] = await openDailyRuns(database, order, await dailyDates(database, INSTRUMENT, rules, new Date()))
    await close(database, daily?.runNumber ?? 0, 'done')
    await nightsPass(database, 10)
    await registerDate(database, { ...date, blocks: blocks('real', null) })
    expect(await taken(database)).toEqual([[DATE, blockNumber(1).name]])
  })

  it('a run listed other blocks only: this one is still to be taken', async () => {
    const database = await ownRecord()
    const [first = '', second = ''] = await registered(database, 2)
    const run = await openRun(database, {
      instrument: INSTRUMENT,
      date: DATE,
      host: 'muc08',
      order: { kind: 'reprocess', orderedBy: 'Ada' },
      abNames: [first],
    })
    if (!run.opened) throw new Error('not opened')
    await close(database, run.run.runNumber, 'stopped')
    expect(await taken(database)).toEqual([[DATE, second]])
  })
})

describe('daily runs', () => {
  it('two who dispatch at once open one run per date, each with the blocks of its list', async () => {
    const database = await ownRecord()
    const names = await registered(database, 2)
    await registered(database, 1, '2026-03-02')
    const dates = await dailyDates(database, INSTRUMENT, rules, new Date())
    const runs = (await Promise.all([1, 2, 3].map(() => openDailyRuns(database, order, dates)))).flat()
    expect(runs.map(({ date }) => date).toSorted()).toEqual([DATE, '2026-03-02'])
    expect(runs[0]).toMatchObject({ kind: 'daily', anyTime: false, covers: 'listed' })
    const listed = await database.selectFrom('run_ab').select('ab_name').orderBy('ab_name').execute()
    expect(listed.map(({ ab_name }) => ab_name)).toEqual(
      [...names, ...(await namesOf(database, '2026-03-02'))].toSorted(),
    )
  })

  it('knows since when its oldest block waits', async () => {
    const database = await ownRecord()
    await register(database, [0])
    await nightsPass(database, 2)
    await register(database, [0, 1])
    const [run] = await openDailyRuns(database, order, [
      { instrument: INSTRUMENT, date: DATE, abNames: [blockNumber(0).name, blockNumber(1).name] },
    ])
    if (run === undefined) throw new Error('not opened')
    const oldest = async () =>
      Math.round((Date.now() - ((await waitingSince(database, run))?.getTime() ?? 0)) / 86_400_000)
    expect(await oldest()).toBe(2)
    await database
      .updateTable('sciproc_ab')
      .set({ state: 'running' })
      .where('ab_name', '=', blockNumber(0).name)
      .execute()
    expect(await oldest()).toBe(0)
    await database.updateTable('sciproc_ab').set({ state: 'running' }).where('state', '=', 'pending').execute()
    expect(await waitingSince(database, run)).toBeNull()
  })

  it('one that stopped itself says so, and its young blocks are taken again', async () => {
    const database = await ownRecord()
    await register(database, [0])
    const { runNumber } = await opened(database)
    await stopForAge(database, runNumber)
    await close(database, runNumber, 'stopped')
    expect((await eventsOf(database, INSTRUMENT, DATE)).at(-1)?.message).toBe(
      `run ${runNumber} stopped; its blocks have had their nights: the rest is backlog`,
    )
    expect(await taken(database)).toEqual([[DATE, blockNumber(0).name]])
    await nightsPass(database, 3)
    expect(await taken(database)).toEqual([])
  })
})

async function namesOf(database: Database, date: string): Promise<readonly string[]> {
  const rows = await database.selectFrom('sciproc_ab').select('ab_name').where('date', '=', date).execute()
  return rows.map(({ ab_name }) => ab_name)
}
