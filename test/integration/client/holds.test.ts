import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { closeRun } from '../../../database/date-runs.ts'
import { activeHolds, placeHold } from '../../../database/holds.ts'
import { startRecipe } from '../../../database/recipe-starts.ts'
import type { ClosedRunState } from '../../../domain/date-run.ts'
import { blocks, DATE } from '../../client/blocks.ts'
import { type OwnInstallation, ownInstallation } from './own-installation.ts'

let own: OwnInstallation
beforeEach(async () => {
  own = await ownInstallation()
  own.layBlocks(blocks(2))
  await own.phoenix('register', 'UVES', DATE)
  await own.phoenix('run', 'UVES', DATE)
})
afterEach(() => own.drop())

const place = { instrument: 'UVES', date: DATE, orderId: 1, host: 'muc08', archives: ['folder'] }
const start = (index: number) =>
  startRecipe(own.database, {
    runNumber: 1,
    abName: blocks(2)[index]?.name ?? '',
    generation: 1,
    version: 1,
    folder: '/scratch/x',
    place,
    windowIsOpen: true,
  })
const close = (state: ClosedRunState) => closeRun(own.database, { runNumber: 1, state, problems: [], bytesFreed: 0 })

describe('pause, stop, cancel', () => {
  test('the acknowledgement is the committed row: no recipe starts, those that run are counted', async () => {
    expect((await start(0)).started).toBe(true)
    const { code, out } = await own.phoenix('pause', 'UVES', DATE, '--reason', 'cooling water')
    expect(code).toBe(0)
    expect(out).toMatch(/pause of UVES 2026-03-01 is on record \(hold 1, by ada at .*: cooling water\)/)
    expect(out).toContain('1 open run in scope, 1 recipe is running and will finish')
    expect(await start(1)).toMatchObject({ started: false, decision: { reason: 'held' } })
  })

  test.each([
    [['--all'], { type: 'everything' }],
    [['uves'], { type: 'instrument', instrument: 'UVES' }],
    [['--host', 'muc08'], { type: 'host', host: 'muc08' }],
    [['--archive', 'folder'], { type: 'archive', archive: 'folder' }],
    [['UVES', DATE], { type: 'date', instrument: 'UVES', date: DATE }],
  ])('scope %j', async (scope, expected) => {
    const { code } = await own.phoenix('cancel', ...scope)
    expect(code).toBe(0)
    expect(await activeHolds(own.database)).toMatchObject([{ kind: 'cancel', scope: expected, placedBy: 'ada' }])
    expect((await start(0)).started).toBe(false)
  })

  test('stop of a date without an open run is told and leaves no hold behind', async () => {
    await close('done')
    const { code, error } = await own.phoenix('stop', 'UVES', DATE)
    expect(code).toBe(2)
    expect(error).toContain(`no run of UVES ${DATE} is open: its last run (1) is done, nothing to stop`)
    expect(await activeHolds(own.database)).toEqual([])
  })

  test('a hold on what nobody knows is kept, with a warning', async () => {
    expect((await own.phoenix('pause', 'UVES', '2026-04-01')).error).toContain('2026-04-01 is not registered')
    expect((await own.phoenix('pause', '--archive', 'attic')).error).toContain(
      'no archive of this installation is called attic',
    )
    expect((await own.phoenix('pause', '--host', 'nowhere')).error).toContain('no host called nowhere was ever seen')
    expect(await activeHolds(own.database)).toHaveLength(3)
  })

  test('a standing hold is told to whoever opens a run', async () => {
    await close('done')
    await own.phoenix('pause', '--all', '--reason', 'earthquake')
    const { error } = await own.phoenix('run', 'UVES', DATE)
    expect(error).toMatch(/a hold stands \(pause by ada since .*: earthquake\)/)
  })
})

