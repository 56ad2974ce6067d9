import type { Command } from 'commander'
import { type ChangedIdp, restoreIdps, type Withdrawal, withdrawIdps } from '../database/archive-withdraw.ts'
import type { Database } from '../database/connect.ts'
import { PreconditionError } from '../domain/failure.ts'
import { type CarryOut, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'

interface ChangeOptions {
  readonly reason: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

type Change = (database: Database, withdrawal: Withdrawal) => Promise<readonly ChangedIdp[]>

/** `phoenix archive withdraw` and `restore`: what an archive user shall not see any more, and what was withdrawn by mistake. */
export function addArchiveWithdraw(archive: Command, carryOut: CarryOut): void {
  addChange(archive, carryOut, {
    name: 'withdraw',
    description: 'take live IDPs out of what the archive shows; their files stay, the status of their raws says why',
    did: 'withdrawn',
    change: withdrawIdps,
    next: [
      '`phoenix archive list --used MCALIB --state live` finds what else was made with the same calibration',
      '`phoenix archive restore NAME --reason TEXT` takes it back; only a re-processing makes new IDPs of these blocks',
    ],
  })
  addChange(archive, carryOut, {
    name: 'restore',
    description: 'make withdrawn IDPs live again, where no other has taken their place',
    did: 'live again',
    change: restoreIdps,
    next: [],
  })
}

function addChange(
  archive: Command,
  carryOut: CarryOut,
  {
    name,
    description,
    did,
    change,
    next,
  }: { name: string; description: string; did: string; change: Change; next: readonly string[] },
): void {
  archive
    .command(name)
    .description(`${description}: all of them or none`)
    .argument('<name...>', 'archive names')
    .requiredOption('--reason <text>', 'why, for those who look for them')
    .option('--dry-run', 'say what would be changed, and change nothing')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      example(`phoenix archive ${name} ADP.2026-03-02T10:00:00.000.fits --reason "flat was saturated"`),
    )
    .action((names: string[], { reason, dryRun = false, json = false }: ChangeOptions) =>
      carryOut({ json }, async ({ settings, output }) => {
        if (reason.trim() === '') throw new PreconditionError('--reason is empty: say why in a few words')
        const idps = await withRecord(settings, (database) =>
          change(database, { names, reason, who: settings.operator, dryRun }),
        )
        output.result({ dryRun, idps }, () => {
          for (const { archiveName, abName } of idps) {
            output.say(`${archiveName} (${abName}) ${dryRun ? 'would be' : 'is'} ${did}`)
          }
          if (!dryRun) for (const line of next) output.say(line)
        })
        return EXIT.fine
      }),
    )
}
