import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AbKey, readAbRecord } from '../database/ab-record.ts'
import { attemptText } from '../database/attempts.ts'
import type { Database } from '../database/connect.ts'
import { InfrastructureError, PreconditionError } from '../domain/failure.ts'
import { esorexOptions } from '../pipeline/run-recipe.ts'
import type { Settings } from '../settings/settings.ts'

/**
 * Writes what a pipeline developer needs to see a problem for himself: set of frames, command, log, versions, inputs with checksums, and
 * a script that fetches and runs. Returns the names of the files written.
 *
 * @throws PreconditionError when the folder exists already or the block has not been attempted
 */
export async function exportAb(
  settings: Settings,
  database: Database,
  key: AbKey,
  folder: string,
): Promise<readonly string[]> {
  const record = await readAbRecord(database, key)
  const attempt = record.attempts.find(({ generation }) => generation === key.generation)
  if (attempt === undefined)
    throw new PreconditionError(`${key.abName} has not been attempted: there is nothing to export`)
  if (record.inputs.length === 0) {
    throw new PreconditionError(
      `${key.abName} never reached its recipe (${attempt.cause ?? attempt.outcome}): there is nothing to run again`,
    )
  }
  const parameters = record.starts.find((start) => start.start_id === attempt.start_id)?.parameters ?? []
  const setOfFrames = record.inputs.map((input) => `inputs/${input.file_name} ${input.category}\n`).join('')
  const sums = record.inputs.map((input) => `${input.sha256}  inputs/${input.file_name}\n`).join('')
  const files: Record<string, string> = {
    'in.sof': setOfFrames,
    'inputs.sha256': sums,
    'rerun.sh': rerunScript(settings, attempt.recipe, parameters, record.inputs),
    'README.txt': readme(key, attempt),
    'log.txt': (await attemptText(database, key, 'log')) ?? '',
    'raw-header.txt': (await attemptText(database, key, 'raw header')) ?? '',
    'record.json': `${JSON.stringify({ attempt, inputs: record.inputs, scores: record.scores, warnings: record.warnings }, null, 2)}\n`,
  }
  await makeFolder(folder)
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  await chmod(join(folder, 'rerun.sh'), 0o755)
  return Object.keys(files)
}

type Inputs = Awaited<ReturnType<typeof readAbRecord>>['inputs']

/** Names come from the record, where only plain file names are; they are quoted all the same. */
function rerunScript(
  { archive, gencalibDir }: Settings,
  recipe: string,
  parameters: readonly string[],
  inputs: Inputs,
): string {
  const copies = inputs.map(({ kind, file_name: name }) => {
    const from = kind === 'gencalib' ? '"$GENCALIB"' : `"$ARCHIVE"/${kind}`
    return `cp ${from}/${quoted(name)} inputs/`
  })
  return `#!/bin/sh
# Fetches the inputs of one attempt, checks them, and runs the recipe again as phoenix did.
set -e
ARCHIVE=\${ARCHIVE:-${quoted(archive.dir)}}
GENCALIB=\${GENCALIB:-${quoted(gencalibDir)}}
cd "$(dirname "$0")"
mkdir -p inputs products
${copies.join('\n')}
sha256sum --check --quiet inputs.sha256
exec esorex ${[...esorexOptions(), recipe, ...parameters, 'in.sof'].map(quoted).join(' ')}
`
}

function readme(
  key: AbKey,
  attempt: {
    outcome: string
    cause: string | null
    pipeline_version: string | null
    recipe: string
    exit_code: number | null
    signal: string | null
  },
): string {
  return `Association block ${key.abName} of ${key.instrument}, ${key.date}, generation ${key.generation}
outcome: ${attempt.outcome}${attempt.cause === null ? '' : ` (${attempt.cause})`}
recipe: ${attempt.recipe}, pipeline ${attempt.pipeline_version ?? 'unknown'}
exit code: ${attempt.exit_code ?? 'none'}${attempt.signal === null ? '' : `, signal ${attempt.signal}`}

in.sof         set of frames; inputs.sha256 their checksums
rerun.sh       fetches them from the archive (ARCHIVE, GENCALIB: folders), checks them, runs the recipe
log.txt        log of the recipe as it ran
raw-header.txt header of the raw
record.json    attempt with resources used, scores, warnings
`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new PreconditionError(`${folder} is there already: name another folder`)
    }
    throw new InfrastructureError(`cannot make ${folder}`, { cause: error })
  }
}
