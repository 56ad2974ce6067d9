import type { Command } from 'commander'
import type { Database } from '../database/connect.ts'
import { datePreviews } from '../database/date-previews.ts'
import { dateView } from '../database/date-view.ts'
import { notFineScores } from '../database/not-fine-scores.ts'
import { type AbReport, type DateReport, dateReport, type RunReport } from '../database/report.ts'
import { campaignNumber } from '../domain/campaign.ts'
import type { PastHold } from '../database/holds-of-date.ts'
import { describeScope } from '../domain/hold.ts'
import { PreconditionError } from '../domain/failure.ts'
import { campaignPage } from '../report/campaign-page.ts'
import { datePage } from '../report/date-page.ts'
import { totalsOf } from '../report/totals.ts'
import { inHome } from '../services/home.ts'
import { findTemporal } from '../services/temporal/temporal.ts'
import type { Settings } from '../settings/settings.ts'
import { readCampaignStatus, showCampaign } from './campaign-status.ts'
import { clockTime } from './clock-time.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import type { Output } from './output.ts'
import { knownInstrument, knownPlace, notRegistered } from './place.ts'
import { reportMonths } from './report-months.ts'
import { reportTrial, trialNumber } from './report-trial.ts'
import { describeFailure } from './retry-cause.ts'
import type { Column } from './table.ts'
import { writeNamedFile } from './write-file.ts'

/** `phoenix report INSTRUMENT DATE`: what became of a date, from the record alone. */
export function addReport(program: Command, carryOut: CarryOut): void {
  program
    .command('report')
    .description('what became of every AB of a date: state, cause, S/N, resources, IDPs, ingestion')
    .argument('<instrument>', 'or the name of a workflow: date/UVES/2026-03-01, campaign/12; or of a trial: trial/12')
    .argument('[date]', 'observing night, YYYY-MM-DD')
    .option('--html <file>', 'write it as one HTML file that needs nothing else: to read offline, to send, to print')
    .option('--by-month', 'the numbers of all months of an instrument')
    .option('--csv', 'with --by-month: as CSV on standard output')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      example(
        'phoenix report UVES 2026-03-01',
        'phoenix report date/UVES/2026-03-01 --html uves-2026-03-01.html',
        'phoenix report campaign/12',
        'phoenix report UVES --by-month --csv > uves.csv',
        'phoenix report trial/12',
      ),
    )
    .action((instrument: string, date: string | undefined, options: ReportOptions) =>
      carryOut(options, async (context) => {
        if (options.byMonth === true) {
          const { instrument: name } = await knownInstrument(context.settings, instrument)
          await withRecord(context.settings, (database) =>
            reportMonths(database, context.output, name, options.csv === true),
          )
          return EXIT.fine
        }
        const orderId = campaignNumber(instrument)
        if (orderId !== null) {
          const status = await withRecord(context.settings, (database) => readCampaignStatus(database, orderId))
          if (options.html === undefined) context.output.result(status, () => showCampaign(context.output, status))
          else await writeHtml(context.output, options.html, await campaignPage({ ...status, now: new Date() }))
          return EXIT.fine
        }
        const trial = trialNumber(instrument)
        if (trial !== null) {
          await withRecord(context.settings, (database) => reportTrial(context, database, trial))
          return EXIT.fine
        }
        const [instrumentName, day] = splitPlace(instrument, date)
        const place = await knownPlace(context.settings, instrumentName, day)
        await withRecord(context.settings, async (database) => {
          if (options.html === undefined) await report(context, database, place)
          else await writeHtml(context.output, options.html, await htmlOfDate(database, place))
        })
        return EXIT.fine
      }),
    )
}

interface ReportOptions {
  readonly html?: string
  readonly byMonth?: boolean
  readonly csv?: boolean
  readonly json?: boolean
}

async function writeHtml(output: Output, path: string, html: string): Promise<void> {
  await writeNamedFile(path, html)
  output.result({ path }, () => output.say(`${path} is written`))
}

async function htmlOfDate(
  database: Database,
  place: { readonly instrument: string; readonly date: string },
): Promise<string> {
  const { instrument, date } = place
  const view = await dateView(database, instrument, date)
  if (view === null) throw notRegistered(place)
  const scores = await notFineScores(database, instrument, date)
  const previews = await datePreviews(database, instrument, date)
  return datePage({ view, scores, previews, now: new Date() })
}

/** Reads and shows the report of a date. @throws PreconditionError when the date is not registered */
export async function report(
  { settings, output }: CommandContext,
  database: Database,
  place: { readonly instrument: string; readonly date: string },
): Promise<DateReport> {
  const found = await dateReport(database, place.instrument, place.date)
  if (found === null) throw notRegistered(place)
  const uiUrl = await temporalUi(settings)
  output.result({ ...found, totals: totalsOf(found.abs), temporalUi: uiUrl }, () => show(found, uiUrl, output))
  return found
}

