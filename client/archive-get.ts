import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { FileMissing, type IdpArchive } from '../archive/archive.ts'
import { fileExists, fileFacts, syncPath } from '../archive/copy-file.ts'
import { openTarget } from '../archive/open-archive.ts'
import { type IdpRecord, idpRecord } from '../database/archive-record.ts'
import type { Database } from '../database/connect.ts'
import { writeEvent } from '../database/events.ts'
import { InfrastructureError, PreconditionError } from '../domain/failure.ts'
import { isReleased } from '../domain/release-date.ts'
import { notOnRecord } from './archive-show.ts'
import { clockTime } from './clock-time.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode } from './exit-code.ts'

interface GetOptions {
  readonly output: string
  readonly unreleased?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `phoenix archive get NAME... --output DIR`: files of IDPs, checked against the record. */
export function addArchiveGet(archive: Command, carryOut: CarryOut): void {
  archive
    .command('get')
    .description('bring IDPs from the archive into a folder, each checked against the record')
    .argument('<name...>', 'archive names, or ABs: their live IDPs')
    .requiredOption('--output <folder>', 'where they shall lie; made if need be')
    .option('--unreleased', 'also data that are still proprietary; who took them is recorded')
    .option('--dry-run', 'say what would be fetched, and fetch nothing')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix archive get ADP.2026-03-02T10:00:00.000.fits --output spectra'))
    .action((names: string[], options: GetOptions) =>
      carryOut(options, (context) =>
        withRecord(context.settings, (database) => get(context, database, names, options)),
      ),
    )
}

/** Everything that is wrong with the request is told before the first file is fetched. */
async function get(
  { settings, output }: CommandContext,
  database: Database,
  names: readonly string[],
  options: GetOptions,
): Promise<ExitCode> {
  const folder = resolve(options.output)
  const idps = new Map<string, IdpRecord>()
  for (const name of names) {
    const idp = await idpRecord(database, name)
    if (idp === null) throw notOnRecord(name)
    refuseWhatIsNotFree(idp, options.unreleased === true)
    idps.set(idp.archiveName, idp)
  }
  const fetched: { archiveName: string; path: string; bytes: number; sha256: string; wasThere: boolean }[] = []
  const target = openTarget(settings.archives.idpTarget)
  for (const idp of idps.values()) {
    const { archiveName, bytes, sha256 } = idp
    if (idp.state === 'withdrawn') output.warn(`${archiveName} is withdrawn: ${idp.withdrawn?.reason}`)
    if (idp.state === 'superseded') output.warn(`${archiveName} is superseded by ${idp.supersededBy}`)
    const path = join(folder, archiveName)
    const wasThere = await isThere(path, idp)
    if (options.dryRun !== true && !wasThere) {
      if (!isReleased(idp.releaseDate, new Date())) await recordUnreleased(database, idp, settings.operator, path)
      await fetchChecked(target, idp, folder)
    }
    fetched.push({ archiveName, path, bytes, sha256, wasThere })
    const did = wasThere
      ? 'is there already'
      : options.dryRun === true
        ? 'would be fetched'
        : 'fetched, checksum agrees'
    output.say(`${path}: ${bytes} bytes, ${did}`)
  }
  output.result({ dryRun: options.dryRun === true, files: fetched }, () => undefined)
  return EXIT.fine
}

function refuseWhatIsNotFree(idp: IdpRecord, unreleased: boolean): void {
  const { archiveName, state, host, releaseDate } = idp
  if (state === 'pending') {
    throw new PreconditionError(`${archiveName} is not in the archive yet: it waits on ${host} to be ingested`)
  }
  if (releaseDate !== null && !isReleased(releaseDate, new Date()) && !unreleased) {
    throw new PreconditionError(
      `${archiveName} is proprietary until ${clockTime(releaseDate)}: --unreleased takes it all the same, which is recorded`,
    )
  }
}

/** Written before the first byte is taken, so that nobody has such data without a trace. */
export async function recordUnreleased(database: Database, idp: IdpRecord, who: string, path: string): Promise<void> {
  const { instrument, date, abName, archiveName, releaseDate } = idp
  const until = releaseDate === null ? '' : ` (proprietary until ${clockTime(releaseDate)})`
  const message = `${archiveName}${until} to ${path}`
  await writeEvent(database, { instrument, date, abName, kind: 'unreleased data taken', message, who })
}

/** @throws PreconditionError when another file has the name */
async function isThere(path: string, { sha256 }: IdpRecord): Promise<boolean> {
  if (!(await fileExists(path))) return false
  if ((await fileFacts(path)).sha256 === sha256) return true
  throw new PreconditionError(`${path} is there already, and is another file: move it away or name another folder`)
}

/** The file gets its name only when its bytes are those of the record. */
export async function fetchChecked(target: IdpArchive, idp: IdpRecord, folder: string): Promise<void> {
  const { archiveName, bytes, sha256 } = idp
  await mkdir(folder, { recursive: true })
  const aside = await mkdtemp(join(folder, '.phoenix-get-'))
  try {
    const arrived = await target.fetchIdp(archiveName, join(aside, archiveName))
    if (arrived.bytes !== bytes || arrived.sha256 !== sha256) {
      throw new InfrastructureError(
        `${archiveName} in archive ${target.name} is not the file that was ingested (${arrived.bytes} bytes, SHA-256 ${arrived.sha256}): nothing was written, \`phoenix verify --checksums\` looks at all of them`,
      )
    }
    await rename(join(aside, archiveName), join(folder, archiveName))
    await syncPath(folder)
  } catch (error) {
    if (error instanceof FileMissing) {
      throw new InfrastructureError(`${error.message}, but the record says ${idp.state}: the file is lost`, {
        cause: error,
      })
    }
    throw error
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}
