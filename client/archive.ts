import type { Command } from 'commander'
import { rawStatus } from '../database/raw-status.ts'
import { addArchiveGet } from './archive-get.ts'
import { addArchiveList } from './archive-list.ts'
import { addArchivePreview } from './archive-preview.ts'
import { addArchiveShow } from './archive-show.ts'
import { addArchiveWithdraw } from './archive-withdraw.ts'
import { type CarryOut, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'

/** `phoenix archive`: its commands, and `status RAW...`: what became of a raw, in words for whoever took it. */
export function addArchive(program: Command, carryOut: CarryOut): void {
  const archive = program
    .command('archive')
    .description('the IDPs: find, look at and take them, withdraw bad ones; what became of a raw (status)')
  archive.helpCommand(false)
  addArchiveList(archive, carryOut)
  addArchiveShow(archive, carryOut)
  addArchiveGet(archive, carryOut)
  addArchiveWithdraw(archive, carryOut)
  addArchivePreview(archive, carryOut)
  archive
    .command('status')
    .description('processed fine, failed, withdrawn or not attempted, and why; exit code 1 when a raw is not on record')
    .argument('<raw...>', 'dp_id or file name of raws')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix archive status UVES.2026-03-02T03:36:00.000'))
    .action((raws: string[], options: { json?: boolean }) =>
      carryOut(options, ({ settings, output }) =>
        withRecord(settings, async (database) => {
          const found = await rawStatus(database, raws)
          const unknown = raws
            .map((raw) => raw.replace(/\.fits$/, ''))
            .filter((raw) => !found.some(({ dpId }) => dpId === raw))
          output.result({ raws: found, unknown }, () => {
            output.table(
              [
                { title: 'raw', text: ({ dpId }) => dpId },
                { title: 'status', text: ({ status }) => status },
                { title: 'IDP', text: ({ idp }) => idp ?? '' },
                { title: 'why', text: ({ cause }) => cause ?? '' },
              ],
              found,
            )
            for (const raw of unknown) output.warn(`${raw} was never registered: no association block names it`)
          })
          return unknown.length === 0 ? EXIT.fine : EXIT.failed
        }),
      ),
    )
}
