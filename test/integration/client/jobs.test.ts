import { fork } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { withRecord } from '../../../client/context.ts'
import { type JobsWork, workThroughJobs } from '../../../client/work-through-jobs.ts'
import { closeRun } from '../../../database/date-runs.ts'
import { jobsOf, takeOverLines, whileOnlyRunner } from '../../../database/jobs.ts'
import { jobState } from '../../../domain/job.ts'
import { projectRoot } from '../../../settings/project.ts'
import { readSettings, type Settings } from '../../../settings/settings.ts'
import { planNight } from '../../../simulator/night-plan.ts'
import { randomFrom } from '../../../simulator/random.ts'
import { fileOf } from '../../client/blocks.ts'
import { type OwnInstallation, ownInstallation } from './own-installation.ts'

let own: OwnInstallation
let settings: Settings
beforeEach(async () => {
  own = await ownInstallation()
  settings = readSettings(own.env)
  await withRecord(settings, () => Promise.resolve())
})
afterEach(() => own.drop())

const file = () => ({ host: settings.host, path: settings.jobFile })
const states = async () =>
  (await jobsOf(own.database, file())).map((job) => `${job.line}: ${Object.values(jobState(job)).join(', ')}`)

/** One block of a date, in the usual folder or in another. */
function layBlock(date: string, abDir = settings.abDir): void {
  const folder = join(abDir, 'UVES', date)
  mkdirSync(folder, { recursive: true })
  const night = planNight({ instrument: 'UVES', date, seed: 1, executable: 1, settings: [346], withExtras: false })
  for (const { block } of night) writeFileSync(join(folder, block.name), fileOf(block).bytes)
}

/** In place of the workers: every open run ends well. */
async function closeOpenRuns(): Promise<void> {
  const open = await own.database.selectFrom('date_run').select('run_number').where('ended_at', 'is', null).execute()
  for (const { run_number: runNumber } of open) {
    await closeRun(own.database, { runNumber, state: 'done', problems: [], bytesFreed: 0 })
  }
}

/** Works through the file with workers that end every run, until all jobs have ended. */
async function workThrough(change: Partial<JobsWork> = {}) {
  const said: string[] = []
  const say = (line: string) => void said.push(line)
  const working = workThroughJobs(settings, own.database, {
    anyTime: true,
    say,
    warn: say,
    until: new AbortController().signal,
    ...change,
  })
  let ended = false
  const watched = working.finally(() => {
    ended = true
  })
  while (!ended) {
    await closeOpenRuns()
    await Promise.race([watched, delay(50)])
  }
  return { ...(await watched), said }
}

describe('phoenix jobs add', () => {
  test('appends a line, and gives a last line its end that somebody left without', async () => {
    expect((await own.phoenix('jobs', 'add', 'uves', '2026-03-01')).code).toBe(0)
    appendFileSync(settings.jobFile, 'UVES 2026-03-02 /data/my blocks')
    const { out } = await own.phoenix('jobs', 'add', 'UVES', '2026-03-03', '/data/ab')
    expect(out).toBe(`added to ${settings.jobFile}: UVES 2026-03-03 /data/ab\n`)
    expect(readFileSync(settings.jobFile, 'utf8')).toBe(
      'UVES 2026-03-01\nUVES 2026-03-02 /data/my blocks\nUVES 2026-03-03 /data/ab\n',
    )
  })

  test('takes no mistake into the file', async () => {
    expect((await own.phoenix('jobs', 'add', 'VIMOS', '2026-03-01')).error).toContain("unknown instrument 'VIMOS'")
    expect((await own.phoenix('jobs', 'add', 'UVES', 'tonight')).error).toContain("'tonight' is not a date")
    expect((await own.phoenix('jobs', 'add', 'UVES', '2026-03-01', '/a"b')).error).toContain('double quote')
    const { code, error } = await own.phoenix('jobs', 'list')
    expect(error).toContain('is not there: `phoenix jobs add` makes it')
    expect(code).toBe(2)
  })
})

describe('taking lines over', () => {
  const take = (text: string) => takeOverLines(own.database, file(), Buffer.from(text))

  test('every line with an end becomes a job once, also when several read at once', async () => {
    const text = '# tonight\nUVES 2026-03-01\n\nUVES 2026-03-02\nUVES 2026-03-0'
    expect((await Promise.all([take(text), take(text), take(text)])).filter((count) => count > 0)).toEqual([2])
    expect(await take(`${text}3\n`)).toBe(1)
    expect((await jobsOf(own.database, file())).map(({ line, lineNumber }) => [lineNumber, line])).toEqual([
      [2, 'UVES 2026-03-01'],
      [4, 'UVES 2026-03-02'],
      [5, 'UVES 2026-03-03'],
    ])
  })

  test('a file that was emptied begins anew, and the same line is a new job; the old ones are on record', async () => {
    await take('UVES 2026-03-01\n')
    const [job] = await jobsOf(own.database, file())
    await own.database
      .updateTable('job')
      .set({ nothing_to_do: true })
      .where('job_id', '=', job?.jobId ?? 0)
      .execute()
    expect(await take('')).toBe(0)
    expect(await take('UVES 2026-03-01\n')).toBe(1)
    expect(await states()).toEqual(['UVES 2026-03-01: waiting, '])
    expect(await jobsOf(own.database, file(), true)).toHaveLength(2)
  })

  test('a malformed line is reported, has its number, and stops no other', async () => {
    layBlock('2026-03-01')
    writeFileSync(settings.jobFile, 'UVES\nUVES 2026-02-30\nFORS 2026-03-01\nUVES 2026-03-09\nUVES 2026-03-01\n')
    const { end, said } = await workThrough()
    expect(end).toBe('all ended')
    expect(await states()).toEqual([
      'UVES: failed, line 1: a date is missing: expected INSTRUMENT DATE [AB_DIR]',
      "UVES 2026-02-30: failed, line 2: '2026-02-30' is not a date: expected YYYY-MM-DD",
      expect.stringContaining("FORS 2026-03-01: failed, unknown instrument 'FORS'"),
      expect.stringMatching(/UVES 2026-03-09: failed, .*2026-03-09 is not there/),
      'UVES 2026-03-01: done, run 1 done',
    ])
    expect(said.join('\n')).toContain("UVES 2026-02-30: failed, line 2: '2026-02-30' is not a date")
  })
})

