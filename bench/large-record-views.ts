import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pino } from 'pino'
import { connect, type Database } from '../database/connect.ts'
import { migrate } from '../database/migrate.ts'
import { Access } from '../monitor/server/access.ts'
import { buildApp } from '../monitor/server/app.ts'
import { startServices } from '../services/services.ts'
import { projectRoot } from '../settings/project.ts'
import { readSettings } from '../settings/settings.ts'
import { fillLargeRecord, TWENTY_SEVEN_YEARS } from './large-record.ts'

/**
 * `PHOENIX_HOME=<empty folder> node dist/bench/large-record-views.js [dates] [ABs per date]`: every view of the monitor and every command that
 * reads, on a record of 10,000 dates and 600,000 ABs; the median of five (commands: three), slowest first, as a table for docs/.
 */
const VIEW_ROUNDS = 5
const COMMAND_ROUNDS = 3

const [dates = TWENTY_SEVEN_YEARS.dates, absPerDate = TWENTY_SEVEN_YEARS.absPerDate] = process.argv.slice(2).map(Number)
const say = (line: string) => process.stderr.write(`${line}\n`)

const settings = readSettings()
const { postgres } = await startServices(settings, say)
const database = connect({ url: postgres.url, schema: settings.databaseSchema, connections: 6 })
try {
  await migrate(database, settings.databaseSchema, join(projectRoot(), 'database', 'migrations'))
  if (await isEmpty(database)) await fillLargeRecord(database, { dates, absPerDate }, say)
  const { date, abName, archiveName, mcalib } = await example(database)
  const views = await measureViews([
    '/api/overview',
    '/api/calendar/UVES/2015',
    `/api/dates/UVES/${date}`,
    `/api/abs/UVES/${abName}`,
    '/api/campaigns',
    '/api/campaigns/1',
    '/api/campaigns/2',
    '/api/qc1/UVES',
    `/api/qc1/UVES?name=${encodeURIComponent('QC ORD1 OBJ SN')}`,
    `/api/qc1/UVES?name=${encodeURIComponent('QC ORD* OBJ SN')}`,
    '/api/qc1/UVES?name=score+1',
    '/api/qc1/UVES?name=score+1&setting=346.0',
    '/api/archive?target=HD%20123',
    '/api/archive?program=150.C-0007',
    `/api/archive?date=${date}`,
    `/api/archive/idps/${archiveName}`,
    '/metrics',
  ])
  const commands = measureCommands([
    ['status'],
    ['status', 'UVES', date],
    ['status', '--all'],
    ['status', 'campaign/1'],
    ['status', 'campaign/2'],
    ['hosts'],
    ['report', 'UVES', date],
    ['report', 'UVES', '--by-month'],
    ['report', 'campaign/2'],
    ['ab', 'show', abName],
    ['backlog'],
    ['qc1', 'list', 'UVES', '--from', date, '--to', date],
    ['qc1', 'show', abName],
    ['qc1', 'trend', 'UVES', 'QC ORD1 OBJ SN'],
    ['archive', 'list', '--date', date],
    ['archive', 'list', '--used', mcalib],
    ['archive', 'show', archiveName],
    ['archive', 'status', abName.replace(/\.ab$/, '')],
    ['notify', 'digest'],
    ['notify', 'list'],
    ['certified', 'UVES'],
    ['daily', 'show'],
    ['jobs', 'list'],
  ])
  const rows = [...views, ...commands].toSorted((a, b) => b.median - a.median)
  console.log('| view or command | median | slowest |\n|---|---|---|')
  for (const { name, median, slowest } of rows)
    console.log(`| \`${name}\` | ${median.toFixed(0)} ms | ${slowest.toFixed(0)} ms |`)
} finally {
  await database.destroy()
}

interface Measured {
  readonly name: string
  readonly median: number
  readonly slowest: number
}

async function measureViews(paths: readonly string[]): Promise<Measured[]> {
  const measured: Measured[] = []
  for (const path of paths) {
    const times: number[] = []
    for (let round = 0; round < VIEW_ROUNDS; round += 1) {
      // An application of its own for each round: what it remembers of an earlier one does not count.
      const monitor = { settings, database, access: new Access(), log: pino({ level: 'silent' }), temporalUi: null }
      const app = buildApp({ ...monitor, closing: new AbortController().signal })
      const begin = performance.now()
      const reply = await app.request(path, { headers: { host: '127.0.0.1' } })
      await reply.text()
      times.push(performance.now() - begin)
      if (reply.status !== 200) say(`${path}: status ${reply.status}`)
    }
    measured.push(summary(`GET ${path}`, times))
  }
  return measured
}

function measureCommands(commandLines: readonly (readonly string[])[]): Measured[] {
  return commandLines.map((commandLine) => {
    const times = Array.from({ length: COMMAND_ROUNDS }, () => {
      const begin = performance.now()
      const { status, stderr } = spawnSync(join(projectRoot(), 'bin', 'phoenix'), commandLine, { encoding: 'utf8' })
      if (status !== 0) say(`phoenix ${commandLine.join(' ')}: exit code ${status}: ${stderr.trim()}`)
      return performance.now() - begin
    })
    return summary(`phoenix ${commandLine.join(' ')}`, times)
  })
}

function summary(name: string, times: readonly number[]): Measured {
  const sorted = times.toSorted((a, b) => a - b)
  return { name, median: sorted[Math.floor(sorted.length / 2)] ?? 0, slowest: sorted.at(-1) ?? 0 }
}

async function isEmpty(record: Database): Promise<boolean> {
  return (await record.selectFrom('sciproc_date').select('date').limit(1).execute()).length === 0
}

interface Example {
  readonly date: string
  readonly abName: string
  readonly archiveName: string
  readonly mcalib: string
}

/** A date in the middle of the record, a processed block of it, its IDP and one of its calibrations. */
async function example(record: Database): Promise<Example> {
  const row = await record
    .selectFrom('idp as i')
    .innerJoin('sciproc_ab as a', (join_) =>
      join_.onRef('a.instrument', '=', 'i.instrument').onRef('a.ab_name', '=', 'i.ab_name'),
    )
    .innerJoin('ab_calibration as c', (join_) =>
      join_.onRef('c.instrument', '=', 'a.instrument').onRef('c.ab_name', '=', 'a.ab_name'),
    )
    .select(['a.date', 'a.ab_name', 'i.archive_name', 'c.file_name'])
    .where('a.date', '>=', '2013-01-01')
    .orderBy('a.date')
    .limit(1)
    .executeTakeFirstOrThrow()
  return { date: row.date, abName: row.ab_name, archiveName: row.archive_name, mcalib: row.file_name }
}
