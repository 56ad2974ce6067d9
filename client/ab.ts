import type { Command } from 'commander'
import type { Database } from '../database/connect.ts'
import { type AbKey, findAbs } from '../database/ab-record.ts'
import { PreconditionError } from '../domain/failure.ts'
import { exportAb } from './ab-export.ts'
import { abLog } from './ab-log.ts'
import { showAb } from './ab-show.ts'
import { showVersions } from './ab-versions.ts'
import { type CarryOut, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { wholeNumber } from './whole-number.ts'

/** `phoenix ab show NAME` and `phoenix ab log NAME`: one association block. */
export function addAb(program: Command, carryOut: CarryOut): void {
  const ab = program
    .command('ab')
    .description('one association block: everything on record (show), its log (log), all that runs it again (export)')
  ab.helpCommand(false)
  ab.command('show')
    .description('state, versions, inputs, attempts with resources, IDPs and history of an AB')
    .argument('<name>', 'name of the AB, or of a raw in it')
    .option('--versions', 'every content that was registered, each with its difference from the one before')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      example(
        'phoenix ab show UVES.2026-03-02T03:36:00.000.ab',
        'phoenix ab show UVES.2026-03-02T03:36:00.000.ab --versions',
      ),
    )
    .action((name: string, options: { versions?: boolean; json?: boolean }) =>
      carryOut(options, ({ settings, output }) =>
        withRecord(settings, async (database) => {
          const key = await oneAb(database, name)
          if (options.versions === true) await showVersions(output, database, key)
          else await showAb(settings, output, database, key)
          return EXIT.fine
        }),
      ),
    )
  ab.command('log')
    .description('log of the recipe: of its answer, of its last start, or live while it runs')
    .argument('<name>', 'name of the AB, or of a raw in it')
    .option('--generation <number>', 'an earlier generation', wholeNumber(1, 1_000_000))
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix ab log UVES.2026-03-02T03:36:00.000.ab'))
    .action((name: string, options: { generation?: number; json?: boolean }) =>
      carryOut(options, ({ settings, output }) =>
        withRecord(settings, async (database) => {
          const key = await oneAb(database, name)
          const log = await abLog(database, settings.host, key, options.generation ?? key.generation)
          output.result({ abName: key.abName, ...log }, () =>
            output.text(log.text.endsWith('\n') ? log.text : `${log.text}\n`),
          )
          return EXIT.fine
        }),
      ),
    )
  ab.command('export')
    .description(
      'set of frames, command, log, checksums and a script that runs the recipe again, for pipeline developers',
    )
    .argument('<name>', 'name of the AB, or of a raw in it')
    .requiredOption('--output <folder>', 'folder to make')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix ab export UVES.2026-03-02T03:36:00.000.ab --output problem'))
    .action((name: string, options: { output: string; json?: boolean }) =>
      carryOut(options, ({ settings, output }) =>
        withRecord(settings, async (database) => {
          const files = await exportAb(settings, database, await oneAb(database, name), options.output)
          output.result({ folder: options.output, files }, () => output.say(`${options.output}: ${files.join(', ')}`))
          return EXIT.fine
        }),
      ),
    )
}

/** The block that a person means. @throws PreconditionError when there is none, or several */
async function oneAb(database: Database, name: string): Promise<AbKey> {
  const found = await findAbs(database, name)
  const [first, ...others] = found
  if (first === undefined) {
    throw new PreconditionError(
      `no AB or raw called ${name} is on record (\`phoenix status INSTRUMENT DATE\` lists the ABs of a date)`,
    )
  }
  if (others.length === 0) return first
  const exact = found.find(({ abName }) => abName === name)
  if (exact !== undefined) return exact
  throw new PreconditionError(`${name} is in several ABs, name one: ${found.map(({ abName }) => abName).join(', ')}`)
}
