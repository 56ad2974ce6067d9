import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recordAttempt } from '../../../database/attempts.ts'
import { endCampaign } from '../../../database/campaign-dates.ts'
import { placeCampaign, readCampaign } from '../../../database/campaigns.ts'
import { closeRun, openRuns } from '../../../database/date-runs.ts'
import { absToRetry } from '../../../database/plan.ts'
import { activeHolds, placeHold } from '../../../database/holds.ts'
import { startRecipe } from '../../../database/recipe-starts.ts'
import { controlOf } from '../../../domain/hold.ts'
import type { ClosedRunState } from '../../../domain/date-run.ts'
import { blocks, DATE } from '../../client/blocks.ts'
import { attemptRecord } from '../database/own-record.ts'
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
    [[`date/uves/${DATE}`], { type: 'date', instrument: 'UVES', date: DATE }],
    [['host/muc08'], { type: 'host', host: 'muc08' }],
    [['archive/folder'], { type: 'archive', archive: 'folder' }],
  ])('scope %j', async (scope, expected) => {
    const { code } = await own.phoenix('cancel', ...scope)
    expect(code).toBe(0)
    expect(await activeHolds(own.database)).toMatchObject([{ kind: 'cancel', scope: expected, placedBy: 'ada' }])
    expect((await start(0)).started).toBe(false)
  })

  test('daily processing of an instrument is a scope of its own: an order that is not daily goes on', async () => {
    const { code, out } = await own.phoenix('pause', 'daily/uves', '--reason', 'moon')
    expect(code).toBe(0)
    expect(out).toContain('pause of daily UVES is on record (hold 1, by ada')
    expect(out).toContain('0 open runs in scope')
    expect(out).toContain('`phoenix resume daily/UVES` releases it')
    expect((await start(0)).started).toBe(true)
    const daily = { ...place, kind: 'daily' as const }
    expect(controlOf(await activeHolds(own.database), daily).command).toBe('pause')
    expect((await own.phoenix('resume', 'daily/UVES')).out).toContain('released: pause of daily UVES, placed by ada')
  })

  test.each([
    [['moon/UVES'], "'moon/UVES' is no scope"],
    [['campaign/x'], "'campaign/x' is no campaign"],
    [['campaign/7'], 'there is no campaign/7'],
    [['host/muc08', DATE], 'host/muc08 has no dates'],
    [['daily/FORS'], 'FORS'],
    [['UVES', '--all'], 'more than one scope is given'],
    [[], 'no scope is given'],
  ])('%j is a mistake, told in one line', async (scope, message) => {
    const { code, error } = await own.phoenix('pause', ...scope)
    expect(code).toBe(2)
    expect(error).toContain(message)
    expect(error.trimEnd().split('\n')).toHaveLength(1)
    expect(await activeHolds(own.database)).toEqual([])
  })

  test('--dry-run tells what would be held and killed, and writes nothing', async () => {
    await start(0)
    const { code, out } = await own.phoenix('cancel', 'UVES', '--dry-run')
    expect(code).toBe(0)
    expect(out).toContain('dry run: cancel of UVES, 1 open runs in scope')
    expect(out).toMatch(new RegExp(`^UVES ${DATE}\t1\trunning\tmuc08$`, 'm'))
    expect(out).toMatch(new RegExp(`^${blocks(2)[0]?.name}\tmuc08\t`, 'm'))
    expect(await own.json('pause', '--all', '--dry-run')).toMatchObject({
      dryRun: true,
      openRuns: [{ runNumber: 1 }],
      runningRecipes: [{ abName: blocks(2)[0]?.name }],
    })
    expect(await activeHolds(own.database)).toEqual([])
    await own.phoenix('pause', 'UVES', '--reason', 'fog')
    expect((await own.phoenix('resume', 'UVES', '--dry-run')).out).toContain('pause by ada: fog')
    expect(await activeHolds(own.database)).toHaveLength(1)
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
    expect(await giveUp('--dry-run')).toMatchObject({ code: 0, out: expect.stringContaining('would count as stopped') })
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

test('report tells every hold that kept its runs from starting, also those that are over: who, when, why', async () => {
  await own.phoenix('pause', 'UVES', '--reason', 'fog')
  await own.phoenix('resume', 'UVES')
  await own.phoenix('pause', 'host/elsewhere')
  await own.phoenix('pause', 'host/muc08', '--reason', 'disk')
  const { out } = await own.phoenix('report', 'UVES', DATE)
  expect(out).toMatch(/^held: pause of UVES by ada at .* \(fog\), released by ada at /m)
  expect(out).toMatch(/^held: pause of host muc08 by ada at .* \(disk\), it stands$/m)
  expect(out).not.toContain('elsewhere')
  await close('done')
  await own.phoenix('pause', '--all', '--reason', 'later')
  expect((await own.phoenix('report', 'UVES', DATE)).out).not.toContain('later')
})

test('hosts: what each runs and has, drained and let go again', async () => {
  const row = { cores: 8, load_average: 3.25, free_bytes: 5e9, needed_bytes: 1e9 }
  await own.database
    .insertInto('host')
    .values({ host: 'muc08', ...row, seen_at: new Date() })
    .execute()
  await own.database
    .insertInto('host')
    .values({ host: 'muc09', ...row, free_bytes: 5e8, seen_at: new Date(0) })
    .execute()
  await start(0)
  expect(await own.phoenix('hosts', 'drain', 'muc08', '--dry-run')).toMatchObject({ code: 0 })
  expect((await own.phoenix('hosts')).out).toMatch(/^muc08\t8\t3\.3\t5\.0\t1\t1\t.*\tready$/m)
  expect((await own.phoenix('hosts', 'list')).out).toMatch(
    /^muc09\t8\t3\.3\t0\.5\t0\t0\t.*\taway, disk below the 1\.0 GB that it wants free$/m,
  )
  const drained = await own.phoenix('hosts', 'drain', 'muc08', '--reason', 'new memory')
  expect(drained.out).toContain('pause of host muc08 is on record (hold 1, by ada')
  expect((await own.phoenix('hosts')).out).toMatch(/\tdrained \(pause by ada: new memory\)$/m)
  expect(await own.json('hosts', 'list')).toMatchObject({
    hosts: [{ host: 'muc08', drain: { reason: 'new memory' } }, { drain: null }],
  })
  expect((await start(1)).started).toBe(false)
  await own.phoenix('hosts', 'undrain', 'muc08')
  expect((await start(1)).started).toBe(true)
})

test('a campaign: paused while it is open, taken up again after a stop', async () => {
  const [ab] = blocks(2)
  const { orderId } = await placeCampaign(
    own.database,
    {
      kind: 'back-process',
      instrument: 'UVES',
      orderedBy: 'ada',
      reason: null,
      newestFirst: true,
      datesAtOnce: 1,
      anyTime: true,
      leaveOutMissing: false,
      trial: false,
    },
    [{ abName: ab?.name ?? '', date: DATE, generation: 1, rawType: '' }],
  )
  const name = `campaign/${orderId}`
  expect((await own.phoenix('pause', name, '--reason', 'moon')).out).toContain(`\`phoenix resume ${name}\` releases it`)
  expect(await activeHolds(own.database)).toMatchObject([{ scope: { type: 'campaign', orderId }, reason: 'moon' }])
  expect((await own.phoenix('resume', name)).out).toContain(`${name} goes on`)
  await endCampaign(own.database, orderId ?? 0, 'stopped')
  expect(await own.phoenix('stop', name)).toMatchObject({
    code: 2,
    error: expect.stringContaining(`${name} is stopped, nothing to stop`),
  })
  expect((await own.phoenix('resume', name)).out).toContain(`${name} goes on`)
  expect((await readCampaign(own.database, orderId ?? 0))?.endedAs).toBeNull()
  await endCampaign(own.database, orderId ?? 0, 'done')
  expect((await own.phoenix('resume', name)).out).toContain(`nothing to resume: ${name} is done`)
})

describe('a systematic failure', () => {
  const cause = 'exit code 1 without an error message'
  /** Five blocks of the night fail of one cause, of a recipe on this host. */
  async function fiveFail() {
    await own.database.deleteFrom('event').execute()
    await close('done')
    own.layBlocks(blocks(6))
    await own.phoenix('register', 'UVES', DATE)
    await own.phoenix('run', 'UVES', DATE)
    const [run] = await openRuns(own.database)
    if (run === undefined) throw new Error('no run is open')
    for (const { name } of blocks(6).slice(0, 5)) {
      await recordAttempt(own.database, {
        ...attemptRecord(run, name, null),
        outcome: { outcome: 'failed', kind: 'recipe', cause },
        templateOrSetting: `template of ${name}`,
        idps: [],
      })
    }
    return run
  }

  test('is shown with cause, count and an example, and waits for a person', async () => {
    await fiveFail()
    const text = `systematic failure of UVES: 5 ABs with "${cause}", for example ${blocks(6)[4]?.name}`
    const { out } = await own.phoenix('status')
    expect(out).toContain(text)
    expect(out).toContain('`phoenix resume UVES --retry-cause` gives these ABs another attempt')
    expect(out).toMatch(/^1\tpause\tUVES\tphoenix\t.*\tsystematic failure: 5 ABs/m)
    expect((await own.phoenix('report', 'UVES', DATE)).out).toContain(text)
    expect(await own.json('status')).toMatchObject({ failures: [{ action: 'hold', abs: 5, exampleCause: cause }] })
  })

  test('resume goes on without those ABs; the report still tells of it', async () => {
    await fiveFail()
    expect((await own.phoenix('resume', 'UVES')).out).toContain('released: pause of UVES, placed by phoenix')
    expect(await own.json('status', 'UVES', DATE)).toMatchObject({
      failures: [],
      dates: [{ abs: { failed: 5 } }],
    })
    expect((await own.phoenix('report', 'UVES', DATE)).out).toContain('systematic failure of UVES: 5 ABs')
    expect((await own.phoenix('resume', 'UVES', '--retry-cause')).error).toContain(
      'no systematic failure holds UVES: there is no cause to retry',
    )
  })

  test('resume --retry-cause: the open run takes them up', async () => {
    const run = await fiveFail()
    expect((await own.phoenix('resume', 'UVES', '--retry-cause', '--dry-run')).out).toContain(
      '5 ABs would get another generation',
    )
    const { code, out } = await own.phoenix('resume', 'UVES', '--retry-cause')
    expect(code).toBe(0)
    expect(out).toContain(
      '5 ABs of UVES get another generation (order 3): recipe: exit code # without an error message',
    )
    expect(out).toContain(`UVES ${DATE}: 5 ABs, run ${run.runNumber} takes them up`)
    expect(await activeHolds(own.database)).toEqual([])
    expect(await absToRetry(own.database, run)).toEqual(
      blocks(6)
        .slice(0, 5)
        .map(({ name }) => name),
    )
  })

  test('resume --retry-cause: a date whose run has ended gets one for them alone', async () => {
    const run = await fiveFail()
    await closeRun(own.database, { runNumber: run.runNumber, state: 'stopped', problems: [], bytesFreed: 0 })
    expect((await own.phoenix('resume', 'UVES', '--retry-cause')).out).toContain('run 3 is opened for them')
    const [opened] = await openRuns(own.database)
    expect(opened).toMatchObject({ runNumber: 3, kind: 'reprocess', anyTime: true, covers: 'listed' })
    const events = own.database.selectFrom('event').select('message').where('kind', '=', 're-processing ordered')
    expect((await events.execute())[0]?.message).toMatch(
      /^generation 2: retried after a systematic failure: recipe: exit code #/,
    )
  })
})
