import { html, raw } from 'hono/html'

type Part = ReturnType<typeof html>

/** One self-contained page: no script, nothing from outside; it reads offline and prints. */
export async function page(title: string, body: Part): Promise<string> {
  const document = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`
  return String(document)
}

export interface PageColumn<Row> {
  readonly title: string
  readonly cell: (row: Row) => string | Part
  readonly isNumber?: true
  /** Long text: its lines are broken; names and numbers stay whole. */
  readonly wraps?: true
}

/** Null for no rows. */
export function table<Row>(columns: readonly PageColumn<Row>[], rows: readonly Row[]): Part | null {
  if (rows.length === 0) return null
  const style = ({ isNumber, wraps }: PageColumn<Row>) =>
    isNumber === true ? 'number' : wraps === true ? 'text' : 'name'
  return html`<table>
<thead><tr>${columns.map((column) => html`<th class="${style(column)}">${column.title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${columns.map((column) => html`<td class="${style(column)}">${column.cell(row)}</td>`)}</tr>\n`)}</tbody>
</table>`
}

/** A state with a letter beside its colour, so that nobody depends on the colour. */
export function state(name: string): Part {
  return html`<span class="state ${name.replace(' ', '-')}">${MARKS[name] ?? '·'} ${name}</span>`
}

/** A moment to the minute, in UT. */
export function minute(moment: Date): string {
  return moment.toISOString().slice(0, 16).replace('T', ' ')
}

const MARKS: Record<string, string> = {
  processed: '✓',
  done: '✓',
  failed: '✗',
  error: '✗',
  interrupted: '!',
  blocked: '!',
  'left out': '–',
  withdrawn: '–',
  pending: '○',
  running: '▶',
  holding: '‖',
  stopped: '■',
}

const STYLE = `
:root { color-scheme: light; font: 13px/1.4 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
body { margin: 1.5rem auto; max-width: 78rem; padding: 0 1rem; color: #1a1a1a; background: #fff; }
h1 { font-size: 1.4rem; margin: 0 0 .2rem; } h2 { font-size: 1rem; margin: 1.6rem 0 .4rem; border-bottom: 1px solid #bbb; }
p { margin: .2rem 0; } .quiet { color: #555; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .15rem .5rem .15rem 0; border-bottom: 1px solid #e4e4e4; }
th { font-weight: 600; border-bottom-color: #999; } .number { text-align: right; } .number, .name { white-space: nowrap; } .text { width: 100%; overflow-wrap: anywhere; }
.state { white-space: nowrap; } .processed, .done { color: #005a9c; } .failed, .error { color: #a03000; font-weight: 600; }
.interrupted, .blocked { color: #7a5200; font-weight: 600; } .left-out, .withdrawn, .stopped { color: #666; }
.time-line { width: 100%; height: auto; font-size: 10px; } .time-line text { fill: #333; } .time-line line { stroke: #ddd; }
.time-line rect { fill: #4a8fc2; } .time-line rect.failed { fill: #c2582a; } .time-line rect.interrupted, .time-line rect.without-end { fill: #b8902a; } .time-line rect.not-attempted { fill: #aaa; } .time-line rect.running { fill: #9cc9a8; }
.thumbnails { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: .6rem; }
figure { margin: 0; break-inside: avoid; } figure img { width: 100%; border: 1px solid #ddd; } figcaption { font-size: 11px; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } tr { break-inside: avoid; } thead { display: table-header-group; } }
`
