import type { Command } from 'commander'
import { type ChangedIdp, restoreIdps, type Withdrawal, withdrawIdps } from '../database/archive-withdraw.ts'
import { type IdpState, listIdps } from '../database/archive-list.ts'
import type { Database } from '../database/connect.ts'
import { PreconditionError } from '../domain/failure.ts'
import { type CarryOut, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'

interface ChangeOptions {
  readonly reason: string
  readonly used?: string
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
    of: 'live',
    change: withdrawIdps,
    next: [
      '`phoenix archive restore NAME --reason TEXT` takes it back; only a re-processing makes new IDPs of these blocks',
    ],
  })
  addChange(archive, carryOut, {
    name: 'restore',
    description: 'make withdrawn IDPs live again, where no other has taken their place',
    did: 'live again',
    of: 'withdrawn',
    change: restoreIdps,
    next: [],
  })
}

interface ChangeCommand {
  readonly name: string
  readonly description: string
  readonly did: string
  /** The state of those that it changes. */
  readonly of: IdpState
  readonly change: Change
  /** What to say afterwards. */
  readonly next: readonly string[]
}

function addChange(
  archive: Command,
  carryOut: CarryOut,
  { name, description, did, of, change, next }: ChangeCommand,
): void {
  archive
    .command(name)
    .description(`${description}: all of them or none`)
    .argument('[name...]', 'archive names')
    .option('--used <file>', `all ${of} IDPs that were made with this file, such as a calibration that turned out bad`)
    .requiredOption('--reason <text>', 'why, for those who look for them')
    .option('--dry-run', 'say what would be changed, and change nothing')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      example(
        `phoenix archive ${name} ADP.2026-03-02T10:00:00.000.fits --reason "flat was saturated"`,
        `phoenix archive ${name} --used UV_MFLT_260301A_BLUE437_2x2.fits --reason "flat was saturated" --dry-run`,
      ),
    )
    .action((names: string[], { reason, used, dryRun = false, json = false }: ChangeOptions) =>
      carryOut({ json }, async ({ settings, output }) => {
        if (reason.trim() === '') throw new PreconditionError('--reason is empty: say why in a few words')
        if ((used === undefined) === (names.length === 0)) {
          throw new PreconditionError('say which: archive names, or --used with a file that they were made with')
        }
        const idps = await withRecord(settings, async (database) => {
          const wanted = used === undefined ? names : await madeWith(database, used, of)
          return change(database, { names: wanted, reason, who: settings.operator, dryRun })
        })
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

/** @throws PreconditionError when there is none: a name that was mistyped must not look like success */
async function madeWith(database: Database, used: string, state: IdpState): Promise<readonly string[]> {
  const idps = await listIdps(database, { used, state })
  if (idps.length === 0) throw new PreconditionError(`no ${state} IDP was made with ${used}`)
  return idps.map(({ archiveName }) => archiveName)
}
