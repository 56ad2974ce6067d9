import { describe, expect, it } from 'vitest'
import { recordAttempt } from '../../../database/attempts.ts'
import { chooseHost, SEEN_WITHIN_MS } from '../../../database/choose-host.ts'
import type { Database } from '../../../database/connect.ts'
import { closeRun, openRun } from '../../../database/date-runs.ts'
import { placeHold, releaseHolds } from '../../../database/holds.ts'
import { startRecipe } from '../../../database/recipe-starts.ts'
import { attemptRecord, DATE, INSTRUMENT, opened, ownRecord, registered, startRequest } from './own-record.ts'

const place = { instrument: INSTRUMENT, date: DATE }

async function withHosts(...names: readonly string[]): Promise<Database> {
  const database = await ownRecord()
  await registered(database)
  for (const host of names) await database.insertInto('host').values({ host, cores: 2 }).execute()
  return database
}

describe('the host for a new run', () => {
  it('is the one that asks when none was seen, or not lately', async () => {
    const database = await withHosts('muc01')
    await database
      .updateTable('host')
      .set({ seen_at: new Date(Date.now() - SEEN_WITHIN_MS - 1000) })
      .execute()
    expect(await chooseHost(database, place, 'muc09')).toBe('muc09')
    await database.updateTable('host').set({ seen_at: new Date() }).execute()
    expect(await chooseHost(database, place, 'muc09')).toBe('muc01')
  })

  it('has the fewest open runs; among equals it is the one that asks, then the first by name', async () => {
    const database = await withHosts('muc02', 'muc01', 'muc03')
    expect(await chooseHost(database, place, 'muc03')).toBe('muc03')
    expect(await chooseHost(database, place, 'muc09')).toBe('muc01')
    await registered(database, 1, '2026-03-02')
    const order = { kind: 'run', orderedBy: 'Ada' } as const
    const busy = await openRun(database, { ...place, date: '2026-03-02', host: 'muc03', order, abNames: 'all' })
    expect(await chooseHost(database, place, 'muc03')).toBe('muc01')
    if (!busy.opened) throw new Error('open already')
    await closeRun(database, { runNumber: busy.run.runNumber, state: 'done', problems: [], bytesFreed: 0 })
    expect(await chooseHost(database, place, 'muc03')).toBe('muc03')
  })

  it('is none that is held', async () => {
    const database = await withHosts('muc01', 'muc02')
    const scope = { type: 'host', host: 'muc01' } as const
    await placeHold(database, { kind: 'pause', scope, reason: '', placedBy: 'Ada' })
    expect(await chooseHost(database, place, 'muc01')).toBe('muc02')
    await releaseHolds(database, scope, 'Ada')
    expect(await chooseHost(database, place, 'muc01')).toBe('muc01')
  })

  it('is the one on which IDPs of the date wait, whatever else is said of it', async () => {
    const database = await withHosts('muc01')
    const run = await opened(database)
    const [abName = ''] = await registered(database)
    const start = await startRecipe(database, startRequest(run, abName))
    if (!start.started) throw new Error(start.decision.detail)
    await recordAttempt(database, attemptRecord(run, abName, start.startId))
    expect(run.host).toBe('muc08')
    expect(await chooseHost(database, place, 'muc01')).toBe('muc08')
    expect(await chooseHost(database, { ...place, date: '2026-03-02' }, 'muc01')).toBe('muc01')
  })
})
