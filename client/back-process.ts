import type { Command } from 'commander'
import { PreconditionError } from '../domain/failure.ts'
import { addCampaignOptions, type CampaignOptions, orderCampaign } from './campaign-order.ts'
import { type CarryOut, withRecord } from './context.ts'
import { example } from './example.ts'

interface BackProcessOptions extends CampaignOptions {
  readonly backlog?: boolean
}

/** `phoenix back-process INSTRUMENT DATES`: the executable ABs of past dates that were never attempted. */
export function addBackProcess(program: Command, carryOut: CarryOut): void {
  const command = program
    .command('back-process')
    .description('order the executable ABs of many dates that were never attempted')
    .argument('<instrument>')
    .argument('[dates]', 'one observing night, or a range of them: 2011-10-01..2012-05-10')
    .option('--backlog', 'everything that `phoenix backlog` lists')
  addCampaignOptions(command)
    .addHelpText(
      'after',
      example('phoenix back-process UVES 2011-10-01..2012-05-10 --dry-run', 'phoenix back-process UVES --backlog'),
    )
    .action((instrument: string, dates: string | undefined, options: BackProcessOptions) =>
      carryOut(options, async (context) => {
        if (dates === undefined && options.backlog !== true && options.abs === undefined) {
          throw new PreconditionError('which dates? Give a date, a range, --backlog or --abs FILE')
        }
        const only = { onlyFailed: false, onlyChanged: false, used: null, pipeline: null }
        const request = { kind: 'back-process', instrument, dates, reason: null, only } as const
        return withRecord(context.settings, (database) => orderCampaign(context, database, request, options))
      }),
    )
}
