import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeCampaign } from '../../../activities/campaign.ts'
import { recordAttempt } from '../../../database/attempts.ts'
import { endCampaign, openCampaignDate, settleDates } from '../../../database/campaign-dates.ts'
import { type Campaign, readCampaign } from '../../../database/campaigns.ts'
import { closeRun } from '../../../database/date-runs.ts'
import { absToProcess } from '../../../database/plan.ts'
import { startRecipe } from '../../../database/recipe-starts.ts'
import { registerDate } from '../../../database/registration.ts'
import { blocks } from '../../client/blocks.ts'
import { attemptRecord, blockNumber, startRequest, toRegister } from '../database/own-record.ts'
import { type OwnInstallation, ownInstallation } from './own-installation.ts'

const DATES = ['2026-03-01', '2026-03-02', '2026-03-05'] as const
const RANGE = '2026-03-01..2026-03-31'

let own: OwnInstallation
/** Three nights of two blocks each, and one on the last that is left out. */
beforeEach(async () => {
  own = await ownInstallation()
  await own.phoenix('status')
  const virtual = { code: 'mode not certified', text: 'ECHELLE,SLIT is not certified' } as const
  for (const date of DATES) {
    const blocks = [0, 1].map((i) => toRegister(blockNumber(i, date)))
    if (date === DATES[2]) blocks.push(toRegister(blockNumber(2, date), 'x', virtual))
    await registerDate(own.database, { instrument: 'UVES', date, abDir: '/abs', blocks })
  }
})
afterEach(() => own.drop())

/** Runs a date of a campaign to its end; of its blocks the first fails and the others succeed. */
async function process(orderId: number, date: string): Promise<void> {
  const opened = await openCampaignDate(own.database, await campaign(orderId), date, 'muc08')
  if (opened === 'nothing left' || !opened.opened) throw new Error('nothing opened')
  const { run } = opened
  const listed = await own.database
    .selectFrom('run_ab')
    .select('ab_name')
    .where('run_number', '=', run.runNumber)
    .execute()
  for (const [index, { ab_name: abName }] of listed.toSorted((a, b) => (a.ab_name < b.ab_name ? -1 : 1)).entries()) {
    const { generation, version } = await own.database
      .selectFrom('sciproc_ab')
      .select(['generation', 'version'])
      .where('ab_name', '=', abName)
      .executeTakeFirstOrThrow()
    const started = await startRecipe(own.database, { ...startRequest(run, abName, generation), version })
    if (!started.started) throw new Error(started.decision.detail)
    const record = { ...attemptRecord(run, abName, started.startId), generation, version }
    const failed = { outcome: 'failed', kind: 'recipe', cause: `no light in order ${index + 12}` } as const
    await recordAttempt(own.database, index === 0 ? { ...record, outcome: failed, idps: [] } : record)
  }
  await closeRun(own.database, { runNumber: run.runNumber, state: 'done', problems: [], bytesFreed: 0 })
  await settleDates(own.database, orderId)
}

function namesIn(names: readonly string[]): string {
  const list = join(own.env['PHOENIX_HOME'] ?? '', 'abs.txt')
  writeFileSync(list, names.join('\n'))
  return list
}

async function campaign(orderId: number): Promise<Campaign> {
  const found = await readCampaign(own.database, orderId)
  if (found === null) throw new Error('no campaign')
  return found
}

/** Tries a date of a trial, or so many of its blocks before it is stopped; the first fails. Gives the number of the run. */
async function tryDate(orderId: number, date: string, abs?: number): Promise<number> {
  const opened = await openCampaignDate(own.database, await campaign(orderId), date, 'muc08')
  if (opened === 'nothing left' || !opened.opened) throw new Error('nothing opened')
  const { run } = opened
  const generation = -run.runNumber
  const toTry = await absToProcess(own.database, run)
  for (const [index, { abName, version }] of toTry.slice(0, abs).entries()) {
    const started = await startRecipe(own.database, { ...startRequest(run, abName, generation), version })
    if (!started.started) throw new Error(started.decision.detail)
    const record = { ...attemptRecord(run, abName, started.startId), generation, version }
    const failed = { outcome: 'failed', kind: 'recipe', cause: 'no light' } as const
    await recordAttempt(own.database, index === 0 ? { ...record, outcome: failed, idps: [] } : record)
  }
  const state = abs === undefined ? 'done' : 'stopped'
  await closeRun(own.database, { runNumber: run.runNumber, state, problems: [], bytesFreed: 0 })
  await settleDates(own.database, orderId)
  return run.runNumber
}

