import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AttemptRecord, type Outcome, recordAttempt } from '../../../database/attempts.ts'
import { closeRun } from '../../../database/date-runs.ts'
import { logIngestion, makeLive } from '../../../database/idps.ts'
import { closeStart, startRecipe } from '../../../database/recipe-starts.ts'
import { blocks, DATE } from '../../client/blocks.ts'
import { type OwnInstallation, ownInstallation } from './own-installation.ts'

let own: OwnInstallation
beforeEach(async () => {
  own = await ownInstallation()
  own.layBlocks(blocks(3, true))
  await own.phoenix('register', 'UVES', DATE)
  await own.phoenix('run', 'UVES', DATE)
})
afterEach(() => own.drop())

async function executable(): Promise<string[]> {
  const rows = await own.database
    .selectFrom('sciproc_ab')
    .select('ab_name')
    .where('state', '=', 'pending')
    .orderBy('mjd_obs')
    .execute()
  return rows.map((row) => row.ab_name)
}

async function start(abName: string, folder = '/scratch/x'): Promise<number> {
  const result = await startRecipe(own.database, {
    runNumber: 1,
    abName,
    generation: 1,
    version: 1,
    folder,
    place: { instrument: 'UVES', date: DATE, orderId: 1, host: 'muc08', archives: [] },
    windowIsOpen: true,
  })
  if (!result.started) throw new Error(result.decision.detail)
  return result.startId
}

async function end(abName: string, outcome: Outcome, signalToNoise: readonly number[] = []): Promise<void> {
  const record: AttemptRecord = {
    instrument: 'UVES',
    date: DATE,
    abName,
    generation: 1,
    version: 1,
    runNumber: 1,
    startId: await start(abName),
    outcome,
    host: 'muc08',
    recipe: 'uves_obs_scired',
    pipelineVersion: 'uves/6.1.8',
    recipeRun: {
      exitCode: 0,
      signal: null,
      startedAt: new Date(),
      endedAt: new Date(),
      wallSeconds: 3.5,
      cpuSeconds: 2.5,
      peakRssBytes: 2e8,
      bytesRead: 1e6,
      bytesWritten: 2e6,
    },
    warnings: 2,
    setting: '346',
    target: 'HD 49933',
    exposureSeconds: 1200,
    templateOrSetting: 'UVES_dic1_obs_exp 2026-03-02T03:00:00',
    inputs: [{ fileName: 'raw.fits', kind: 'raw', category: 'SCI_POINT_BLUE', bytes: 17, sha256: 'ab'.repeat(32) }],
    texts: { log: 'first line\nsecond \u001b[31mline\n', warnings: 'CHECKSUM is absent\n' },
    qc1: signalToNoise.map((value, index) => {
      return {
        name: `QC ORD${index + 1} OBJ SN`,
        category: 'RED',
        chip: null,
        orderNumber: index + 1,
        value,
        text: null,
        unit: null,
      }
    }),
    scores: [
      { name: 'association MASTER_BIAS_BLUE', score: 0, value: 0.5, limit: 'at most 3 days' },
      { name: 'resolution', score: 1, value: 20000, limit: 'at least 30000' },
      { name: 'unusual', score: null, value: 1, limit: 'too few values' },
    ],
    idps:
      outcome.outcome === 'processed'
        ? [
            {
              role: 'spectrum',
              kind: 'unconverted',
              category: 'RED',
              path: '/idp/x',
              bytes: 9,
              sha256: 'cd'.repeat(32),
              standard: null,
            },
          ]
        : [],
  }
  await recordAttempt(own.database, record)
}

async function idpOf(abName: string): Promise<string> {
  const row = await own.database
    .selectFrom('idp')
    .select('archive_name')
    .where('ab_name', '=', abName)
    .executeTakeFirstOrThrow()
  return row.archive_name
}

test('the report: every AB with state, cause, S/N, resources and IDP; runs, ingestion, totals', async () => {
  const [first = '', second = '', third = ''] = await executable()
  await end(first, { outcome: 'processed' }, [10, 30, 20])
  await end(second, { outcome: 'failed', kind: 'recipe', cause: 'no order found' })
  await end(third, { outcome: 'processed' }, [40, 60])
  const [live, waiting] = [await idpOf(first), await idpOf(third)]
  await makeLive(own.database, live, 1)
  await logIngestion(own.database, {
    archiveName: waiting,
    runNumber: 1,
    result: 'transport error',
    message: 'disk is full',
  })
  await closeRun(own.database, { runNumber: 1, state: 'blocked', problems: ['archive refuses'], bytesFreed: 5e6 })

  const { code, out } = await own.phoenix('report', `date/UVES/${DATE}`)
  expect(code).toBe(0)
  expect(out).toContain(`${first}\tSCI_POINT_BLUE 346.0\tprocessed\t20.0\t1/2\t2\t3.5\t200\t${live} live\n`)
  expect(out).toContain(`${second}\tSCI_POINT_BLUE 346.0\tfailed\t\t1/2\t2\t3.5\t200\trecipe: no order found\n`)
  expect(out).toContain(`${third}\tSCI_POINT_BLUE 346.0\tprocessed\t50.0\t1/2\t2\t3.5\t200\t${waiting} pending\n`)
  expect(out).toMatch(/^UVES.*\tleft out\t\t\t\t\t\tvirtual calibration: only promised/m)
  expect(out).toContain('run 1: blocked')
  expect(out).toContain('  archive refuses')
  expect(out).toContain(`${waiting}: transport error, disk is full`)
  expect(out).toContain('IDPs: 1 live, 1 pending; QC1 values: 5')

  expect(await own.json('report', 'uves', DATE)).toMatchObject({
    instrument: 'UVES',
    date: DATE,
    runs: [{ runNumber: 1, state: 'blocked', orderedBy: 'ada', problems: ['archive refuses'] }],
    totals: {
      states: { processed: 2, failed: 1, pending: 2, 'left out': 5 },
      idps: { live: 1, pending: 1 },
      wallSeconds: 10.5,
    },
    ingestion: [
      { archiveName: live, result: 'live' },
      { archiveName: waiting, result: 'transport error' },
    ],
    temporalUi: null,
  })
})

