import { type MonthNumbers, monthNumbers } from '../database/months.ts'
import type { Database } from '../database/connect.ts'
import { csv } from './csv.ts'
import type { Output } from './output.ts'
import type { Column } from './table.ts'

/** Numbers by month of observing dates: a table, or with `asCsv` a file that a plot is made of. */
export async function reportMonths(
  database: Database,
  output: Output,
  instrument: string,
  asCsv: boolean,
): Promise<void> {
  const months = await monthNumbers(database, instrument)
  output.result({ instrument, months }, () => {
    if (asCsv) output.text(csv(CSV_COLUMNS, months))
    else output.table(columns, months)
  })
}

const CSV_COLUMNS = [
  'month',
  'dates',
  'abs',
  'processed',
  'failed',
  'interrupted',
  'leftOut',
  'pending',
  'pipelineHours',
  'idps',
  'idpBytes',
] as const

const number = (title: string, text: (month: MonthNumbers) => string): Column<MonthNumbers> => {
  return { title, text, align: 'right' }
}

const columns: readonly Column<MonthNumbers>[] = [
  { title: 'month', text: ({ month }) => month },
  number('dates', ({ dates }) => String(dates)),
  number('ABs', ({ abs }) => String(abs)),
  number('processed', ({ processed }) => String(processed)),
  number('failed', ({ failed }) => String(failed)),
  number('interrupted', ({ interrupted }) => String(interrupted)),
  number('left out', ({ leftOut }) => String(leftOut)),
  number('pending', ({ pending }) => String(pending)),
  number('pipeline h', ({ pipelineHours }) => pipelineHours.toFixed(2)),
  number('IDPs', ({ idps }) => String(idps)),
  number('MB', ({ idpBytes }) => (idpBytes / 1e6).toFixed(0)),
]