describe('resume', () => {
  test('releases exactly the scope that is named, and tells what still holds', async () => {
    await own.phoenix('pause', '--all', '--reason', 'earthquake')
    await own.phoenix('pause', 'UVES', DATE)
    const { code, out, error } = await own.phoenix('resume', 'UVES', DATE)
    expect(code).toBe(0)
    expect(out).toContain(`released: pause of UVES ${DATE}, placed by ada`)
    expect(out).toContain('run 1 of UVES 2026-03-01 goes on')
    expect(error).toContain('still held: pause of everything by ada: earthquake (`phoenix resume --all`)')
    await own.phoenix('resume', '--all')
    expect((await start(0)).started).toBe(true)
  })

  test.each(['stopped', 'blocked'] as const)('a %s date with work left gets a new run', async (state) => {
    await close(state)
    const { code, out } = await own.phoenix('resume', 'UVES', DATE)
    expect(code).toBe(0)
    expect(out).toContain(`UVES ${DATE} was ${state}: run 2 goes on with what is left`)
    const rows = await own.database
      .selectFrom('date_run')
      .select(['run_number', 'state'])
      .orderBy('run_number')
      .execute()
    expect(rows).toEqual([
      { run_number: 1, state },
      { run_number: 2, state: 'running' },
    ])
  })

  test.each(['done', 'error'] as const)('a date that is %s is not opened again', async (state) => {
    await close(state)
    expect((await own.phoenix('resume', 'UVES', DATE)).out).toContain(`nothing to resume: UVES ${DATE} is ${state}`)
    expect(await own.database.selectFrom('date_run').selectAll().execute()).toHaveLength(1)
  })

  test('a wider scope names the dates that ended under it', async () => {
    await own.phoenix('stop', 'UVES')
    await close('stopped')
    const { out } = await own.phoenix('resume', 'UVES')
    expect(out).toContain(`UVES ${DATE} is stopped with work left: \`phoenix resume UVES ${DATE}\` goes on with it`)
  })

  test('there is no way back into a run that is ending', async () => {
    await own.phoenix('cancel', 'UVES', DATE)
    await own.database.updateTable('date_run').set({ state: 'cancelling' }).execute()
    const { code, error } = await own.phoenix('resume', 'UVES', DATE)
    expect(code).toBe(2)
    expect(error).toContain(`run 1 of UVES ${DATE} is cancelling: resume when it has ended`)
    expect(await activeHolds(own.database)).toHaveLength(1)
  })

  test('nothing to resume is said', async () => {
    expect((await own.phoenix('resume', '--all')).out).toContain('no hold of exactly this scope stands: everything')
    expect((await own.phoenix('resume', 'UVES', DATE)).out).toContain('run 1 is running and not held by this scope')
    expect((await own.phoenix('resume', 'UVES', '2026-04-01')).code).toBe(2)
  })
})

describe('give-up', () => {
  const giveUp = (...more: readonly string[]) =>
    own.phoenix('give-up', 'UVES', DATE, '--reason', 'archive is gone', ...more)

  test('only a blocked date, and only with --yes; it is recorded', async () => {
    expect(await giveUp('--yes')).toMatchObject({
      code: 2,
      error: expect.stringContaining('only a blocked date can be given up'),
    })
    await close('blocked')
    expect(await giveUp()).toMatchObject({ code: 2, error: expect.stringContaining('add --yes') })
    expect(await giveUp('--yes')).toMatchObject({
      code: 0,
      out: expect.stringContaining('run 1 of UVES 2026-03-01 is stopped'),
    })
    const events = await own.database
      .selectFrom('event')
      .select(['kind', 'message', 'who'])
      .where('kind', '=', 'given up')
      .execute()
    expect(events).toEqual([{ kind: 'given up', message: 'archive is gone', who: 'ada' }])
    expect(await giveUp('--yes')).toMatchObject({ code: 2 })
  })
})

test('status shows open runs, holds and dates', async () => {
  await placeHold(own.database, {
    kind: 'pause',
    scope: { type: 'host', host: 'muc08' },
    reason: 'disk',
    placedBy: 'bob',
  })
  const { out } = await own.phoenix('status')
  expect(out).toMatch(/^1\tUVES 2026-03-01\trunning\tmuc08\t.*\tada\t$/m)
  expect(out).toMatch(/^1\tpause\thost muc08\tbob\t.*\tdisk$/m)
  expect(out).toMatch(/^UVES 2026-03-01\trunning\t1\t2\t0\t0\t0\t0\t0\t0\t0\t$/m)
  expect(await own.json('status', 'UVES', DATE)).toMatchObject({
    dates: [{ instrument: 'UVES', date: DATE, run: { runNumber: 1, orderedBy: 'ada' }, abs: { pending: 2 } }],
    holds: [{ kind: 'pause', placedBy: 'bob' }],
    abs: [{ state: 'pending' }, { state: 'pending' }],
  })
})
