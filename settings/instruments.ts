import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import { PreconditionError } from '../domain/failure.ts'
import { type CertifiedInstrument, instrumentSchema } from '../domain/instrument.ts'

/**
 * Reads `<folder>/<instrument>.yaml` (small letters). Throws a PreconditionError that names the known instruments, or the first thing
 * in the file that is wrong.
 */
export async function loadInstrument(folder: string, instrument: string): Promise<CertifiedInstrument> {
  const known = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).map((name) => name.slice(0, -5))
  const name = instrument.toLowerCase()
  if (!known.includes(name)) {
    const list = known.map((other) => other.toUpperCase()).toSorted()
    throw new PreconditionError(`unknown instrument '${instrument}': known are ${list.join(', ')} (files in ${folder})`)
  }
  const path = join(folder, `${name}.yaml`)
  const content = await readFile(path, 'utf8')
  const checked = instrumentSchema.safeParse(parseYaml(content, path))
  if (!checked.success) {
    const [issue] = checked.error.issues
    throw new PreconditionError(`${path}: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  return { ...checked.data, file: { content, sha256: createHash('sha256').update(content).digest('hex') } }
}

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    throw new PreconditionError(`${path}, line ${error.linePos?.[0].line}: not YAML: ${error.code}`, { cause: error })
  }
}
