import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { placeHold } from '../../../database/holds.ts'
import { registerDate } from '../../../database/registration.ts'
import { blockNumber, toRegister } from '../database/own-record.ts'
import { type OwnInstallation, ownInstallation } from './own-installation.ts'

const [FIRST, SECOND] = ['2026-03-01', '2026-03-02']
const EXIT_USAGE = 2

let own: OwnInstallation
/** Two nights, of two blocks and of one. */
beforeEach(async () => {
  own = await ownInstallation()
  await own.phoenix('status')
  const register = (date: string, count: number) => {
    const blocks = Array.from({ length: count }, (_, i) => toRegister(blockNumber(i, date)))
    return registerDate(own.database, { instrument: 'UVES', date, abDir: '/abs', blocks })
  }
  await register(FIRST, 2)
  await register(SECOND, 1)
})
afterEach(() => own.drop())

const events = async () => {
  const rows = await own.database.selectFrom('event').select(['kind', 'message', 'who']).orderBy('event_id').execute()
  return rows.filter(({ kind }) => kind.startsWith('daily '))
}
const runs = () => own.database.selectFrom('date_run').select(['date', 'covers']).orderBy('date').execute()

describe('the switch', () => {
  test('is off at first, and tells what daily processing would take', async () => {
    expect(await own.json('daily', 'show')).toMatchObject({
      window: { start: '20:00', end: '07:00', timeZone: 'UTC' },
      nights: 3,
      instruments: [
        { instrument: 'NACO', turned: null, abs: 0 },
        { instrument: 'UVES', turned: null, schedule: 'Temporal is away', abs: 3, dates: [FIRST, SECOND], openRuns: 0 },
      ],
    })
    const { out } = await own.phoenix('daily')
    expect(out).toMatch(
      /^window 20:00-07:00 UTC (is open|opens at \S+); it takes executable ABs .* the last 3 nights /m,
    )
    expect(out).toMatch(/^UVES\toff\tTemporal is away\t\t0\t3 ABs of 2026-03-01, 2026-03-02$/m)
  })

  test('is turned on and off once, with who and why, and waits for no Temporal server', async () => {
    const on = await own.phoenix('daily', 'on', 'uves', '--reason', 'tonight')
    expect(on.code).toBe(0)
    expect(on.out).toContain('daily processing of UVES is on\n')
    expect(on.error).toContain('Temporal is away')
    expect((await own.phoenix('daily', 'show')).out).toMatch(/^UVES\ton by ada since \S+: tonight\t/m)
    expect((await own.phoenix('daily', 'on', 'UVES')).out).toContain('is on (it was already)')
    expect(await own.json('daily', 'off', 'UVES')).toMatchObject({ instrument: 'UVES', active: false, turned: true })
    expect(await own.json('daily', 'off', 'UVES')).toMatchObject({ turned: false, inStep: false })
    expect(await events()).toEqual([
      { kind: 'daily on', message: 'daily processing of UVES is on: tonight', who: 'ada' },
      { kind: 'daily off', message: 'daily processing of UVES is off', who: 'ada' },
    ])
  })

  test('off names the runs that go on', async () => {
    await own.phoenix('daily', 'dispatch', 'UVES')
    const { out } = await own.phoenix('daily', 'off', 'UVES')
    expect(out).toMatch(/^run 1 of 2026-03-01 goes on: `phoenix stop UVES 2026-03-01` ends it$/m)
  })

  test.each([
    [['on', 'XSHOOTER'], 'XSHOOTER'],
    [['off', '../uves'], '../uves'],
    [['dispatch', 'XSHOOTER', '--dry-run'], 'XSHOOTER'],
  ])('%j is refused with one line', async (words, named) => {
    const { code, error } = await own.phoenix('daily', ...words)
    expect(code).toBe(EXIT_USAGE)
    expect(error.trimEnd().split('\n')).toEqual([expect.stringContaining(named)])
    expect(await events()).toEqual([])
  })
})

describe('dispatch', () => {
  test('--dry-run tells what would be taken, and opens nothing', async () => {
    const { code, out } = await own.phoenix('daily', 'dispatch', 'UVES', '--dry-run')
    expect(code).toBe(0)
    expect(out).toContain(`UVES ${FIRST}: 2 ABs\nUVES ${SECOND}: 1 ABs\n`)
    const names = [0, 1].map((i) => blockNumber(i, FIRST).name)
    expect(await own.json('daily', 'dispatch', 'UVES', '--dry-run')).toMatchObject({
      dates: [{ date: FIRST, abNames: names }, { date: SECOND }],
      runs: [],
    })
    expect(await runs()).toEqual([])
  })

  test('opens a run of each date for the blocks that it lists, once', async () => {
    const { out, error } = await own.phoenix('daily', 'dispatch', 'UVES', '--now')
    expect(out).toMatch(/^run \d+ of UVES 2026-03-01 is open$/m)
    expect(error).toContain('Temporal is away')
    expect(await runs()).toEqual([
      { date: FIRST, covers: 'listed' },
      { date: SECOND, covers: 'listed' },
    ])
    const orders = await own.database
      .selectFrom('processing_order')
      .select(['kind', 'any_time', 'ordered_by'])
      .execute()
    expect(orders).toEqual([{ kind: 'daily', any_time: true, ordered_by: 'ada' }])
    const again = await own.phoenix('daily', 'dispatch', 'UVES')
    expect(again.out).toContain('UVES: nothing that daily processing would take')
    expect(await runs()).toHaveLength(2)
  })

  test('under a hold opens nothing and says whose it is; a dry run still tells what waits', async () => {
    const scope = { type: 'daily', instrument: 'UVES' } as const
    await placeHold(own.database, { kind: 'pause', scope, reason: 'new bias', placedBy: 'eve' })
    const { code, error } = await own.phoenix('daily', 'dispatch', 'UVES')
    expect(code).toBe(EXIT_USAGE)
    expect(error).toContain('pause of daily UVES by eve stands')
    expect(await runs()).toEqual([])
    expect((await own.phoenix('daily', 'dispatch', 'UVES', '--dry-run')).out).toContain(`UVES ${FIRST}: 2 ABs`)
  })
})
