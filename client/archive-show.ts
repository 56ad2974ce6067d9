import type { Command } from 'commander'
import { type IdpRecord, idpRecord } from '../database/archive-record.ts'
import { PreconditionError } from '../domain/failure.ts'
import { isReleased } from '../domain/release-date.ts'
import { clockTime } from './clock-time.ts'
import { type CarryOut, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import type { Output } from './output.ts'

/** `phoenix archive show NAME`: everything on record of one IDP. */
export function addArchiveShow(archive: Command, carryOut: CarryOut): void {
  archive
    .command('show')
    .description('everything on record of an IDP: provenance with checksums, keywords, findings, ingestion, versions')
    .argument('<name>', 'archive name, or an AB: its live IDP')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix archive show ADP.2026-03-02T10:00:00.000.fits'))
    .action((name: string, options: { json?: boolean }) =>
      carryOut(options, ({ settings, output }) =>
        withRecord(settings, async (database) => {
          const record = await idpRecord(database, name)
          if (record === null) throw notOnRecord(name)
          output.result(record, () => show(record, output))
          return EXIT.fine
        }),
      ),
    )
}

/** The PreconditionError for a name that no IDP has. */
export function notOnRecord(name: string): PreconditionError {
  return new PreconditionError(
    `no IDP is called ${name}, and no AB of that name has a live one (\`phoenix archive list\` shows them)`,
  )
}

function show(record: IdpRecord, output: Output): void {
  const { archiveName, instrument, date, abName, generation, role, state, kind, withdrawn, releaseDate } = record
  output.heading(`${archiveName}: ${state}`)
  output.say(`${instrument} ${date}, ${abName} (version ${record.abVersion}), generation ${generation}, role ${role}`)
  if (withdrawn !== null) {
    output.say(`withdrawn by ${withdrawn.by} at ${clockTime(withdrawn.at)}: ${withdrawn.reason}`)
  }
  if (record.supersededBy !== null) output.say(`superseded by ${record.supersededBy}`)
  if (record.supersedes.length > 0) output.say(`supersedes ${record.supersedes.join(', ')}`)
  if (record.waitingPath !== null) output.say(`waits on ${record.host} as ${record.waitingPath}`)
  output.say(`${record.bytes} bytes, SHA-256 ${record.sha256}`)
  output.say(
    `${kind === 'standard' ? 'in standard form' : 'unconverted'}, from ${record.category}${record.originalName === null ? '' : `, original name ${record.originalName}`}`,
  )
  if (record.programId !== null) output.say(`programme ${record.programId}`)
  if (releaseDate !== null) {
    output.say(
      `${isReleased(releaseDate, new Date()) ? 'public since' : 'proprietary until'} ${clockTime(releaseDate)}`,
    )
  }
  if (record.fluxReason !== null) output.say(`not flux-calibrated: ${record.fluxReason}`)
  output.say(
    `made by ${record.recipe}, pipeline ${record.pipelineVersion ?? 'unknown'}, on ${record.processedOn} at ${clockTime(record.processedAt)} (run ${record.runNumber})`,
  )
  output.table(
    [
      { title: 'input', text: ({ fileName }) => fileName },
      { title: 'kind', text: ({ kind: inputKind }) => inputKind },
      { title: 'category', text: ({ category }) => category },
      { title: 'bytes', text: ({ bytes }) => String(bytes), align: 'right' },
      { title: 'SHA-256', text: ({ sha256 }) => sha256 },
    ],
    record.inputs,
  )
  output.table(
    [
      { title: 'keyword', text: ([keyword]) => keyword },
      { title: 'value', text: ([, value]) => String(value) },
    ],
    Object.entries(record.keywords).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
  for (const { rule, message } of record.findings) output.say(`finding ${rule}: ${message}`)
  for (const { at, result, message, runNumber } of record.ingestion) {
    output.say(`ingestion ${clockTime(at)}, run ${runNumber}: ${result}${message === '' ? '' : `, ${message}`}`)
  }
}
