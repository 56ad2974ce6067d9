import { type Command, Option } from 'commander'
import { PreconditionError } from '../domain/failure.ts'
import { addCampaignOptions, type CampaignOptions, orderCampaign } from './campaign-order.ts'
import { type CarryOut, withRecord } from './context.ts'
import { example } from './example.ts'
import { wholeNumber } from './whole-number.ts'

interface ReprocessOptions extends CampaignOptions {
  readonly reason: string
  readonly only?: 'failed'
  readonly changed?: boolean
  readonly used?: string
  readonly pipeline?: string
  readonly trial?: boolean
  readonly sample?: number
}

/** `phoenix reprocess INSTRUMENT DATES --reason TEXT`: a new generation of what has its answer already. */
export function addReprocess(program: Command, carryOut: CarryOut): void {
  const command = program
    .command('reprocess')
    .description('order a new generation of ABs that have given their answer: the only way to a second attempt')
    .argument('<instrument>')
    .argument('[dates]', 'one observing night, or a range of them; without it, all that the options choose')
    .requiredOption('--reason <text>', 'why; kept with every AB')
    .addOption(new Option('--only <outcome>', 'only ABs that failed or were interrupted').choices(['failed']))
    .option('--changed', 'only ABs of which another content was registered after their attempt')
    .option('--used <mcalib>', 'only ABs whose attempt used this file')
    .option('--pipeline <version>', 'only ABs whose attempt was made with this pipeline version')
    .option('--trial', 'everything but the ingestion: no AB gets a new generation, nothing that is live changes')
    .option('--sample <number>', 'with --trial: so many ABs, spread over the settings', wholeNumber(1, 1_000_000))
  addCampaignOptions(command)
    .addHelpText(
      'after',
      example(
        'phoenix reprocess UVES 2026-03-01 --only failed --reason "bad order table replaced"',
        'phoenix reprocess UVES --used UV_MBIA_141023A_2x2_050_blue.fits --reason "bias withdrawn" --dry-run',
        'phoenix reprocess UVES 2026-02-01..2026-03-01 --trial --sample 20 --reason "pipeline 6.2.0"',
      ),
    )
    .action((instrument: string, dates: string | undefined, options: ReprocessOptions) =>
      carryOut(options, async (context) => {
        const { reason, changed = false, used = null, pipeline = null } = options
        if (reason.trim() === '') throw new PreconditionError('the reason is empty: say why these ABs are run again')
        if (options.sample !== undefined && options.trial !== true) {
          throw new PreconditionError('--sample goes with --trial only')
        }
        const trial = options.trial === true ? { sample: options.sample ?? null } : undefined
        const only = { onlyFailed: options.only === 'failed', onlyChanged: changed, used, pipeline }
        const isChosen = [dates, options.abs, options.program, used, pipeline].some((given) => given != null)
        if (!isChosen && !changed && !only.onlyFailed) {
          throw new PreconditionError('which ABs? Give a date, a range, or an option that chooses some')
        }
        const request = { kind: 'reprocess', instrument, dates, reason, only, trial } as const
        return withRecord(context.settings, (database) => orderCampaign(context, database, request, options))
      }),
    )
}
