import { describe, expect, it } from 'vitest'
import {
  closeRun,
  findOpenRun,
  giveUpBlockedRun,
  openRun,
  openRuns,
  readRun,
  showRunState,
} from '../../../database/date-runs.ts'
import { eventsOf } from '../../../database/events.ts'
import { holdFence, StaleRunError } from '../../../database/fence.ts'
import { activeHolds, placeHold } from '../../../database/holds.ts'
import { InfrastructureError } from '../../../domain/failure.ts'
import type { HoldKind, HoldScope } from '../../../domain/hold.ts'
import { DATE, INSTRUMENT, opened, ownRecord, registered } from './own-record.ts'

const newRun = (orderedBy: string) => ({
  instrument: INSTRUMENT,
  date: DATE,
  host: 'muc08',
  order: { kind: 'run' as const, orderedBy, leaveOutMissing: true },
  abNames: 'all' as const,
})
const closing = { problems: [], bytesFreed: 0 }

describe('a run of a date', () => {
  it('is opened by one of many who try at once; the others are told who did', async () => {
    const database = await ownRecord()
    await registered(database)
    const names = Array.from({ length: 10 }, (_, i) => `operator ${i}`)
    const results = await Promise.all(names.map((name) => openRun(database, newRun(name))))
    const winner = names[results.findIndex((result) => result.opened)]
    expect(results.filter((result) => result.opened)).toHaveLength(1)
    for (const result of results) expect(result.opened ? winner : result.orderedBy).toBe(winner)
    // The orders of those who came too late are not left behind.
    expect(await database.selectFrom('processing_order').selectAll().execute()).toHaveLength(1)
  })

  it('can be read, shows what it waits for, and is listed while it is open', async () => {
    const database = await ownRecord()
    await registered(database)
    const run = await opened(database)
    expect(await showRunState(database, run.runNumber, 'holding', 'a person')).toBe(true)
    const held = { ...run, state: 'holding', waitsFor: 'a person' }
    expect(await readRun(database, run.runNumber)).toMatchObject({ state: 'holding', waitsFor: 'a person', date: DATE })
    expect((await openRuns(database)).map(({ runNumber }) => runNumber)).toEqual([held.runNumber])
    await closeRun(database, { ...closing, runNumber: run.runNumber, state: 'done' })
    expect(await showRunState(database, run.runNumber, 'running', null)).toBe(false)
    expect([await openRuns(database), await findOpenRun(database, INSTRUMENT, DATE)]).toEqual([[], null])
    expect(await readRun(database, run.runNumber + 1)).toBeNull()
  })

  it('closes once: the first state counts, and the next run has a higher number', async () => {
    const database = await ownRecord()
    await registered(database)
    const first = await opened(database)
    const close = (state: 'error' | 'done') =>
      closeRun(database, { runNumber: first.runNumber, state, problems: ['a.fits is missing'], bytesFreed: 5 })
    expect([await close('error'), await close('done')]).toEqual(['error', 'error'])
    expect((await opened(database)).runNumber).toBeGreaterThan(first.runNumber)
    const kinds = (await eventsOf(database, INSTRUMENT, DATE)).map(({ kind }) => kind)
    expect(kinds).toEqual(['registered', 'run opened', 'date in error', 'run opened'])
  })

  it('is given up only when it is blocked', async () => {
    const database = await ownRecord()
    await registered(database)
    const { runNumber } = await opened(database)
    expect(await giveUpBlockedRun(database, runNumber)).toBe(false)
    await closeRun(database, { ...closing, runNumber, state: 'blocked' })
    expect([await giveUpBlockedRun(database, runNumber), await giveUpBlockedRun(database, runNumber)]).toEqual([
      true,
      false,
    ])
    expect((await readRun(database, runNumber))?.state).toBe('stopped')
  })

  it('a registered date is needed: no run of a night that nobody knows', async () => {
    const database = await ownRecord()
    await expect(openRun(database, newRun('Ada'))).rejects.toThrow(/foreign key/)
  })
})

it('the fence lets an open run through, and refuses a closed or unknown one', async () => {
  const database = await ownRecord()
  await registered(database)
  const { runNumber } = await opened(database)
  const hold = (number: number) => database.transaction().execute((transaction) => holdFence(transaction, number))
  await hold(runNumber)
  await closeRun(database, { ...closing, runNumber, state: 'stopped' })
  await expect(hold(runNumber)).rejects.toThrow(StaleRunError)
  await expect(hold(runNumber + 1)).rejects.toThrow(InfrastructureError)
})

it('a run that closes releases the stop and cancel holds of its date, and no others', async () => {
  const database = await ownRecord()
  await registered(database)
  const { runNumber } = await opened(database)
  const place = (kind: HoldKind, scope: HoldScope) => placeHold(database, { kind, scope, reason: '', placedBy: 'Ada' })
  const date = { type: 'date', instrument: INSTRUMENT, date: DATE } as const
  await place('stop', date)
  await place('cancel', date)
  const kept = [
    await place('pause', date),
    await place('stop', { ...date, date: '2026-03-02' }),
    await place('stop', { ...date, instrument: 'FORS2' }),
    await place('cancel', { type: 'everything' }),
    await place('stop', { type: 'instrument', instrument: INSTRUMENT }),
  ]
  await closeRun(database, { ...closing, runNumber, state: 'stopped' })
  expect(await activeHolds(database)).toEqual(kept)
})