describe('phoenix back-process', () => {
  test('orders what was never attempted, newest date first; a second order is told and covers nothing', async () => {
    const first = await own.phoenix('back-process', 'UVES', RANGE)
    expect(first.out).toContain('campaign/1 is on record: back-process of 6 ABs of 3 dates')
    expect(first.error).toContain('Temporal is away')
    const dates = await own.database.selectFrom('order_date').select('date').orderBy('position').execute()
    expect(dates.map(({ date }) => date)).toEqual(DATES.toReversed())
    const second = await own.phoenix('back-process', 'uves', DATES[0], '--oldest-first')
    expect(second.error).toContain('2 ABs of 1 date are in campaign/1, which is open: left to it')
    expect([second.code, second.out]).toEqual([0, 'nothing to process: 2 pending\n'])
    expect(await own.database.selectFrom('processing_order').selectAll().execute()).toHaveLength(1)
  })

  test('of two orders at once that overlap, each block is in one', async () => {
    await Promise.all([
      own.phoenix('back-process', 'UVES', RANGE),
      own.phoenix('back-process', 'UVES', DATES[0]),
      own.phoenix('back-process', 'UVES', '--backlog'),
    ])
    const rows = await own.database.selectFrom('order_ab').select('ab_name').execute()
    expect(rows).toHaveLength(6)
    expect(new Set(rows.map(({ ab_name }) => ab_name)).size).toBe(6)
  })

  test('--dry-run counts, estimates from recorded attempts and says what that rests on; nothing is ordered', async () => {
    const without = await own.phoenix('back-process', 'UVES', RANGE, '--dry-run')
    expect(without.out).toContain('dry run: back-process of 6 ABs of 3 dates would be ordered')
    expect(without.out).toContain('no estimate: no attempt of this instrument is on record')
    await own.phoenix('back-process', 'UVES', DATES[0])
    await process(1, DATES[0])
    await own.database.insertInto('host').values({ host: 'muc08', cores: 2 }).execute()
    const { out } = await own.phoenix('back-process', 'UVES', RANGE, '--dry-run')
    // Four ABs of 4 s and 3 GB each, as own-record.ts has them.
    expect(out).toContain('estimated: 16 s of recipes, 8 s on 2 cores, 12.0 GB of raws')
    expect(out).toMatch(/4 ABs of \S+: 4\.0 s each, mean of 2 attempts/)
    expect(await own.database.selectFrom('processing_order').selectAll().execute()).toHaveLength(1)
  })

  test('--abs and --program choose blocks', async () => {
    const list = join(own.env['PHOENIX_HOME'] ?? '', 'abs.txt')
    writeFileSync(list, `# two of them\n${blockNumber(0, DATES[0]).name}\n\n${blockNumber(1, DATES[2]).name}\n`)
    expect((await own.phoenix('back-process', 'UVES', '--abs', list)).out).toContain('2 ABs of 2 dates')
    await own.database
      .updateTable('sciproc_ab')
      .set({ program_id: '194.C-0833(A)' })
      .where('ab_name', '=', blockNumber(0, DATES[1]).name)
      .execute()
    const { out } = await own.phoenix('back-process', 'UVES', RANGE, '--program', '194.C-0833(A)')
    expect(out).toContain('1 AB of 1 date')
  })

  test.each([
    [['2026-03-32'], "'2026-03-32' is not a date"],
    [['2026-03-05..2026-03-01'], 'the range 2026-03-05..2026-03-01 is reversed'],
    [['2026-03-04'], 'UVES 2026-03-04 is not registered'],
    [['2025-01-01..2025-12-31'], 'no date of UVES from 2025-01-01 to 2025-12-31 is registered'],
    [[], 'which dates? Give a date, a range, --backlog or --abs FILE'],
    [['2026-03-01', '--dates-at-once', '0'], 'Expected a whole number from 1 to 64'],
    [['--abs', '/nowhere/list'], 'cannot read the list of ABs /nowhere/list'],
  ])('%j is refused with one line', async (words, message) => {
    const { code, error } = await own.phoenix('back-process', 'UVES', ...words)
    expect(code).toBe(2)
    expect(error).toContain(message)
    expect(error.trimEnd().split('\n')).toHaveLength(1)
    expect(await own.database.selectFrom('processing_order').selectAll().execute()).toEqual([])
  })

  test('blocks of a mode that is not certified are told, and refused where somebody names them', async () => {
    await own.phoenix('back-process', 'UVES', DATES[2])
    expect((await own.phoenix('back-process', 'UVES', DATES[2])).out).toBe(
      'nothing to process: 2 pending, 1 left out (mode not certified)\n',
    )
    const list = join(own.env['PHOENIX_HOME'] ?? '', 'abs.txt')
    for (const [name, message] of [
      [blockNumber(2, DATES[2]).name, 'cannot be ordered, it is left out: mode not certified (ECHELLE,SLIT is not'],
      ['UVES.1999-01-01T00:00:00.000.ab', 'is not a registered AB of UVES'],
    ] as const) {
      writeFileSync(list, name)
      const { code, error } = await own.phoenix('back-process', 'UVES', '--abs', list)
      expect([code, error]).toEqual([2, expect.stringContaining(`${name} ${message}`)])
    }
  })
})

