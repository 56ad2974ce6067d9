import { expect, test } from 'vitest'
import { abPhases, endAtWork, liveLog, runPhase, showAtWork, showLiveLog } from '../../../database/at-work.ts'
import { closeRun } from '../../../database/date-runs.ts'
import { DATE, INSTRUMENT, opened, ownRecord, registered } from './own-record.ts'

test('what is at work is shown until it ends, and nothing of a closed run', async () => {
  const database = await ownRecord()
  const [first = '', second = ''] = await registered(database, 2)
  const { runNumber } = await opened(database)
  const work = (abName: string | null) => ({ runNumber, host: 'muc08', abName })

  await showAtWork(database, work(null), 'mcalibs')
  await showAtWork(database, work(first), 'raw')
  await showAtWork(database, work(second), 'raw')
  await showAtWork(database, work(second), 'recipe')
  expect(await runPhase(database, INSTRUMENT, DATE)).toBe('mcalibs')
  expect(await abPhases(database, INSTRUMENT, DATE)).toEqual(
    new Map([
      [first, 'raw'],
      [second, 'recipe'],
    ]),
  )

  await endAtWork(database, work(null))
  await endAtWork(database, work(first))
  expect(await runPhase(database, INSTRUMENT, DATE)).toBeNull()
  expect([...(await abPhases(database, INSTRUMENT, DATE)).keys()]).toEqual([second])

  await closeRun(database, { runNumber, state: 'done', problems: [], bytesFreed: 0 })
  expect(await abPhases(database, INSTRUMENT, DATE)).toEqual(new Map())
  expect(await database.selectFrom('at_work').selectAll().execute()).toEqual([])
})

test('the log of a running recipe is shown until the next phase, and never of a closed run', async () => {
  const database = await ownRecord()
  const [abName = ''] = await registered(database, 1)
  const { runNumber } = await opened(database)
  const work = { runNumber, host: 'muc08', abName }
  const shown = () => liveLog(database, { instrument: INSTRUMENT, abName })

  await showLiveLog(database, runNumber, abName, 'nobody is at work')
  expect(await shown()).toBeNull()
  await showAtWork(database, work, 'recipe')
  expect(await shown()).toBeNull()
  await showLiveLog(database, runNumber, abName, 'order 1')
  await showLiveLog(database, runNumber, abName, 'order 1\norder 2')
  expect(await shown()).toBe('order 1\norder 2')
  await showAtWork(database, work, 'products')
  expect(await shown()).toBeNull()

  await showLiveLog(database, runNumber, abName, 'late')
  await closeRun(database, { runNumber, state: 'done', problems: [], bytesFreed: 0 })
  expect(await shown()).toBeNull()
})
