import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { blocks, DATE } from '../../client/blocks.ts'
import { type OwnInstallation, ownInstallation } from './own-installation.ts'

let own: OwnInstallation
beforeEach(async () => {
  own = await ownInstallation()
})
afterEach(() => own.drop())

describe('register', () => {
  test('tells what is executable and why the rest is left out; again changes nothing', async () => {
    own.layBlocks(blocks(3, true))
    const { code, out, error } = await own.phoenix('register', 'uves', DATE)
    expect(error).toBe('')
    expect(code).toBe(0)
    expect(out).toContain(`UVES ${DATE}: 10 ABs, 5 executable, 5 left out`)
    expect(out).toContain(', 1 of them waits for calibrations')
    expect(out).toMatch(/^1\tmode not certified\tUVES\.[^\t]+\.ab\tSCI_/m)
    expect(out).toMatch(/^1\tUV_MFLT[^\t]+\.fits\tMASTER_FLAT_BLUE\tUVES\.[^\t]+\.ab$/m)
    expect(out).toContain('10 new')
    expect((await own.phoenix('register', 'UVES', DATE, DATE)).out).toContain('10 unchanged')
    const rows = await own.database.selectFrom('sciproc_ab').select(['state']).execute()
    expect(rows.filter(({ state }) => state === 'pending')).toHaveLength(5)
  })

  test('a block of another date is told, the rest goes on, exit code 1', async () => {
    const [first, second] = blocks(2)
    if (first === undefined || second === undefined) throw new Error('no blocks')
    own.layBlocks([{ ...first, date: '2026-03-09' }, second])
    const { code, out, error } = await own.phoenix('register', 'UVES', DATE)
    expect(code).toBe(1)
    expect(out).toContain('1 ABs, 1 executable')
    expect(error).toBe(
      `warning: ${first.name} in the folder of ${DATE} is not registered: it is a block of 2026-03-09, not of ${DATE}\n`,
    )
    const rows = await own.database.selectFrom('sciproc_ab').select('ab_name').execute()
    expect(rows).toEqual([{ ab_name: second.name }])
  })

  test('when one of the dates cannot be read, none is registered', async () => {
    own.layBlocks(blocks(1))
    const { code, error } = await own.phoenix('register', 'UVES', DATE, '2026-03-02')
    expect(code).toBe(2)
    expect(error).toContain('2026-03-02 is not there')
    const { error: notThere } = await own.phoenix('status', 'UVES', DATE)
    expect(notThere).toContain('is not registered')
  })

  test('--json', async () => {
    own.layBlocks(blocks(1))
    expect(await own.json('register', 'UVES', DATE)).toMatchObject({
      instrument: 'UVES',
      dates: [{ date: DATE, executable: 1, leftOut: [], refused: [], warnings: [], blocks: [{ as: 'new' }] }],
    })
  })
})

describe('run', () => {
  test('a date that nobody registered: what to do', async () => {
    const { code, error } = await own.phoenix('run', 'UVES', DATE)
    expect(error).toBe(`phoenix: UVES ${DATE} is not registered: \`phoenix register UVES ${DATE}\` does that\n`)
    expect(code).toBe(2)
  })

  test('--dry-run tells what would run and writes nothing', async () => {
    own.layBlocks(blocks(3, true))
    await own.phoenix('register', 'UVES', DATE)
    const { code, out } = await own.phoenix('run', 'UVES', DATE, '--dry-run')
    expect(code).toBe(0)
    expect(out).toContain('5 ABs would be processed, 5 are left out')
    expect(out).toMatch(/^\d+ mcalibs would be downloaded, \d+ gencalibs must be on the host$/m)
    expect(await own.database.selectFrom('date_run').selectAll().execute()).toEqual([])
    expect(await own.database.selectFrom('processing_order').selectAll().execute()).toEqual([])
    expect(await own.json('run', 'UVES', DATE, '--dry-run')).toMatchObject({
      toProcess: { length: 5 },
      leftOut: { length: 5 },
    })
  })

  test('with Temporal away and no worker: the run is on record, and that is said', async () => {
    own.layBlocks(blocks(2))
    await own.phoenix('register', 'UVES', DATE)
    const { code, out, error } = await own.phoenix('run', 'UVES', DATE, '--leave-out-missing')
    expect(code).toBe(0)
    expect(out).toContain(`run 1 of UVES ${DATE} is open`)
    expect(error).toContain(
      'run 1 is on record, but Temporal is away: the orchestration worker starts it within a minute',
    )
    expect(error).toContain('no worker of host muc08 was ever seen')
    const [row] = await own.database.selectFrom('date_run').selectAll().execute()
    expect(row).toMatchObject({ state: 'running', host: 'muc08', instrument: 'UVES', date: DATE })
    const [order] = await own.database.selectFrom('processing_order').selectAll().execute()
    expect(order).toMatchObject({ ordered_by: 'ada', leave_out_missing: true })
  })

  test("somebody else's open run: who and since when, exit code 3", async () => {
    own.layBlocks(blocks(1))
    await own.phoenix('register', 'UVES', DATE)
    await own.phoenix('run', 'UVES', DATE)
    const { code, error } = await own.phoenix('run', 'UVES', DATE)
    expect(code).toBe(3)
    expect(error).toMatch(/run 1 of UVES 2026-03-01 is open \(running\), ordered by ada at 20\d\d-.*: nothing started/)
  })

  test('two at once: one opens the run, the other is told', async () => {
    own.layBlocks(blocks(1))
    await own.phoenix('register', 'UVES', DATE)
    const both = await Promise.all([own.phoenix('run', 'UVES', DATE), own.phoenix('run', 'UVES', DATE)])
    expect(new Set(both.map(({ code }) => code))).toEqual(new Set([0, 3]))
  })

  test('nothing to do is fine, and said', async () => {
    own.layBlocks(blocks(1))
    await own.phoenix('register', 'UVES', DATE)
    rmSync(join(String(own.env['PHOENIX_HOME']), 'ab', 'UVES', DATE, blocks(1)[0]?.name ?? ''))
    expect((await own.phoenix('register', 'UVES', DATE)).out).toContain('1 withdrawn')
    const { code, out } = await own.phoenix('run', 'UVES', DATE)
    expect(code).toBe(0)
    expect(out).toContain('nothing to do')
  })
})