/** `UVES 2026-03-01`, or the name under which Temporal knows the date. */
export function splitPlace(instrument: string, date: string | undefined): [instrument: string, date: string] {
  if (date !== undefined) return [instrument, date]
  const [, name, day] = /(?:^|\/)([^/]+)\/([^/]+)$/.exec(instrument) ?? []
  if (name !== undefined && day !== undefined) return [name, day]
  throw new PreconditionError('a date is missing: expected INSTRUMENT DATE, such as UVES 2026-03-01')
}

function show(found: DateReport, uiUrl: string | null, output: CommandContext['output']): void {
  const { instrument, date, abs, ingestion, runs } = found
  const totals = totalsOf(abs)
  const states = Object.entries(totals.states).map(([state, count]) => `${count} ${state}`)
  output.heading(`${instrument} ${date}: ${abs.length} ABs, ${states.join(', ')}`)
  output.table(abColumns, abs)
  for (const run of runs) showRun(run, output)
  for (const hold of found.heldBy) output.say(describeHold(hold))
  for (const failure of found.systematicFailures) output.say(describeFailure(failure))
  const idps = Object.entries(totals.idps).map(([state, count]) => `${count} ${state}`)
  output.say(`IDPs: ${idps.length === 0 ? 'none' : idps.join(', ')}; QC1 values: ${totals.qc1Values}`)
  output.say(
    `recipes: ${totals.wallSeconds.toFixed(1)} s in all, ${totals.cpuSeconds.toFixed(1)} s of CPU, at most ${megabytes(totals.peakRssBytes)} MB`,
  )
  for (const { at, archiveName, result, message } of ingestion.filter((entry) => entry.result !== 'live')) {
    output.say(`ingestion ${clockTime(at)} ${archiveName}: ${result}${message === '' ? '' : `, ${message}`}`)
  }
  output.say(`registered ${clockTime(found.registeredAt)} from ${found.abDir}`)
  if (uiUrl !== null) output.say(`Temporal UI: ${uiUrl}`)
}

function showRun(run: RunReport, output: CommandContext['output']): void {
  const {
    runNumber,
    state,
    startedAt,
    endedAt,
    host,
    orderedBy,
    pipelineVersion,
    bytesFreed,
    waitsFor,
    instrumentFile,
  } = run
  const seconds = endedAt === null ? 'open' : `${((endedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1)} s`
  const parts = [
    `run ${runNumber}: ${state}${waitsFor === null ? '' : ` (${waitsFor})`}`,
    `${clockTime(startedAt)} (${seconds}) on ${host}, ordered by ${orderedBy}`,
    pipelineVersion === null ? null : `pipeline ${pipelineVersion}`,
    instrumentFile === null
      ? null
      : `instrument file version ${instrumentFile.version}, SHA-256 ${instrumentFile.sha256.slice(0, 12)}`,
    bytesFreed === null ? null : `${megabytes(bytesFreed)} MB cleaned up`,
  ]
  output.say(parts.filter((part) => part !== null).join('; '))
  for (const problem of run.problems) output.say(`  ${problem}`)
}

function describeHold({ kind, scope, placedBy, placedAt, reason, releasedBy, releasedAt }: PastHold): string {
  const why = reason === '' ? '' : ` (${reason})`
  const end = releasedAt === null ? 'it stands' : `released by ${releasedBy ?? ''} at ${clockTime(releasedAt)}`
  return `held: ${kind} of ${describeScope(scope)} by ${placedBy} at ${clockTime(placedAt)}${why}, ${end}`
}

const abColumns: readonly Column<AbReport>[] = [
  { title: 'AB', text: ({ abName }) => abName },
  { title: 'type', text: ({ rawType, setting }) => [rawType, setting].filter(Boolean).join(' ') },
  { title: 'state', text: ({ state }) => state },
  { title: 'S/N', text: ({ signalToNoise }) => signalToNoise?.toFixed(1) ?? '', align: 'right' },
  { title: 'not fine', text: ({ scored, notFine }) => (scored === 0 ? '' : `${notFine}/${scored}`), align: 'right' },
  { title: 'warnings', text: ({ warnings }) => warnings?.toString() ?? '', align: 'right' },
  { title: 's', text: ({ wallSeconds }) => wallSeconds?.toFixed(1) ?? '', align: 'right' },
  { title: 'MB', text: ({ peakRssBytes }) => (peakRssBytes === null ? '' : megabytes(peakRssBytes)), align: 'right' },
  { title: 'IDP or cause', text: idpOrCause },
]

function idpOrCause({ idps, failureKind, leftOutCode, cause }: AbReport): string {
  const names = idps.map(({ archiveName, state }) => `${archiveName} ${state}`)
  const why = [failureKind ?? leftOutCode, cause].filter(Boolean).join(': ')
  return [...names, why].filter(Boolean).join('; ')
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

/** The address of Temporal's web page; null when Temporal is away or its page is not known: the report does not need it. */
async function temporalUi(settings: Settings): Promise<string | null> {
  try {
    return (await findTemporal(await inHome(settings)))?.uiUrl ?? null
  } catch {
    return null
  }
}
