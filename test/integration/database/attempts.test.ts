import { describe, expect, it } from 'vitest'
import { type AttemptRecord, attemptText, recordAttempt } from '../../../database/attempts.ts'
import type { Database } from '../../../database/connect.ts'
import { closeRun } from '../../../database/date-runs.ts'
import { StaleRunError } from '../../../database/fence.ts'
import { closeStart, startRecipe } from '../../../database/recipe-starts.ts'
import { InfrastructureError } from '../../../domain/failure.ts'
import { attemptRecord, INSTRUMENT, opened, ownRecord, registered, startRequest } from './own-record.ts'

const TABLES = ['attempt', 'attempt_input', 'attempt_text', 'qc1', 'idp'] as const

async function startedBlock() {
  const database = await ownRecord()
  const [abName = ''] = await registered(database)
  const run = await opened(database)
  const result = await startRecipe(database, startRequest(run, abName))
  if (!result.started) throw new Error(result.decision.detail)
  return { database, abName, run, startId: result.startId, record: attemptRecord(run, abName, result.startId) }
}

async function rowCounts(database: Database): Promise<number[]> {
  return Promise.all(TABLES.map(async (table) => (await database.selectFrom(table).selectAll().execute()).length))
}

const stateOf = async (database: Database) =>
  database.selectFrom('sciproc_ab').select(['state', 'cause']).executeTakeFirstOrThrow()

const failed: AttemptRecord['outcome'] = { outcome: 'failed', kind: 'recipe', cause: 'Data not found' }

describe('answer of an attempt', () => {
  it('is kept with everything that belongs to it', async () => {
    const { database, abName, record, startId } = await startedBlock()
    expect(await recordAttempt(database, record)).toBe('processed')
    expect(await rowCounts(database)).toEqual([1, 1, 2, 1, 1])
    expect(await database.selectFrom('attempt').selectAll().executeTakeFirstOrThrow()).toMatchObject({
      outcome: 'processed',
      start_id: startId,
      exit_code: 0,
      peak_rss_bytes: 5_000_000_000,
      cpu_seconds: 3.5,
      cause: null,
    })
    const start = await database.selectFrom('recipe_start').selectAll().executeTakeFirstOrThrow()
    expect(start.ended_as).toBe('ended')
    expect(await stateOf(database)).toEqual({ state: 'processed', cause: null })
    const key = { instrument: INSTRUMENT, abName, generation: 1 }
    expect(await attemptText(database, key, 'log')).toBe('line one\nline two')
    expect(await attemptText(database, key, 'set of frames')).toBeNull()
  })

  it('given twice with another outcome, the first one counts', async () => {
    const { database, record } = await startedBlock()
    await recordAttempt(database, record)
    expect(await recordAttempt(database, { ...record, outcome: failed })).toBe('processed')
    expect(await rowCounts(database)).toEqual([1, 1, 2, 1, 1])
    expect((await stateOf(database)).state).toBe('processed')
  })

  it('given by many at once, one counts and all are told that one', async () => {
    const { database, record } = await startedBlock()
    const records = Array.from({ length: 8 }, (_, i) =>
      i % 2 === 0 ? record : { ...record, outcome: failed, idps: [] },
    )
    const told = await Promise.all(records.map((one) => recordAttempt(database, one)))
    expect(new Set(told)).toEqual(new Set([(await stateOf(database)).state]))
  })

  it('is all or nothing', async () => {
    const { database, record } = await startedBlock()
    const twice = [...record.qc1, ...record.qc1]
    await expect(recordAttempt(database, { ...record, qc1: twice })).rejects.toThrow(/duplicate key/)
    expect(await rowCounts(database)).toEqual([0, 0, 0, 0, 0])
    expect((await stateOf(database)).state).toBe('running')
  })

  it('is refused to a closed run', async () => {
    const { database, run, record } = await startedBlock()
    await closeRun(database, { runNumber: run.runNumber, state: 'stopped', problems: [], bytesFreed: 0 })
    await expect(recordAttempt(database, record)).rejects.toThrow(StaleRunError)
    expect(await rowCounts(database)).toEqual([0, 0, 0, 0, 0])
  })

  it('without a start waits for the start that is open: a recipe that runs is never forgotten', async () => {
    const { database, record, startId } = await startedBlock()
    const input: AttemptRecord = { ...record, startId: null, outcome: failed, idps: [], recipeRun: null }
    await expect(recordAttempt(database, input)).rejects.toThrow(InfrastructureError)
    expect((await stateOf(database)).state).toBe('running')
    await closeStart(database, { startId, endedAs: 'not attempted', detail: 'cancel', log: null })
    expect(await recordAttempt(database, input)).toBe('failed')
    expect(await stateOf(database)).toEqual({ state: 'failed', cause: 'Data not found' })
  })

  it('may come with ten thousand QC1 numbers', async () => {
    const { database, record } = await startedBlock()
    const qc1 = Array.from({ length: 10_000 }, (_, i) => ({
      name: `QC ORD${i} OBJ SN`,
      category: 'RED_SCI_POINT_BLUE',
      chip: null,
      orderNumber: i,
      value: i / 7,
      text: null,
      unit: null,
    }))
    await recordAttempt(database, { ...record, qc1 })
    const rows = await database.selectFrom('qc1').select(['order_number', 'value']).orderBy('order_number').execute()
    expect(rows.map(({ value }) => value)).toEqual(qc1.map(({ value }) => value))
  })
})