test('as one HTML file, by month, and as CSV', async () => {
  const [first = '', second = ''] = await executable()
  await end(first, { outcome: 'processed' }, [10, 30, 20])
  await end(second, { outcome: 'failed', kind: 'recipe', cause: 'no <order> found' })
  const path = join(mkdtempSync(join(os.tmpdir(), 'phoenix-report-')), 'date.html')
  expect(await own.phoenix('report', 'UVES', DATE, '--html', path)).toMatchObject({ code: 0 })
  const html = readFileSync(path, 'utf8')
  for (const count of ['1 processed', '1 failed', '3 pending', '5 left out']) expect(html).toContain(count)
  expect(html).toContain('no &lt;order&gt; found')
  expect(html).toContain('resolution')
  expect(await own.phoenix('report', 'UVES', DATE, '--html', '/nowhere/x.html')).toMatchObject({
    code: 2,
    error: expect.stringContaining('/nowhere/x.html cannot be written'),
  })
  const { out } = await own.phoenix('report', 'uves', '--by-month', '--csv')
  expect(out.split('\r\n')[1]).toMatch(/^2026-03,1,10,1,1,0,5,3,0\.0019\d*,0,0$/)
  expect(await own.json('report', 'UVES', '--by-month')).toMatchObject({ months: [{ month: '2026-03', abs: 10 }] })
})

test('a date that is not registered has no report', async () => {
  expect(await own.phoenix('report', 'UVES', '2026-04-01')).toMatchObject({
    code: 2,
    error: expect.stringContaining('UVES 2026-04-01 is not registered'),
  })
})

test('ab show: everything on record, found also by its raw', async () => {
  const [first = ''] = await executable()
  await end(first, { outcome: 'processed' }, [10])
  await own.phoenix('pause', '--all')
  for (const name of [first, first.replace(/\.ab$/, ''), first.replace(/\.ab$/, '.fits')]) {
    const { code, out } = await own.phoenix('ab', 'show', name)
    expect(code).toBe(0)
    expect(out).toContain(`${first}: processed`)
    expect(out).toContain(`raw.fits\traw\tSCI_POINT_BLUE\t17\t${'ab'.repeat(32)}`)
    expect(out).toMatch(/^1\tprocessed\tmuc08\tuves_obs_scired uves\/6\.1\.8\t0\t3\.5\t2\.5\t200\t1\t2\t2\t/m)
    expect(out).toContain('held: pause of everything by ada')
    expect(out).toContain('QC1 values: 1')
    expect(out).toContain('resolution\tNO\t20000\tat least 30000\n')
    expect(out).toContain('warning: CHECKSUM is absent\n')
  }
  expect(await own.json('ab', 'show', first)).toMatchObject({
    abName: first,
    state: 'processed',
    qc1Count: 1,
    idps: [{ state: 'pending' }],
  })
  expect(await own.phoenix('ab', 'show', 'UVES.nothing')).toMatchObject({
    code: 2,
    error: expect.stringContaining('no AB or raw called UVES.nothing'),
  })
})

test('ab log: of the answer, harmless for a terminal', async () => {
  const [first = ''] = await executable()
  await end(first, { outcome: 'failed', kind: 'recipe', cause: 'x' })
  const { code, out } = await own.phoenix('ab', 'log', first)
  expect(code).toBe(0)
  expect(out).toBe('first line\nsecond \u{fffd}[31mline\n')
})

test('ab log: live while it runs, then what a start without an end left, and why there is none', async () => {
  const [first = '', second = ''] = await executable()
  const folder = mkdtempSync(join(os.tmpdir(), 'phoenix-recipe-'))
  const startId = await start(first, folder)
  writeFileSync(join(folder, '.logfile'), 'so far\n')
  expect(await own.json('ab', 'log', first)).toMatchObject({ source: 'live', text: 'so far\n' })
  await closeStart(own.database, { startId, endedAs: 'without end', detail: 'lost', log: 'until then\n' })
  expect(await own.json('ab', 'log', first)).toMatchObject({ source: 'start', text: 'until then\n' })
  expect(await own.phoenix('ab', 'log', second)).toMatchObject({
    code: 2,
    error: expect.stringContaining(`${second} has no log in generation 1: no recipe has written one, it is pending`),
  })
  expect(await own.phoenix('ab', 'log', first, '--generation', '2')).toMatchObject({ code: 2 })
})
