import { beforeEach, describe, expect, it } from 'vitest'
import { recordAttempt } from '../../../database/attempts.ts'
import { holdOrRelease, openProbe } from '../../../database/blocked-archive.ts'
import type { Database } from '../../../database/connect.ts'
import { closeRun, type DateRun, giveUpBlockedRun } from '../../../database/date-runs.ts'
import { logIngestion, makeLive, pendingIdps } from '../../../database/idps.ts'
import { activeHolds, placeHold, releaseHolds } from '../../../database/holds.ts'
import { startRecipe } from '../../../database/recipe-starts.ts'
import { attemptRecord, INSTRUMENT, opened, ownRecord, registered, startRequest } from './own-record.ts'

const ARCHIVE = 'folder'
const scope = { type: 'archive', archive: ARCHIVE } as const
const [FIRST, SECOND, THIRD] = ['2026-03-01', '2026-03-02', '2026-03-03'] as const

let database: Database
beforeEach(async () => {
  database = await ownRecord()
  await database.insertInto('host').values({ host: 'muc08', cores: 2, seen_at: new Date() }).execute()
})

/** A night of one block whose IDP waits. */
async function processed(date: string): Promise<DateRun> {
  const [abName = ''] = await registered(database, 1, date)
  const run = await opened(database, date)
  const result = await startRecipe(database, startRequest(run, abName))
  if (!result.started) throw new Error(result.decision.detail)
  await recordAttempt(database, attemptRecord(run, abName, result.startId))
  return run
}

/** What the end of a run does when the archive refuses, and when it takes everything. */
async function end(run: DateRun, state: 'blocked' | 'done'): Promise<string> {
  const { runNumber } = run
  for (const { archiveName } of await pendingIdps(database, INSTRUMENT, run.date, run.host)) {
    if (state === 'done') await makeLive(database, archiveName, runNumber)
    else await logIngestion(database, { archiveName, runNumber, result: 'transport error', message: 'away' })
  }
  await closeRun(database, { runNumber, state, problems: [], bytesFreed: 0 })
  return holdOrRelease(database, ARCHIVE)
}

const standing = async () => (await activeHolds(database)).map(({ kind, placedBy }) => `${kind} by ${placedBy}`)
/** As if all that has ended had ended so long ago that it is time for a probe. */
const later = () =>
  database
    .updateTable('date_run')
    .set({ ended_at: new Date(Date.now() - 300_000) })
    .where('ended_at', 'is not', null)
    .execute()

async function twoBlocked(): Promise<void> {
  expect(await end(await processed(FIRST), 'blocked')).toBe('leave')
  expect(await end(await processed(SECOND), 'blocked')).toBe('hold')
}

describe('the hold', () => {
  it('is placed once, whoever judges', async () => {
    await twoBlocked()
    await Promise.all([1, 2, 3].map(() => holdOrRelease(database, ARCHIVE)))
    expect(await standing()).toEqual(['pause by phoenix'])
    // People outside hear of it.
    const calls = await database.selectFrom('event').select('message').where('kind', '=', 'archive held').execute()
    expect(calls).toHaveLength(1)
    const third = await registered(database, 1, THIRD)
    const start = await startRecipe(database, startRequest(await opened(database, THIRD), third[0] ?? ''))
    expect(start).toMatchObject({ started: false, decision: { reason: 'held' } })
  })

  it('is not placed when the archive has taken something between the two dates', async () => {
    expect(await end(await processed(FIRST), 'blocked')).toBe('leave')
    expect(await end(await processed(SECOND), 'done')).toBe('leave')
    expect(await end(await processed(THIRD), 'blocked')).toBe('leave')
    expect(await standing()).toEqual([])
  })

  it('that a person has released comes back with two further dates only', async () => {
    await twoBlocked()
    await releaseHolds(database, scope, 'ada')
    expect(await end(await processed(THIRD), 'blocked')).toBe('leave')
    expect(await end(await opened(database, FIRST, []), 'blocked')).toBe('hold')
  })

  it('leaves alone what a person has placed on the same archive', async () => {
    await twoBlocked()
    await placeHold(database, { kind: 'pause', scope, reason: 'moving it', placedBy: 'ada' })
    expect(await standing()).toEqual(['pause by phoenix', 'pause by ada'])
    expect(await end(await opened(database, FIRST, []), 'done')).toBe('release')
    expect(await standing()).toEqual(['pause by ada'])
  })
})

describe('a probe', () => {
  it('is opened only while the hold stands', async () => {
    expect(await end(await processed(FIRST), 'blocked')).toBe('leave')
    expect(await openProbe(database)).toBeNull()
  })

  it('takes no block, one date after the other in turn, until one goes in and the hold is released', async () => {
    await twoBlocked()
    const first = await openProbe(database)
    expect(first).toMatchObject({ date: FIRST, host: 'muc08', covers: 'listed' })
    if (first === null) return
    expect(await openProbe(database)).toBeNull()
    expect(await end(first, 'blocked')).toBe('leave')
    expect(await openProbe(database)).toBeNull()
    await later()
    const second = await openProbe(database)
    expect(second).toMatchObject({ date: SECOND })
    if (second === null) return
    expect(await end(second, 'done')).toBe('release')
    expect(await standing()).toEqual([])
    await later()
    expect(await openProbe(database)).toBeNull()
    // The date that still waits is known already: it does not hold the archive again.
    expect(await holdOrRelease(database, ARCHIVE)).toBe('leave')
  })

  it('that has nothing left to try releases the hold: the products were given up', async () => {
    await twoBlocked()
    const [first] = await database.selectFrom('date_run').select('run_number').orderBy('run_number').execute()
    await giveUpBlockedRun(database, first?.run_number ?? 0)
    const probe = await openProbe(database)
    expect(probe).toMatchObject({ date: SECOND })
    // The date that is just tried is none that was given up.
    expect(await openProbe(database)).toBeNull()
    expect(await standing()).toEqual(['pause by phoenix'])
    if (probe === null) return
    await end(probe, 'blocked')
    await giveUpBlockedRun(database, probe.runNumber)
    expect(await openProbe(database)).toBeNull()
    expect(await standing()).toEqual([])
  })

  it('passes over a date that is held, and a host that is away', async () => {
    await twoBlocked()
    const first = { type: 'date', instrument: INSTRUMENT, date: FIRST } as const
    await placeHold(database, { kind: 'pause', scope: first, reason: '', placedBy: 'ada' })
    await database
      .updateTable('host')
      .set({ seen_at: new Date(0) })
      .execute()
    expect(await openProbe(database)).toBeNull()
    await database.updateTable('host').set({ seen_at: new Date() }).execute()
    expect(await openProbe(database)).toMatchObject({ date: SECOND })
  })
})
