import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FileMissing, FileRefused, type FileSource } from '../archive/archive.ts'
import { errorDates, keepLook } from '../database/backlog.ts'
import type { Database } from '../database/connect.ts'
import { removeFolder } from './scratch.ts'

/** As downloadMcalibs describes a file that it did not get. */
const MISSING = /^mcalib (\S+) \(/

export interface Look {
  readonly instrument: string
  readonly date: string
  readonly stillMissing: readonly string[]
}

/**
 * Asks the archive again for the calibrations for which dates ended in error: a date of which nothing is missing any more is ready again.
 * Nothing is started. Dates with problems of another kind (no pipeline, a gencalib) are for a person to judge. `folder` is emptied.
 */
export async function lookForMissing(
  database: Database,
  source: FileSource,
  folder: string,
  instrument: string | null,
): Promise<readonly Look[]> {
  const looks: Look[] = []
  for (const { problems, runNumber, ...place } of await errorDates(database, instrument)) {
    const missing = problems.map((problem) => MISSING.exec(problem)?.[1])
    if (missing.length === 0 || missing.some((name) => name === undefined)) continue
    const stillMissing: string[] = []
    for (const name of missing)
      if (name !== undefined && !(await isThere(source, name, folder))) stillMissing.push(name)
    await keepLook(database, runNumber, stillMissing)
    looks.push({ instrument: place.instrument, date: place.date, stillMissing })
  }
  return looks
}

/** The whole file is asked for: what the archive lists and cannot send would stop the date again. */
async function isThere(source: FileSource, name: string, folder: string): Promise<boolean> {
  await mkdir(folder, { recursive: true })
  try {
    const { checksum } = await source.fetch('mcalib', name, join(folder, name))
    return checksum !== 'differs'
  } catch (error) {
    if (error instanceof FileMissing || error instanceof FileRefused) return false
    throw error
  } finally {
    await removeFolder(folder)
  }
}
