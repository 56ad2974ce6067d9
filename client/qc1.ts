import type { Command } from 'commander'
import { findAbs } from '../database/ab-record.ts'
import { type Qc1Row, type Qc1Selection, qc1Parameters, qc1Rows } from '../database/qc1.ts'
import { PreconditionError } from '../domain/failure.ts'
import { checkedObservingDate } from '../domain/observing-date.ts'
import { type CarryOut, withRecord } from './context.ts'
import { csv } from './csv.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'

const MOST_ROWS = 1_000_000

interface SelectionOptions {
  readonly setting?: string
  readonly from?: string
  readonly to?: string
  readonly name?: string
  readonly chip?: string
  readonly json?: boolean
}

/** `phoenix qc1 list|show|trend|export`: the numbers that the recipes measured, kept for ever. */
export function addQc1(program: Command, carryOut: CarryOut): void {
  const qc1 = program
    .command('qc1')
    .description('QC1 parameters: which there are (list), of an AB (show), over time (trend), as CSV (export)')
  qc1.helpCommand(false)

  selecting(
    qc1.command('list').description('the parameters on record, with how often and in which range they were measured'),
  )
    .argument('<instrument>')
    .addHelpText('after', example('phoenix qc1 list UVES --from 2026-03-01'))
    .action((instrument: string, options: SelectionOptions) =>
      carryOut(options, ({ settings, output }) =>
        withRecord(settings, async (database) => {
          const parameters = await qc1Parameters(database, { ...selectionOf(options), instrument })
          output.result(parameters, () =>
            output.table(
              [
                { title: 'parameter', text: ({ name }) => name },
                { title: 'chip', text: ({ chip }) => chip ?? '' },
                { title: 'unit', text: ({ unit }) => unit ?? '' },
                { title: 'values', text: ({ values }) => String(values), align: 'right' },
                { title: 'ABs', text: ({ abs }) => String(abs), align: 'right' },
                { title: 'minimum', text: ({ minimum }) => short(minimum), align: 'right' },
                { title: 'median', text: ({ median }) => short(median), align: 'right' },
                { title: 'maximum', text: ({ maximum }) => short(maximum), align: 'right' },
              ],
              parameters,
            ),
          )
          return EXIT.fine
        }),
      ),
    )

  qc1
    .command('show')
    .description('all parameters of one AB')
    .argument('<name>', 'name of the AB, or of a raw in it')
    .option('--name <parameter>', 'only these; * stands for any text')
    .option('--chip <chip>', 'only this chip, such as REDL')
    .option(...JSON_OPTION)
    .addHelpText('after', example("phoenix qc1 show UVES.2026-03-02T03:36:00.000.ab --name 'QC ORD* OBJ SN'"))
    .action((abName: string, options: SelectionOptions) =>
      carryOut(options, ({ settings, output }) =>
        withRecord(settings, async (database) => {
          const [ab] = await findAbs(database, abName)
          if (ab === undefined) throw new PreconditionError(`no AB or raw called ${abName} is on record`)
          const selection = { instrument: ab.instrument, abName: ab.abName, generation: ab.generation }
          const rows = await qc1Rows(database, { ...selectionOf(options), ...selection }, MOST_ROWS)
          output.result(rows, () => output.table(VALUE_COLUMNS, rows))
          return EXIT.fine
        }),
      ),
    )

  selecting(qc1.command('trend').description('one parameter over time, exposure by exposure'))
    .argument('<instrument>')
    .argument('<parameter>', "name such as 'QC ORD14 OBJ SN'; * stands for any text")
    .addHelpText('after', example("phoenix qc1 trend UVES 'QC ORD14 OBJ SN' --from 2026-01-01"))
    .action((instrument: string, name: string, options: SelectionOptions) =>
      carryOut(options, ({ settings, output }) =>
        withRecord(settings, async (database) => {
          const rows = await qc1Rows(database, { ...selectionOf(options), instrument, name }, MOST_ROWS)
          output.result(rows, () => output.table([...TREND_COLUMNS, ...VALUE_COLUMNS], rows))
          return EXIT.fine
        }),
      ),
    )

  selecting(qc1.command('export').description('values as CSV (RFC 4180) on standard output'))
    .argument('<instrument>')
    .option('--name <parameter>', 'only these; * stands for any text')
    .addHelpText('after', example("phoenix qc1 export UVES --name 'QC ORD*' > qc1.csv"))
    .action((instrument: string, options: SelectionOptions) =>
      carryOut(options, ({ settings, output }) =>
        withRecord(settings, async (database) => {
          const rows = await qc1Rows(database, { ...selectionOf(options), instrument }, MOST_ROWS)
          output.result(rows, () => output.text(csv(CSV_COLUMNS, rows)))
          return EXIT.fine
        }),
      ),
    )
}

function selecting(command: Command): Command {
  return command
    .option('--chip <chip>', 'only this chip, such as REDL')
    .option('--setting <setting>', 'only this setting, as `phoenix ab show` gives it')
    .option('--from <date>', 'first observing date')
    .option('--to <date>', 'last observing date')
    .option(...JSON_OPTION)
}

function selectionOf({ chip, setting, from, to, name }: SelectionOptions): Qc1Selection {
  return {
    ...(chip !== undefined && { chip }),
    ...(setting !== undefined && { setting }),
    ...(name !== undefined && { name }),
    ...(from !== undefined && { from: checkedObservingDate(from) }),
    ...(to !== undefined && { to: checkedObservingDate(to) }),
  }
}

const TREND_COLUMNS = [
  { title: 'date', text: ({ date }: Qc1Row) => date },
  { title: 'AB', text: ({ abName }: Qc1Row) => abName },
  { title: 'setting', text: ({ setting }: Qc1Row) => setting ?? '' },
]

const VALUE_COLUMNS = [
  { title: 'parameter', text: ({ name }: Qc1Row) => name },
  { title: 'chip', text: ({ chip }: Qc1Row) => chip ?? '' },
  { title: 'order', text: ({ orderNumber }: Qc1Row) => String(orderNumber ?? ''), align: 'right' as const },
  {
    title: 'value',
    text: ({ value, text }: Qc1Row) => (value === null ? (text ?? '') : String(value)),
    align: 'right' as const,
  },
  { title: 'unit', text: ({ unit }: Qc1Row) => unit ?? '' },
]

const CSV_COLUMNS = [
  'instrument',
  'date',
  'abName',
  'generation',
  'mjdObs',
  'setting',
  'name',
  'chip',
  'orderNumber',
  'value',
  'text',
  'unit',
  'category',
] as const

function short(value: number | null): string {
  return value === null ? '' : String(Number(value.toPrecision(6)))
}
