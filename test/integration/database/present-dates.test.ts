import { expect, test } from 'vitest'
import { closeRun } from '../../../database/date-runs.ts'
import { presentDates } from '../../../database/present-dates.ts'
import { dateStatuses } from '../../../database/status.ts'
import { INSTRUMENT, opened, ownRecord, registered } from './own-record.ts'

const day = (number: number) => new Date(Date.UTC(2026, 0, 1 + number)).toISOString().slice(0, 10)

test('the newest dates, the open ones, and those whose newest run needs a person; no others', async () => {
  const database = await ownRecord()
  for (let number = 0; number < 30; number += 1) await registered(database, 1, day(number))
  await opened(database, day(0))
  for (const [number, state] of [
    [1, 'error'],
    [2, 'blocked'],
    [3, 'done'],
    [4, 'error'],
  ] as const) {
    const { runNumber } = await opened(database, day(number))
    await closeRun(database, { runNumber, state, problems: [], bytesFreed: 0 })
  }
  // Run again and done: nobody has to look at it.
  const again = await opened(database, day(4))
  await closeRun(database, { runNumber: again.runNumber, state: 'done', problems: [], bytesFreed: 0 })

  const present = await presentDates(database, INSTRUMENT)
  expect(present.registered).toBe(30)
  const newest = Array.from({ length: 20 }, (_, index) => day(29 - index))
  const statuses = await dateStatuses(database, null, null, present.dates)
  expect(statuses.map(({ date }) => date)).toEqual([...newest, day(2), day(1), day(0)])
  expect(statuses.map(({ abs }) => abs.pending)).toEqual(statuses.map(() => 1))
  expect(await presentDates(database, 'NACO')).toEqual({ dates: [], registered: 0 })
})