describe('phoenix reprocess', () => {
  beforeEach(async () => {
    await own.phoenix('back-process', 'UVES', DATES[0])
    await process(1, DATES[0])
  })

  const reprocess = (...words: readonly string[]) => own.phoenix('reprocess', 'UVES', ...words, '--reason', 'better')

  test('wants a reason and a choice', async () => {
    expect((await own.phoenix('reprocess', 'UVES', DATES[0])).error).toContain("'--reason <text>' not specified")
    expect((await own.phoenix('reprocess', 'UVES', DATES[0], '--reason', ' ')).error).toContain('the reason is empty')
    expect((await reprocess()).error).toContain('which ABs?')
    expect((await reprocess(DATES[1])).out).toBe('nothing to re-process: 2 pending\n')
  })

  test.each([
    [['--only', 'failed'], 1],
    [['--used', 'a.fits'], 2],
    [['--used', 'b.fits'], 0],
    [['--pipeline', '6.1.8'], 2],
    [['--pipeline', 'uves/6.1.8'], 2],
    [['--pipeline', '6.1'], 0],
    [['--changed'], 0],
  ])('%j chooses %i', async (words, abs) => {
    const { out } = await reprocess(...words, '--dry-run')
    expect(out).toContain(abs === 0 ? 'nothing to re-process' : `reprocess of ${abs} AB`)
  })

  test('--changed chooses what was registered with another content after its attempt, and runs that content', async () => {
    const blocks = [toRegister(blockNumber(0, DATES[0]), 'other content'), toRegister(blockNumber(1, DATES[0]))]
    await registerDate(own.database, { instrument: 'UVES', date: DATES[0], abDir: '/abs', blocks })
    expect((await reprocess('--changed')).out).toContain('1 AB of 1 date')
    await process(2, DATES[0])
    const row = await own.database
      .selectFrom('sciproc_ab')
      .select(['generation', 'version', 'state'])
      .where('ab_name', '=', blockNumber(0, DATES[0]).name)
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ generation: 2, version: 2, state: 'failed' })
    expect((await reprocess('--changed')).out).toContain('nothing to re-process')
  })
})