describe('working through', () => {
  test('registers and orders, each line once; again does nothing', async () => {
    const elsewhere = join(settings.home, 'other blocks')
    layBlock('2026-03-01')
    layBlock('2026-03-02', elsewhere)
    writeFileSync(settings.jobFile, `UVES 2026-03-01\nUVES 2026-03-02 other blocks\nUVES 2026-03-02 ${elsewhere}\n`)
    expect((await workThrough()).jobs).toHaveLength(3)
    const orders = await own.database
      .selectFrom('processing_order')
      .select(['kind', 'any_time', 'ordered_by'])
      .execute()
    expect(orders).toEqual(Array.from({ length: 3 }, () => ({ kind: 'job file', any_time: true, ordered_by: 'ada' })))
    const { end, jobs } = await workThrough()
    expect([end, jobs]).toEqual(['all ended', []])
    expect(await own.database.selectFrom('date_run').selectAll().execute()).toHaveLength(3)
  })

  test('waits for a run of somebody else, and then has nothing to do', async () => {
    layBlock('2026-03-01')
    await own.phoenix('register', 'UVES', '2026-03-01')
    await own.phoenix('run', 'UVES', '2026-03-01')
    writeFileSync(settings.jobFile, 'UVES 2026-03-01\n')
    const said: string[] = []
    const working = workThroughJobs(settings, own.database, {
      anyTime: true,
      say: (line) => void said.push(line),
      warn: () => undefined,
      until: new AbortController().signal,
    })
    while (said.length === 0) await delay(20)
    expect(said).toEqual(['UVES 2026-03-01: waiting, run 1 of UVES 2026-03-01, ordered by ada, is open'])
    await own.database.updateTable('sciproc_ab').set({ state: 'failed', cause: 'test' }).execute()
    await closeOpenRuns()
    expect((await working).end).toBe('all ended')
    expect(await states()).toEqual(['UVES 2026-03-01: done, nothing to do'])
  })

  test('outside the window nothing is registered; with its end the command ends', async () => {
    layBlock('2026-03-01')
    writeFileSync(settings.jobFile, 'UVES 2026-03-01\n')
    const clock = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString().slice(11, 19)
    settings = { ...settings, window: { timeZone: 'UTC', start: clock(2), end: clock(8) } }
    const said: string[] = []
    const { end } = await workThroughJobs(settings, own.database, {
      anyTime: false,
      say: (line) => void said.push(line),
      warn: () => undefined,
      until: new AbortController().signal,
    })
    expect(end).toBe('window closed')
    expect(said[0]).toBe('UVES 2026-03-01: waiting')
    expect(said[1]).toMatch(/^waits for the window: it opens at 20\d\d-/)
    const [order] = await own.database.selectFrom('processing_order').select(['kind', 'any_time']).execute()
    expect(order).toEqual({ kind: 'job file', any_time: false })
  })

  test('a second runner is kept out as long as the first is at work', async () => {
    const inside = await whileOnlyRunner(own.database, file(), () =>
      whileOnlyRunner(own.database, file(), () => Promise.resolve('second')),
    )
    expect(inside).toBeNull()
    expect(await whileOnlyRunner(own.database, file(), () => Promise.resolve('later'))).toBe('later')
  })
})

test('killed at random moments while lines are appended, also half ones: each line is done once, no line is lost', async () => {
  const random = randomFrom('jobs')
  const dates = Array.from({ length: 12 }, (_, day) => `2026-03-${String(day + 1).padStart(2, '0')}`)
  for (const date of dates) layBlock(date)
  writeFileSync(settings.jobFile, '')
  const toWrite = [...dates]
  for (let kills = 0; kills < 4; kills += 1) {
    const child = fork(join(import.meta.dirname, 'jobs-child.mjs'), [join(projectRoot(), 'dist')], {
      env: { ...process.env, ...own.env },
    })
    const ended = once(child, 'exit')
    const atWork = once(child, 'message')
    for (const date of toWrite.splice(0, 3)) {
      const line = `UVES ${date}\n`
      const cut = Math.floor(random.uniform() * line.length)
      appendFileSync(settings.jobFile, line.slice(0, cut))
      await delay(200 * random.uniform())
      appendFileSync(settings.jobFile, line.slice(cut))
    }
    await Promise.race([atWork, ended])
    await delay(300 * random.uniform())
    child.kill('SIGKILL')
    await ended
    await closeOpenRuns()
  }
  expect(toWrite).toEqual([])
  // The killed ones have done their part.
  const ordered = await own.database
    .selectFrom('job')
    .select('run_number')
    .where('run_number', 'is not', null)
    .execute()
  expect(ordered.length).toBeGreaterThan(3)
  await workThrough()
  expect(await states()).toEqual(dates.map((date) => expect.stringMatching(`^UVES ${date}: done, run \\d+ done$`)))
  const runs = await own.database.selectFrom('date_run').select('date').orderBy('date').execute()
  expect(runs.map(({ date }) => date)).toEqual(dates)
  expect(await own.database.selectFrom('processing_order').select('order_id').execute()).toHaveLength(dates.length)
}, 300_000)
