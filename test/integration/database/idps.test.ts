import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { type AttemptRecord, recordAttempt } from '../../../database/attempts.ts'
import type { Database } from '../../../database/connect.ts'
import type { DateRun } from '../../../database/date-runs.ts'
import { logIngestion, makeLive, pendingIdps } from '../../../database/idps.ts'
import { startRecipe } from '../../../database/recipe-starts.ts'
import { attemptRecord, DATE, INSTRUMENT, newIdp, opened, ownRecord, registered, startRequest } from './own-record.ts'

async function processed(database: Database, run: DateRun, abName: string, changes: Partial<AttemptRecord> = {}) {
  const result = await startRecipe(database, startRequest(run, abName, changes.generation))
  if (!result.started) throw new Error(result.decision.detail)
  await recordAttempt(database, { ...attemptRecord(run, abName, result.startId), ...changes })
}

/** What an order to re-process does. */
async function raiseGeneration(database: Database): Promise<void> {
  await sql`update sciproc_ab set generation = generation + 1, state = 'pending'`.execute(database)
}

const waiting = (database: Database) => pendingIdps(database, INSTRUMENT, DATE, 'muc08')
const states = async (database: Database) =>
  (await database.selectFrom('idp').select(['generation', 'state']).orderBy('generation').execute()).map(
    ({ generation, state }) => `${generation} ${state}`,
  )

describe('IDPs that wait', () => {
  it('have archive names of their own, though many are recorded in the same millisecond', async () => {
    const database = await ownRecord()
    const names = await registered(database, 15)
    const run = await opened(database)
    const idps = ['a', 'b', 'c', 'd'].map((role) => newIdp(role))
    await Promise.all(names.map((name) => processed(database, run, name, { idps })))
    const found = await waiting(database)
    expect(new Set(found.map(({ archiveName }) => archiveName)).size).toBe(60)
    expect(
      found.every(({ archiveName }) => /^ADP\.\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\.fits$/.test(archiveName)),
    ).toBe(true)
  })

  it('are found by host and date, of whichever run', async () => {
    const database = await ownRecord()
    const [abName = ''] = await registered(database)
    await processed(database, await opened(database), abName)
    const { standard: _, ...waits } = newIdp()
    expect(await waiting(database)).toMatchObject([{ ...waits, abName, generation: 1 }])
    expect(await pendingIdps(database, INSTRUMENT, DATE, 'muc09')).toEqual([])
    expect(await pendingIdps(database, INSTRUMENT, '2026-03-02', 'muc08')).toEqual([])
  })
})

describe('ingestion', () => {
  it('makes a pending one live, once', async () => {
    const database = await ownRecord()
    const [abName = ''] = await registered(database)
    const run = await opened(database)
    await processed(database, run, abName)
    const [{ archiveName } = { archiveName: '' }] = await waiting(database)
    await logIngestion(database, { archiveName, runNumber: run.runNumber, result: 'transport error', message: 'away' })
    await Promise.all([1, 2, 3].map(() => makeLive(database, archiveName, run.runNumber)))
    expect([await waiting(database), await states(database)]).toEqual([[], ['1 live']])
    const log = await database.selectFrom('ingestion_log').select('result').orderBy('entry_id').execute()
    expect(log.map(({ result }) => result)).toEqual(['transport error', 'live'])
  })

  it.each([
    ['in order', [0, 1]],
    ['the newer one first', [1, 0]],
  ])('of two generations, %s: the newer is live, the older superseded by it', async (_order, order) => {
    const database = await ownRecord()
    const [abName = ''] = await registered(database)
    const run = await opened(database)
    await processed(database, run, abName)
    await raiseGeneration(database)
    await processed(database, run, abName, { generation: 2 })
    const names = (await waiting(database)).map(({ archiveName }) => archiveName)
    for (const index of order) await makeLive(database, names[index] ?? '', run.runNumber)
    expect(await states(database)).toEqual(['1 superseded', '2 live'])
    const rows = await database.selectFrom('idp').select('superseded_by').orderBy('generation').execute()
    expect(rows.map(({ superseded_by: by }) => by)).toEqual([names[1], null])
  })

  it('of two generations at once leaves exactly one live', async () => {
    const database = await ownRecord()
    const [abName = ''] = await registered(database)
    const run = await opened(database)
    await processed(database, run, abName)
    await raiseGeneration(database)
    await processed(database, run, abName, { generation: 2 })
    await Promise.all(
      (await waiting(database)).map(({ archiveName }) => makeLive(database, archiveName, run.runNumber)),
    )
    expect(await states(database)).toEqual(['1 superseded', '2 live'])
  })

  it('a new generation that fails leaves the old one live', async () => {
    const database = await ownRecord()
    const [abName = ''] = await registered(database)
    const run = await opened(database)
    await processed(database, run, abName)
    const [{ archiveName } = { archiveName: '' }] = await waiting(database)
    await makeLive(database, archiveName, run.runNumber)
    await raiseGeneration(database)
    const outcome = { outcome: 'failed', kind: 'recipe', cause: 'Data not found' } as const
    await processed(database, run, abName, { generation: 2, outcome, idps: [] })
    expect(await states(database)).toEqual(['1 live'])
    expect(await database.selectFrom('raw_status').selectAll().executeTakeFirstOrThrow()).toMatchObject({
      status: 'failed',
      cause: 'Data not found',
      idp: archiveName,
    })
  })
})

describe('views for others', () => {
  it('raw_status knows every raw; obscore hides what is not converted', async () => {
    const database = await ownRecord()
    const [one = '', two = '', three = ''] = await registered(database, 3)
    const run = await opened(database)
    await processed(database, run, one)
    await processed(database, run, two, { idps: [newIdp('spectrum', 'standard')] })
    for (const { archiveName } of await waiting(database)) await makeLive(database, archiveName, run.runNumber)
    const rows = await database.selectFrom('raw_status').selectAll().orderBy('ab_name').execute()
    expect(rows.map(({ dp_id: dpId, status, cause, idp }) => [dpId, status, cause, idp !== null])).toEqual([
      [one.replace('.ab', ''), 'processed fine', null, true],
      [two.replace('.ab', ''), 'processed fine', null, true],
      [three.replace('.ab', ''), 'not attempted', 'waits to be processed', false],
    ])
    expect(rows[0]?.date).toBe(DATE)
    const { rows: visible } = await sql<{ obs_id: string }>`select obs_id from obscore`.execute(database)
    expect(visible).toEqual([{ obs_id: two.replace(/\.ab$/, '') }])
  })
})