describe('phoenix reprocess --trial', () => {
  const trial = (...words: readonly string[]) =>
    own.phoenix('reprocess', 'UVES', RANGE, '--trial', '--reason', 'pipeline 6.2.0', ...words)
  const rows = () => own.database.selectFrom('sciproc_ab').selectAll().orderBy('ab_name').execute()
  const [{ calibrations } = { calibrations: [] }] = blocks(1)
  const calibrated = (i: number, date: string) => ({ ...blockNumber(i, date), calibrations })

  beforeEach(async () => {
    // The second night has a setting of its own.
    for (const date of DATES) {
      const rawMatchKeys = [{ keyword: 'INS.GRAT1.WLEN', value: date === DATES[1] ? '437.0' : '346.0' }]
      const whole = [0, 1].map((i) => toRegister({ ...calibrated(i, date), rawMatchKeys }, 'with all calibrations'))
      await registerDate(own.database, { instrument: 'UVES', date, abDir: '/abs', blocks: whole })
    }
    await own.phoenix('back-process', 'UVES', RANGE)
    for (const date of DATES) await process(1, date)
    await endCampaign(own.database, 1, 'done')
  })

  test('samples the settings of the whole selection, the same each time', async () => {
    const one = await trial('--sample', '2', '--dry-run')
    expect(one.out).toContain('dry run: trial reprocess of 2 ABs of 2 dates would be ordered')
    expect(one.out).toMatch(/^2026-03-02\t1$/m)
    expect((await trial('--sample', '2', '--dry-run')).out).toBe(one.out)
    expect((await trial('--only', 'failed', '--dry-run')).out).toContain('trial reprocess of 3 ABs of 3 dates')
    const { code, error } = await own.phoenix('reprocess', 'UVES', RANGE, '--sample', '2', '--reason', 'x')
    expect([code, error]).toEqual([2, expect.stringContaining('--sample goes with --trial only')])
  })

  test('leaves its blocks as they are, covers no other order, and its report names the runs', async () => {
    const before = await rows()
    expect((await trial('--oldest-first')).out).toContain(
      'campaign/2 is on record: trial reprocess of 6 ABs of 3 dates',
    )
    const run = await tryDate(2, DATES[0])
    expect(await rows()).toEqual(before)
    expect(await own.database.selectFrom('idp').select('generation').execute()).not.toContainEqual({ generation: -run })

    const { out } = await own.phoenix('report', 'campaign/2')
    expect(out).toContain('campaign/2: trial reprocess of UVES, open')
    expect(out).toContain('6 ABs: 1 processed, 1 failed; dates: ')
    expect(out).toContain('nothing is ingested; `phoenix report trial/NUMBER` sets a run beside what is live')
    expect(out).toMatch(new RegExp(`^2026-03-01\tdone\ttrial/${run}\t`, 'm'))
    expect(out).toMatch(/^2026-03-02\twaiting\t\t/m)
    expect((await own.phoenix('status')).out).toMatch(/^campaign\/2\ttrial reprocess UVES\t1\/3\t2\/6/m)
    expect(await own.json('report', 'campaign/2')).toMatchObject({
      campaign: { trial: true },
      trials: [{ date: DATES[0], runNumber: run, state: 'done' }],
    })
    expect((await own.phoenix('report', `trial/${run}`)).out).toContain(
      `trial/${run} of UVES 2026-03-01: done, 1 failed, 1 processed; nothing was ingested`,
    )

    // A date that was tried has nothing left; real work goes on beside the trial.
    expect(await openCampaignDate(own.database, await campaign(2), DATES[0], 'muc08')).toBe('nothing left')
    const real = await own.phoenix('reprocess', 'UVES', RANGE, '--reason', 'for good')
    expect(real.out).toContain('campaign/3 is on record: reprocess of 6 ABs of 3 dates')
    expect((await trial()).out).toContain('trial reprocess of 6 ABs of 3 dates')
  })

  test('of a date that was stopped, the rest is tried by another run', async () => {
    await trial('--oldest-first')
    const first = await tryDate(2, DATES[0], 1)
    const second = await tryDate(2, DATES[0])
    const tried = await own.database
      .selectFrom('attempt')
      .select(['ab_name', 'generation'])
      .where('generation', '<', 0)
      .orderBy('ab_name')
      .execute()
    expect(tried).toEqual([
      { ab_name: blockNumber(0, DATES[0]).name, generation: -first },
      { ab_name: blockNumber(1, DATES[0]).name, generation: -second },
    ])
    expect((await own.phoenix('report', 'campaign/2')).out).toMatch(
      new RegExp(`^2026-03-01\tdone\ttrial/${first}, trial/${second}\t`, 'm'),
    )
  })

  test('of a date whose products wait for the archive is put off, and at the end skipped', async () => {
    await trial('--abs', namesIn([blockNumber(0, DATES[0]).name]))
    const activities = makeCampaign({
      database: own.database,
      archives: [],
      log: pino({ level: 'silent' }),
      ownHost: 'muc08',
      datePage: () => null,
    })
    await activities.advanceCampaign(2)
    const dates = () =>
      own.database.selectFrom('order_date').select(['state', 'detail']).where('order_id', '=', 2).execute()
    // The other block of the night was processed, and nobody has ingested its IDP.
    const detail = '1 IDPs wait for the archive: `phoenix resume UVES 2026-03-01`'
    expect(await dates()).toEqual([{ state: 'put off', detail }])
    expect((await activities.advanceCampaign(2)).ended).toBe('done')
    expect(await dates()).toEqual([{ state: 'skipped', detail }])
  })

  test('blocks that are not certified any more are not tried, and it says why when none is left', async () => {
    const virtual = calibrations.map((calibration) => ({ ...calibration, flag: 'VIRTUAL' as const }))
    const promised = [0, 1].map((i) => toRegister({ ...blockNumber(i, DATES[0]), calibrations: virtual }, 'promised'))
    await registerDate(own.database, { instrument: 'UVES', date: DATES[0], abDir: '/abs', blocks: promised })
    expect((await trial('--dry-run')).out).toContain('trial reprocess of 4 ABs of 2 dates')
    const { code, error } = await own.phoenix('reprocess', 'UVES', DATES[0], '--trial', '--reason', 'x')
    expect([code, error]).toEqual([2, expect.stringContaining('no AB of UVES can be tried: none is readable')])
  })
})

