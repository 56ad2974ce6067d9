import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { closeRun, openRun } from '../../../database/date-runs.ts'
import { registerDate } from '../../../database/registration.ts'
import { blockNumber, toRegister } from '../database/own-record.ts'
import { smallFrame } from '../workflows/small-night.ts'
import { type OwnInstallation, ownInstallation } from './own-installation.ts'

const [FIRST, SECOND, THIRD] = ['2026-03-01', '2026-03-02', '2026-03-03']

let own: OwnInstallation
/** Three nights of two blocks each. */
beforeEach(async () => {
  own = await ownInstallation()
  await own.phoenix('status')
  for (const date of [FIRST, SECOND, THIRD]) {
    const blocks = [0, 1].map((i) => toRegister(blockNumber(i, date)))
    await registerDate(own.database, { instrument: 'UVES', date, abDir: '/abs', blocks })
  }
})
afterEach(() => own.drop())

async function listed(): Promise<readonly string[]> {
  const { out } = await own.phoenix('backlog', 'UVES')
  return out.split('\n').flatMap((line) => /^UVES (\S+)\t(\d+)\t/.exec(line)?.slice(1, 3).join(' ') ?? [])
}

async function runOf(date: string, abNames: 'all' | readonly string[]): Promise<number> {
  const order = { kind: 'run', orderedBy: 'ada' } as const
  const opened = await openRun(own.database, { instrument: 'UVES', date, host: 'muc08', order, abNames })
  if (!opened.opened) throw new Error('open already')
  return opened.run.runNumber
}

const end = (runNumber: number, state: 'error' | 'stopped', problems: readonly string[] = []) =>
  closeRun(own.database, { runNumber, state, problems, bytesFreed: 0 })

test('lists what no open run and no open campaign covers, and nothing else', async () => {
  expect(await listed()).toEqual([`${FIRST} 2`, `${SECOND} 2`, `${THIRD} 2`])
  const run = await runOf(FIRST, [blockNumber(0, FIRST).name])
  expect(await listed()).toEqual([`${FIRST} 1`, `${SECOND} 2`, `${THIRD} 2`])
  await own.phoenix('back-process', 'UVES', SECOND)
  expect(await listed()).toEqual([`${FIRST} 1`, `${THIRD} 2`])
  await end(run, 'stopped')
  expect(await listed()).toEqual([`${FIRST} 2`, `${THIRD} 2`])
  // It has started nothing: `back-process --backlog` does.
  expect(await own.database.selectFrom('date_run').selectAll().execute()).toHaveLength(1)
  expect((await own.phoenix('back-process', 'UVES', '--backlog')).out).toContain('4 ABs of 2 dates')
  expect(await listed()).toEqual([])
})

test('dates in precondition error have a list of their own; they are ready again when the archive has all that was missing', async () => {
  await end(await runOf(FIRST, 'all'), 'error', [
    'mcalib a.fits (MASTER_BIAS_BLUE): not in the archive; needed by 2 ABs',
    'mcalib b.fits (MASTER_FLAT_BLUE): not in the archive; needed by 1 ABs',
  ])
  await end(await runOf(SECOND, 'all'), 'error', ['pipeline uves 6.1.9 is not certified'])
  const rows = async (...words: string[]) => {
    const { out } = await own.phoenix('backlog', ...words)
    return out.split('\n').filter((line) => /\t(mcalib|pipeline) /.test(line))
  }
  expect(await rows()).toEqual([
    expect.stringContaining(`UVES ${FIRST}\t2\t1\tnot looked at again\t`),
    expect.stringContaining(`UVES ${SECOND}\t2\t2\tnot looked at again\t`),
  ])
  const mcalibs = join(own.env['PHOENIX_HOME'] ?? '', 'archive', 'mcalib')
  mkdirSync(mcalibs, { recursive: true })
  writeFileSync(join(mcalibs, 'a.fits'), smallFrame([]))
  expect((await rows('--look'))[0]).toMatch(/\t1 still missing at /)
  writeFileSync(join(mcalibs, 'b.fits'), smallFrame([]))
  const [first, second] = await rows('--look')
  expect(first).toContain('\tready again\t')
  // Nobody but a person can judge another problem.
  expect(second).toContain('\tnot looked at again\t')
  expect(await own.json('backlog')).toMatchObject({ inError: [{ date: FIRST, ready: true }, { ready: false }] })
  expect(await own.database.selectFrom('date_run').selectAll().execute()).toHaveLength(2)
  // A new run of the date takes it off the list.
  await runOf(FIRST, 'all')
  expect(await rows()).toHaveLength(1)
})
