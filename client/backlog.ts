import { join } from 'node:path'
import type { Command } from 'commander'
import { lookForMissing } from '../activities/ready-again.ts'
import { openArchives } from '../archive/open-archive.ts'
import { counted } from '../domain/counted.ts'
import { backlog, errorDates, type ErrorDate } from '../database/backlog.ts'
import { clockTime } from './clock-time.ts'
import { type CarryOut, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { knownInstrument } from './place.ts'

const DAY_MS = 86_400_000

/** `phoenix backlog [INSTRUMENT]`: what waits and is covered by no order, and the dates in precondition error. It starts nothing. */
export function addBacklog(program: Command, carryOut: CarryOut): void {
  program
    .command('backlog')
    .description('executable ABs, never attempted, that no order covers; and dates in precondition error')
    .argument('[instrument]')
    .option('--look', 'ask the archive again for what dates in error were missing')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix backlog UVES', 'phoenix backlog --look'))
    .action((name: string | undefined, options: { readonly look?: boolean; readonly json?: boolean }) =>
      carryOut(options, async ({ settings, output }) => {
        const instrument = name === undefined ? null : (await knownInstrument(settings, name)).instrument
        return withRecord(settings, async (database) => {
          if (options.look === true) {
            const { source } = openArchives(settings.archives)
            await lookForMissing(database, source, join(settings.home, 'look'), instrument)
          }
          const waiting = await backlog(database, instrument)
          const inError = await errorDates(database, instrument)
          output.result(
            { backlog: waiting, inError: inError.map((date) => ({ ...date, ready: isReady(date) })) },
            () => {
              const abs = waiting.reduce((sum, date) => sum + date.abs, 0)
              output.heading(`backlog: ${counted(abs, 'AB')} of ${counted(waiting.length, 'date')}`)
              output.table(
                [
                  { title: 'date', text: (date) => `${date.instrument} ${date.date}` },
                  { title: 'ABs', text: (date) => String(date.abs), align: 'right' },
                  { title: 'waits since', text: ({ since }) => clockTime(since) },
                  {
                    title: 'days',
                    text: ({ since }) => String(Math.floor((Date.now() - since.getTime()) / DAY_MS)),
                    align: 'right',
                  },
                ],
                waiting,
              )
              output.heading(`${counted(inError.length, 'date')} in precondition error`)
              output.table(
                [
                  { title: 'date', text: (date) => `${date.instrument} ${date.date}` },
                  { title: 'ABs', text: (date) => String(date.abs), align: 'right' },
                  { title: 'run', text: ({ runNumber }) => String(runNumber), align: 'right' },
                  { title: 'archive', text: archiveInWords },
                  { title: 'problems', text: ({ problems }) => problems.join('; ') },
                ],
                inError,
              )
            },
          )
          return EXIT.fine
        })
      }),
    )
}

function isReady({ stillMissing }: ErrorDate): boolean {
  return stillMissing !== null && stillMissing.length === 0
}

function archiveInWords(date: ErrorDate): string {
  const { lookedAt, stillMissing } = date
  if (lookedAt === null || stillMissing === null) return 'not looked at again'
  return isReady(date) ? 'ready again' : `${stillMissing.length} still missing at ${clockTime(lookedAt)}`
}