describe('phoenix status and report of a campaign', () => {
  test('progress, causes of failures, dates; and an open one in the list of all', async () => {
    await own.phoenix('back-process', 'UVES', RANGE, '--oldest-first')
    await process(1, DATES[0])
    await process(1, DATES[1])
    const { out } = await own.phoenix('status', 'campaign/1')
    expect(out).toContain('campaign/1: back-process of UVES, open')
    expect(out).toContain('6 ABs: 2 processed, 2 failed; dates: ')
    expect(out).toMatch(/\d+ ABs per hour lately, \d+ (s|min) left at this rate/)
    // One cause, whatever the number in it.
    expect(out).toMatch(/^2\trecipe: no light in order #\tUVES\.2026/m)
    expect(out).toMatch(/^2026-03-05\twaiting/m)
    expect((await own.phoenix('report', 'campaign/1')).out).toBe(out)
    expect((await own.phoenix('status')).out).toMatch(/^campaign\/1\tback-process UVES\t2\/3\t4\/6/m)
    expect(await own.json('status', 'campaign/1')).toMatchObject({ progress: { processed: 2, failed: 2, abs: 6 } })
  })

  test.each(['campaign/7', 'campaign/x', 'campaign'])('%s is told', async (name) => {
    const { code, error } = await own.phoenix('status', name)
    expect([code, error]).toEqual([2, expect.stringMatching(/there is no campaign\/7|is no campaign/)])
  })
})
