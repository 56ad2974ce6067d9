import { expect, test } from 'vitest'
import { recordAttempt } from '../../../database/attempts.ts'
import { setDate } from '../../../database/campaign-dates.ts'
import { campaignFailures, campaignProgress } from '../../../database/campaign-progress.ts'
import { placeCampaign } from '../../../database/campaigns.ts'
import type { Database } from '../../../database/connect.ts'
import { closeRun } from '../../../database/date-runs.ts'
import { startRecipe } from '../../../database/recipe-starts.ts'
import { attemptRecord, DATE, INSTRUMENT, opened, ownRecord, registered, startRequest } from './own-record.ts'

const LATER = '2026-03-02'

test('answers count block by block while a date is in motion, and stay counted when it has ended', async () => {
  const database = await ownRecord()
  const [first = '', second = ''] = await registered(database, 2)
  const [third = ''] = await registered(database, 1, LATER)
  const orderId = await campaignOf(database, [
    { abName: first, date: DATE },
    { abName: second, date: DATE },
    { abName: third, date: LATER },
  ])
  const counts = async () => {
    const { abs, processed, failed, gone, dates } = await campaignProgress(database, orderId)
    return { abs, processed, failed, gone, dates }
  }
  expect(await counts()).toEqual({ abs: 3, processed: 0, failed: 0, gone: 0, dates: { waiting: 2 } })

  await setDate(database, orderId, DATE, 'running', null)
  await answer(database, DATE, { [first]: null })
  expect(await counts()).toMatchObject({ abs: 3, processed: 1, failed: 0, dates: { running: 1, waiting: 1 } })
  await setDate(database, orderId, DATE, 'blocked', null)
  await answer(database, DATE, { [second]: 'no light in order 12' })
  expect(await counts()).toMatchObject({ processed: 1, failed: 1, dates: { blocked: 1, waiting: 1 } })
  await setDate(database, orderId, DATE, 'done', null)
  expect(await counts()).toMatchObject({ abs: 3, processed: 1, failed: 1, dates: { done: 1, waiting: 1 } })

  // Answered by another run while it waits here: known when the campaign has come to the date.
  await answer(database, LATER, { [third]: null })
  expect(await counts()).toMatchObject({ processed: 1 })
  await setDate(database, orderId, LATER, 'done', null)
  expect(await counts()).toEqual({ abs: 3, processed: 2, failed: 1, gone: 0, dates: { done: 2 } })
  expect(await campaignFailures(database, orderId)).toMatchObject([{ abs: 1, example: second }])
})

test('a block that was withdrawn since the order is gone, and nobody waits for it', async () => {
  const database = await ownRecord()
  const [abName = ''] = await registered(database, 1)
  const orderId = await campaignOf(database, [{ abName, date: DATE }])
  await database.updateTable('sciproc_ab').set({ state: 'withdrawn' }).where('ab_name', '=', abName).execute()
  await setDate(database, orderId, DATE, 'done', 'nothing left')
  expect(await campaignProgress(database, orderId)).toMatchObject({ abs: 1, processed: 0, gone: 1, secondsLeft: null })
})

async function campaignOf(database: Database, abs: readonly { abName: string; date: string }[]): Promise<number> {
  const placed = await placeCampaign(
    database,
    {
      kind: 'back-process',
      instrument: INSTRUMENT,
      orderedBy: 'Ada',
      reason: null,
      newestFirst: false,
      datesAtOnce: 1,
      anyTime: true,
      leaveOutMissing: false,
      trial: false,
    },
    abs.map((ab) => ({ ...ab, generation: 1, rawType: 'SCI_POINT_BLUE' })),
  )
  return placed.orderId ?? Number.NaN
}

/** A run of the date answers these blocks: null is fine, a text the cause of a failure. */
async function answer(
  database: Database,
  date: string,
  answers: Readonly<Record<string, string | null>>,
): Promise<void> {
  const run = await opened(database, date, Object.keys(answers))
  for (const [abName, cause] of Object.entries(answers)) {
    const started = await startRecipe(database, startRequest(run, abName))
    if (!started.started) throw new Error(started.decision.detail)
    const record = attemptRecord(run, abName, started.startId)
    const failed = { outcome: 'failed', kind: 'recipe', cause: cause ?? '' } as const
    await recordAttempt(database, cause === null ? record : { ...record, outcome: failed, idps: [] })
  }
  await closeRun(database, { runNumber: run.runNumber, state: 'done', problems: [], bytesFreed: 0 })
}
