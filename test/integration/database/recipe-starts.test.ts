import { type RawBuilder, sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { recordAttempt } from '../../../database/attempts.ts'
import { closeRun } from '../../../database/date-runs.ts'
import { activeHolds, holdsAt, placeHold, releaseHolds } from '../../../database/holds.ts'
import { closeStart, startHistory, startRecipe, type StartResult } from '../../../database/recipe-starts.ts'
import type { Database } from '../../../database/connect.ts'
import type { HoldScope } from '../../../domain/hold.ts'
import { attemptRecord, DATE, INSTRUMENT, opened, ownRecord, registered, startRequest } from './own-record.ts'

const everything: HoldScope = { type: 'everything' }
const pause = (database: Database) =>
  placeHold(database, { kind: 'pause', scope: everything, reason: 'test', placedBy: 'Ada' })
const stateOf = async (database: Database) =>
  (await database.selectFrom('sciproc_ab').select('state').executeTakeFirstOrThrow()).state
const reasonOf = (result: StartResult) => (result.started ? 'started' : result.decision.reason)

async function oneBlock() {
  const database = await ownRecord()
  const [abName = ''] = await registered(database)
  const run = await opened(database)
  const lose = async (startId: number) =>
    closeStart(database, { startId, endedAs: 'without end', detail: 'lost', log: 'so far' })
  return { database, abName, run, lose, request: startRequest(run, abName) }
}

async function started(database: Database, request: ReturnType<typeof startRequest>): Promise<number> {
  const result = await startRecipe(database, request)
  if (!result.started) throw new Error(result.decision.detail)
  return result.startId
}

describe('start of a recipe', () => {
  it('happens once among ten that ask at the same time', async () => {
    const { database, request } = await oneBlock()
    const results = await Promise.all(Array.from({ length: 10 }, () => startRecipe(database, request)))
    expect(results.map(reasonOf).toSorted()).toEqual([...Array<string>(9).fill('already started'), 'started'])
    expect(await stateOf(database)).toBe('running')
  })

  it('is refused by a hold, a window, a closed run and an older generation', async () => {
    const { database, run, request } = await oneBlock()
    expect(reasonOf(await startRecipe(database, { ...request, windowIsOpen: false }))).toBe('window closed')
    expect(reasonOf(await startRecipe(database, { ...request, generation: 2 }))).toBe('stale run')
    await pause(database)
    expect(reasonOf(await startRecipe(database, request))).toBe('held')
    await releaseHolds(database, everything, 'Ada')
    await closeRun(database, { runNumber: run.runNumber, state: 'stopped', problems: [], bytesFreed: 0 })
    expect(reasonOf(await startRecipe(database, request))).toBe('stale run')
    expect(await database.selectFrom('recipe_start').selectAll().execute()).toEqual([])
  })

  it('may be repeated after one without an end, not after two; closing one twice counts once', async () => {
    const { database, abName, request, lose } = await oneBlock()
    const first = await started(database, request)
    await lose(first)
    await lose(first)
    expect(await stateOf(database)).toBe('pending')
    await lose(await started(database, request))
    expect(reasonOf(await startRecipe(database, request))).toBe('interrupted')
    expect(await startHistory(database, INSTRUMENT, abName, 1)).toEqual({
      ended: false,
      openStart: null,
      startsWithoutEnd: 2,
    })
  })

  it('a recipe that we killed does not count', async () => {
    const { database, request } = await oneBlock()
    for (let time = 0; time < 4; time += 1) {
      const startId = await started(database, request)
      await closeStart(database, { startId, endedAs: 'not attempted', detail: 'cancel', log: null })
    }
    expect(reasonOf(await startRecipe(database, request))).toBe('started')
  })

  it('the history tells where an open start works', async () => {
    const { database, abName, run, request } = await oneBlock()
    const startId = await started(database, request)
    expect(await startHistory(database, INSTRUMENT, abName, 1)).toEqual({
      ended: false,
      openStart: { startId, folder: request.folder, host: 'muc08', runNumber: run.runNumber },
      startsWithoutEnd: 0,
    })
  })

  it('never happens after an answer', async () => {
    const { database, abName, run, request } = await oneBlock()
    await recordAttempt(database, attemptRecord(run, abName, await started(database, request)))
    expect(reasonOf(await startRecipe(database, request))).toBe('already ended')
  })
})

describe('hold', () => {
  it('waits for a start that has looked for holds and is not committed yet', async () => {
    const { database, request } = await oneBlock()
    const blocker = await database.startTransaction().execute()
    // Reading is allowed, so that the start gets as far as its insert.
    await sql`lock table recipe_start in share mode`.execute(blocker)
    const start = startRecipe(database, request)
    await untilSeen(database, sql`select 1 from pg_locks where relation = 'recipe_start'::regclass and not granted`)
    let placed = false
    const hold = pause(database).then(() => {
      placed = true
      return database.selectFrom('recipe_start').selectAll().execute()
    })
    const waitsForStart = sql`
      select 1 from pg_locks waiting where locktype = 'advisory' and not granted and pg_blocking_pids(waiting.pid) &&
        (select array_agg(pid) from pg_locks where relation = 'recipe_start'::regclass and not granted)`
    await untilSeen(database, waitsForStart, () => placed)
    const placedTooEarly = placed
    await blocker.commit().execute()
    expect(placedTooEarly).toBe(false)
    expect(reasonOf(await start)).toBe('started')
    expect(await hold).toHaveLength(1)
  })

  it('once it is placed, not one of many starts on their way is committed', async () => {
    const database = await ownRecord()
    const names = await registered(database, 60)
    const run = await opened(database)
    let placed = false
    const results = names.map(async (name, i) => {
      if (i === 30) {
        await pause(database)
        placed = true
      }
      const askedAfter = placed
      const result = await startRecipe(database, startRequest(run, name))
      return { askedAfter, startedRecipe: result.started }
    })
    const hold = results[30]
    await hold
    const count = async () => (await database.selectFrom('recipe_start').select('start_id').execute()).length
    const whenPlaced = await count()
    const all = await Promise.all(results)
    expect(await count()).toBe(whenPlaced)
    expect(all.filter(({ askedAfter, startedRecipe }) => askedAfter && startedRecipe)).toEqual([])
    expect(all.filter(({ startedRecipe }) => startedRecipe)).toHaveLength(whenPlaced)
  })

  it('the same one placed by many at once is one, and releasing it is final', async () => {
    const database = await ownRecord()
    const holds = await Promise.all(Array.from({ length: 8 }, () => pause(database)))
    expect(new Set(holds.map(({ id }) => id)).size).toBe(1)
    expect(await activeHolds(database)).toEqual([holds[0]])
    expect(await releaseHolds(database, everything, 'Eve')).toEqual([holds[0]])
    expect([await activeHolds(database), await releaseHolds(database, everything, 'Eve')]).toEqual([[], []])
    expect((await pause(database)).id).not.toBe(holds[0]?.id)
  })

  it('is released by exactly its scope and kind', async () => {
    const database = await ownRecord()
    const date = { type: 'date', instrument: INSTRUMENT, date: DATE } as const
    const place = (kind: 'pause' | 'stop', scope: HoldScope) =>
      placeHold(database, { kind, scope, reason: '', placedBy: 'Ada' })
    const [wide, paused, stopped] = [await pause(database), await place('pause', date), await place('stop', date)]
    // The order of the keys of a scope means nothing.
    const turned: HoldScope = { date: DATE, type: 'date', instrument: INSTRUMENT }
    expect(await releaseHolds(database, turned, 'Ada', ['pause'])).toEqual([paused])
    expect(await activeHolds(database)).toEqual([wide, stopped])
    const place2 = { instrument: INSTRUMENT, date: '2026-03-02', orderId: 1, host: 'muc08', archives: [] }
    expect(await holdsAt(database, place2)).toEqual([wide])
  })
})

/** Looks again and again for rows, until there are some or something else has happened. */
async function untilSeen(database: Database, query: RawBuilder<unknown>, orElse = () => false): Promise<void> {
  while (!orElse()) {
    if ((await query.execute(database)).rows.length > 0) return
  }
}
