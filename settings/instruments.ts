import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PreconditionError } from '../domain/failure.ts'
import type { CertifiedInstrument } from '../domain/instrument.ts'
import { parseInstrumentFile, placeText } from './instrument-file.ts'

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
  const sha256 = createHash('sha256').update(content).digest('hex')
  const before = lastRead.get(path)
  if (before?.file.sha256 === sha256) return before
  const file = parseInstrumentFile(content)
  if (file.valid) {
    const read: CertifiedInstrument = { ...file.instrument, file: { content, sha256 } }
    lastRead.set(path, read)
    return read
  }
  const [problem] = file.problems
  const line = problem?.line === null || problem === undefined ? '' : `, line ${problem.line}`
  const place = problem === undefined || problem.place.length === 0 ? '' : `${placeText(problem.place)}: `
  throw new PreconditionError(`${path}${line}: ${place}${problem?.message}`)
}

/** By path: a worker asks several times for each block, and parsing takes tens of milliseconds. The content decides, so an edit counts at once. */
const lastRead = new Map<string, CertifiedInstrument>()
