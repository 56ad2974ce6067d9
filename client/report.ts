import type { Command } from 'commander'
import type { Database } from '../database/connect.ts'
import { type AbReport, type DateReport, dateReport, type RunReport } from '../database/report.ts'
import { PreconditionError } from '../domain/failure.ts'
import { inHome } from '../services/home.ts'
import { findTemporal } from '../services/temporal/temporal.ts'
import type { Settings } from '../settings/settings.ts'
import { clockTime } from './clock-time.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { knownPlace, notRegistered } from './place.ts'
import type { Column } from './table.ts'

/** `phoenix report INSTRUMENT DATE`: what became of a date, from the record alone. */
export function addReport(program: Command, carryOut: CarryOut): void {
  program
    .command('report')
    .description('what became of every AB of a date: state, cause, S/N, resources, IDPs, ingestion')
    .argument('<instrument>', 'or the name of the workflow, date/UVES/2026-03-01')
    .argument('[date]', 'observing night, YYYY-MM-DD')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix report UVES 2026-03-01', 'phoenix report date/UVES/2026-03-01 --json'))
    .action((instrument: string, date: string | undefined, options: { json?: boolean }) =>
      carryOut(options, async (context) => {
        const [instrumentName, day] = splitPlace(instrument, date)
        const place = await knownPlace(context.settings, instrumentName, day)
        await withRecord(context.settings, (database) => report(context, database, place))
        return EXIT.fine
      }),
    )
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

export interface Totals {
  readonly states: Readonly<Partial<Record<AbReport['state'], number>>>
  readonly idps: Readonly<Record<string, number>>
  readonly qc1Values: number
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly peakRssBytes: number
}

/** Sums over the blocks of a date; the memory is the highest of any recipe. */
export function totalsOf(abs: readonly AbReport[]): Totals {
  const states: Partial<Record<AbReport['state'], number>> = {}
  const idps: Record<string, number> = {}
  for (const ab of abs) {
    states[ab.state] = (states[ab.state] ?? 0) + 1
    for (const { state } of ab.idps) idps[state] = (idps[state] ?? 0) + 1
  }
  const sum = (of: (ab: AbReport) => number | null) => abs.reduce((total, ab) => total + (of(ab) ?? 0), 0)
  return {
    states,
    idps,
    qc1Values: sum(({ qc1Count }) => qc1Count),
    wallSeconds: sum(({ wallSeconds }) => wallSeconds),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    peakRssBytes: Math.max(0, ...abs.map(({ peakRssBytes }) => peakRssBytes ?? 0)),
  }
}

function show(found: DateReport, uiUrl: string | null, output: CommandContext['output']): void {
  const { instrument, date, abs, ingestion, runs } = found
  const totals = totalsOf(abs)
  const states = Object.entries(totals.states).map(([state, count]) => `${count} ${state}`)
  output.heading(`${instrument} ${date}: ${abs.length} ABs, ${states.join(', ')}`)
  output.table(abColumns, abs)
  for (const run of runs) showRun(run, output)
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
  const { runNumber, state, startedAt, endedAt, host, orderedBy, pipelineVersion, bytesFreed, waitsFor } = run
  const seconds = endedAt === null ? 'open' : `${((endedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1)} s`
  const parts = [
    `run ${runNumber}: ${state}${waitsFor === null ? '' : ` (${waitsFor})`}`,
    `${clockTime(startedAt)} (${seconds}) on ${host}, ordered by ${orderedBy}`,
    pipelineVersion === null ? null : `pipeline ${pipelineVersion}`,
    bytesFreed === null ? null : `${megabytes(bytesFreed)} MB cleaned up`,
  ]
  output.say(parts.filter((part) => part !== null).join('; '))
  for (const problem of run.problems) output.say(`  ${problem}`)
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
