import { html } from 'hono/html'
import type { DatePreview } from '../database/date-previews.ts'
import type { CoreSpan, DateView } from '../database/date-view.ts'
import type { NotFineScore } from '../database/not-fine-scores.ts'
import type { AbReport, RunReport } from '../database/report.ts'
import { minute, page, type PageColumn, state, table } from './page.ts'
import { failuresByCause, type Totals, totalsOf } from './totals.ts'
import { timeLine } from './time-line.ts'

export interface DatePageParts {
  readonly view: DateView
  readonly scores: readonly NotFineScore[]
  readonly previews: readonly DatePreview[]
  /** When the page is made: for what still runs. */
  readonly now: Date
}

/** The report of a date as one HTML file that needs nothing else. */
export async function datePage({ view, scores, previews, now }: DatePageParts): Promise<string> {
  const { instrument, date, abs, runs, coreSpans, ingestion } = view
  const totals = totalsOf(abs)
  const failures = failuresByCause(abs)
  const leftOut = abs.filter((ab) => ab.state === 'left out')
  const title = `${instrument} ${date}`
  const lines = timeLine(coreSpans.map(nameSpan), now)
  return page(
    title,
    html`<h1>${title}</h1>
<p>${summary(totals)}</p>
<p class="quiet">Registered ${minute(view.registeredAt)} from ${view.abDir}. Report of ${minute(now)}, from the record of phoenix. All times are UT.</p>
${runs.map(runLine)}
${lines === null ? null : html`<h2>Time line of the cores</h2>${lines}`}
${failures.length === 0 ? null : html`<h2>Failures by cause</h2>${table(failureColumns, failures)}`}
${scores.length === 0 ? null : html`<h2>Scores that are not fine</h2>${table(scoreColumns, scores)}`}
<h2>Association blocks</h2>${table(abColumns, abs)}
${leftOut.length === 0 ? null : html`<h2>Left out</h2>${table(leftOutColumns, leftOut)}`}
${previews.length === 0 ? null : html`<h2>Archived spectra</h2><div class="thumbnails">${previews.map(thumbnail)}</div>`}
${ingestion.length === 0 ? null : html`<h2>Ingestion</h2>${table(ingestionColumns, ingestion)}`}
<h2>Resources</h2>
<p>Recipes: ${totals.wallSeconds.toFixed(1)} s in all, ${totals.cpuSeconds.toFixed(1)} s of CPU, at most ${megabytes(totals.peakRssBytes)} MB of memory. QC1 values: ${totals.qc1Values}.</p>`,
  )
}

function summary({ states, idps }: Totals): string {
  const counts = Object.entries(states).map(([name, count]) => `${count} ${name}`)
  const archived = Object.entries(idps).map(([name, count]) => `${count} ${name}`)
  return `ABs: ${counts.join(', ') || 'none'}. IDPs: ${archived.join(', ') || 'none'}.`
}

function runLine(run: RunReport) {
  const seconds = run.endedAt === null ? null : (run.endedAt.getTime() - run.startedAt.getTime()) / 1000
  return html`<p>${state(run.state)} run ${run.runNumber} on ${run.host}, ${minute(run.startedAt)}${seconds === null ? '' : ` (${seconds.toFixed(0)} s)`}, ordered by ${run.orderedBy}${run.pipelineVersion === null ? '' : `, pipeline ${run.pipelineVersion}`}${run.waitsFor === null ? '' : `: ${run.waitsFor}`}</p>
${run.problems.map((problem) => html`<p class="quiet">${problem}</p>`)}`
}

function nameSpan({ host, abName, startedAt, endedAt, endedAs }: CoreSpan) {
  return { host, startedAt, endedAt, name: abName, kind: (endedAs ?? 'running').replaceAll(' ', '-') }
}

function thumbnail({ abName, archiveName, svg }: DatePreview) {
  const data = Buffer.from(svg).toString('base64')
  return html`<figure><img src="data:image/svg+xml;base64,${data}" alt="Spectrum ${archiveName}"><figcaption>${abName}<br>${archiveName}</figcaption></figure>`
}

const abColumns: readonly PageColumn<AbReport>[] = [
  { title: 'AB', cell: ({ abName }) => abName },
  { title: 'target', cell: ({ target }) => target ?? '' },
  { title: 'programme', cell: ({ programId }) => programId ?? '' },
  { title: 'type', cell: ({ rawType, setting }) => [rawType, setting].filter(Boolean).join(' ') },
  { title: 'state', cell: (ab) => state(ab.state) },
  { title: 'S/N', isNumber: true, cell: ({ signalToNoise }) => signalToNoise?.toFixed(1) ?? '' },
  { title: 'not fine', isNumber: true, cell: ({ scored, notFine }) => (scored === 0 ? '' : `${notFine}/${scored}`) },
  { title: 's', isNumber: true, cell: ({ wallSeconds }) => wallSeconds?.toFixed(1) ?? '' },
  { title: 'MB', isNumber: true, cell: ({ peakRssBytes }) => (peakRssBytes === null ? '' : megabytes(peakRssBytes)) },
  {
    title: 'IDP or cause',
    wraps: true,
    cell: ({ idps, cause }) =>
      [...idps.map(({ archiveName, state: now }) => `${archiveName} ${now}`), cause].filter(Boolean).join('; '),
  },
]

const leftOutColumns: readonly PageColumn<AbReport>[] = [
  { title: 'AB', cell: ({ abName }) => abName },
  { title: 'reason', cell: ({ leftOutCode }) => leftOutCode ?? '' },
  { title: 'in words', wraps: true, cell: ({ cause }) => cause ?? '' },
]

const failureColumns: readonly PageColumn<ReturnType<typeof failuresByCause>[number]>[] = [
  { title: 'ABs', isNumber: true, cell: ({ abNames }) => String(abNames.length) },
  { title: 'kind', cell: ({ kind }) => kind },
  { title: 'cause', wraps: true, cell: ({ cause }) => cause },
  { title: 'for example', cell: ({ abNames }) => abNames[0] ?? '' },
]

const scoreColumns: readonly PageColumn<NotFineScore>[] = [
  { title: 'AB', cell: ({ abName }) => abName },
  { title: 'score', cell: ({ name }) => name },
  { title: 'value', isNumber: true, cell: ({ value }) => (value === null ? '' : String(Number(value.toPrecision(4)))) },
  { title: 'limit', wraps: true, cell: ({ limit }) => limit },
]

const ingestionColumns: readonly PageColumn<DateView['ingestion'][number]>[] = [
  { title: 'at', cell: ({ at }) => at.toISOString().slice(0, 19).replace('T', ' ') },
  { title: 'IDP', cell: ({ archiveName }) => archiveName },
  { title: 'result', cell: ({ result }) => result },
  { title: 'message', wraps: true, cell: ({ message }) => message },
]

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
