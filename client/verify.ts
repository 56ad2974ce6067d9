import type { Command } from 'commander'
import { findLeftovers, removeLeftovers, type SweptPlace } from '../activities/leftovers.ts'
import { openTarget } from '../archive/open-archive.ts'
import type { Database } from '../database/connect.ts'
import { writeEvent } from '../database/events.ts'
import type { Settings } from '../settings/settings.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { quarantineOf } from './quarantine-of.ts'
import { type Finding, verifyIdps } from './verify-idps.ts'
import { verifyRuns } from './verify-runs.ts'

interface VerifyOptions {
  readonly repair?: boolean
  readonly checksums?: boolean
  readonly json?: boolean
}

/** `phoenix verify [--repair]`: record, archive, scratch disk and Temporal held against each other. */
export function addVerify(program: Command, carryOut: CarryOut): void {
  program
    .command('verify')
    .description(
      'hold the record against the archive, the scratch disk of this host and Temporal; exit code 1 when something is wrong',
    )
    .option('--repair', 'mend what can be: without it nothing is changed')
    .option('--checksums', 'read every file in the archive; else its size has to do')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix verify', 'phoenix verify --repair --checksums'))
    .action((options: VerifyOptions) =>
      carryOut(options, (context) => withRecord(context.settings, (database) => verify(context, database, options))),
    )
}

/** IDPs first: one that is found in the archive after all frees the folder in which it waited. */
async function verify(
  { settings, output }: CommandContext,
  database: Database,
  { repair = false, checksums = false }: VerifyOptions,
): Promise<ExitCode> {
  const target = openTarget(settings.archives.idpTarget)
  const idps = await verifyIdps({
    database,
    target,
    host: settings.host,
    repair,
    checksums,
    say: (line) => output.say(line),
  })
  for (const note of idps.notes) output.say(note)
  const disk = await verifyScratch(settings, database, repair)
  const runs = await verifyRuns(settings, database, repair)
  for (const note of runs.notes) output.warn(note)
  const findings = [...idps.findings, ...disk, ...runs.findings]
  const wrong = findings.filter(({ repaired }) => repaired === null)
  output.result({ findings, checkedIdps: idps.checked, checksums, repair }, () => {
    output.table(
      [
        { title: 'finding', text: ({ kind }) => kind },
        { title: 'what', text: ({ what }) => what },
        { title: 'why, and what to do', text: ({ detail, repaired }) => repaired ?? detail },
      ],
      findings,
    )
    const told =
      findings.length === 0 ? 'nothing is wrong' : `${findings.length} findings, ${wrong.length} to be mended`
    output.say(`${idps.checked} IDPs looked at: ${told}`)
  })
  return wrong.length === 0 ? EXIT.fine : EXIT.failed
}

async function verifyScratch(settings: Settings, database: Database, repair: boolean): Promise<readonly Finding[]> {
  const { host: name, scratchDir, operator } = settings
  const place: SweptPlace = { database, name, scratchDir, quarantine: quarantineOf(settings) }
  const leftovers = await findLeftovers(place)
  let repaired: string | null = null
  if (repair) {
    const bytesFreed = await removeLeftovers(place, leftovers)
    if (leftovers.removable.length > 0) {
      const message = `${leftovers.removable.map(({ path }) => path).join(', ')}: ${bytesFreed} bytes freed on ${name}`
      await writeEvent(database, { kind: 'leftovers removed', message, who: operator })
    }
    repaired = 'removed'
  }
  return [
    ...leftovers.removable.map(({ path, why }) => {
      return { kind: 'leftover', what: path, detail: `${why}: \`phoenix verify --repair\` removes it`, repaired }
    }),
    ...leftovers.unknown.map(({ path, why }) => {
      return { kind: 'dark data', what: path, detail: `${why}: look at it, and remove it by hand`, repaired: null }
    }),
  ]
}
