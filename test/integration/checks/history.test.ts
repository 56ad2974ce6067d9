import { expect, test } from 'vitest'
import { recordAttempt } from '../../../database/attempts.ts'
import type { Database } from '../../../database/connect.ts'
import type { DateRun } from '../../../database/date-runs.ts'
import { startRecipe } from '../../../database/recipe-starts.ts'
import { recordedValues, scoresOf } from '../../../database/scores.ts'
import { attemptRecord, INSTRUMENT, opened, ownRecord, registered, startRequest } from '../database/own-record.ts'

const value = (name: string, measured: number | null) => ({ name, score: null, value: measured, limit: 'none' })

async function started(database: Database, run: DateRun, abName: string): Promise<number> {
  const start = await startRecipe(database, startRequest(run, abName))
  if (!start.started) throw new Error(`${abName} was not started`)
  return start.startId
}

test('scores are part of the record of an attempt', async () => {
  const database = await ownRecord()
  const [abName = ''] = await registered(database)
  const run = await opened(database)
  const scores = [
    { name: 'association', score: 0 as const, value: 0, limit: 'at most 0 NOK or MISS' },
    { name: 'ripple', score: 1 as const, value: 0.7, limit: '0.1 to 0.5 (median ± 10 MAD of 31)' },
    value('wavelength rms', null),
  ]
  await recordAttempt(database, { ...attemptRecord(run, abName, await started(database, run, abName)), scores })
  expect(await scoresOf(database, { instrument: INSTRUMENT, abName, generation: 1 })).toEqual(scores)
})

test('history: values of processed blocks of the same setting only, newest first', async () => {
  const database = await ownRecord()
  const names = await registered(database, 6)
  const run = await opened(database)
  const record = async (index: number, setting: string | null, measured: number | null, processed = true) => {
    const outcome = processed
      ? ({ outcome: 'processed' } as const)
      : ({ outcome: 'failed', kind: 'product', cause: 'no light' } as const)
    const abName = names[index] ?? ''
    await recordAttempt(database, {
      ...attemptRecord(run, abName, await started(database, run, abName)),
      outcome,
      setting,
      idps: [],
      scores: [value('ripple', measured), value('order width', 3)],
    })
  }
  await record(0, 'SCI_POINT_BLUE 437', 0.1)
  await record(1, 'SCI_POINT_BLUE 437', 0.2)
  await record(2, 'SCI_POINT_BLUE 390', 99)
  await record(3, 'SCI_POINT_BLUE 437', 98, false)
  await record(4, 'SCI_POINT_BLUE 437', null)
  await record(5, null, 97)
  const history = await recordedValues(database, INSTRUMENT, 'SCI_POINT_BLUE 437', ['ripple'])
  expect([...history]).toEqual([['ripple', [0.2, 0.1]]])
  expect(await recordedValues(database, 'XSHOOTER', 'SCI_POINT_BLUE 437', ['ripple'])).toEqual(new Map())
  expect(await recordedValues(database, INSTRUMENT, 'SCI_POINT_BLUE 437', [])).toEqual(new Map())
})
