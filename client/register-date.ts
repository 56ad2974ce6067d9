import type { Database } from '../database/connect.ts'
import { type RegisteredBlock, registerDate } from '../database/registration.ts'
import { dateStatuses } from '../database/status.ts'
import type { RunState } from '../domain/date-run.ts'
import type { Instrument } from '../domain/instrument.ts'
import { judgeBlocks, readBlockFolder, type Refused } from './read-blocks.ts'
import { type LeftOutBlock, type PromisedFile, promisedFiles } from './registration-summary.ts'

/** What became of one date. */
export interface RegisteredDate {
  readonly date: string
  readonly executable: number
  readonly leftOut: readonly LeftOutBlock[]
  readonly promised: readonly PromisedFile[]
  readonly refused: readonly Refused[]
  readonly warnings: readonly string[]
  readonly blocks: readonly RegisteredBlock[]
  /** Executable blocks that came to a date which had its run already: the next run takes them, and them only. */
  readonly late: { readonly abNames: readonly string[]; readonly runNumber: number; readonly runState: RunState } | null
}

/**
 * Reads, judges and registers the blocks of one date in one transaction.
 * @throws PreconditionError when its folder is not there or cannot be read
 */
export async function registerOneDate(
  database: Database,
  instrument: Instrument,
  { date, folder, registeredBy }: { readonly date: string; readonly folder: string; readonly registeredBy: string },
): Promise<RegisteredDate> {
  const { files, unreadable } = await readBlockFolder(folder)
  const { blocks, refused, warnings } = judgeBlocks(files, instrument, date)
  const results = await registerDate(database, {
    instrument: instrument.instrument,
    date,
    abDir: folder,
    blocks,
    unreadable: unreadable.map(({ name }) => name),
    registeredBy,
  })
  const elsewhere = new Map(
    results.filter(({ as }) => as === 'registered under another date').map((it) => [it.name, it]),
  )
  const here = blocks.filter(({ name }) => !elsewhere.has(name))
  const executable = new Set(here.filter(({ leftOut }) => leftOut === null).map(({ name }) => name))
  const fresh = results.filter(({ name, as }) => executable.has(name) && (as === 'new' || as === 'changed'))
  return {
    date,
    executable: executable.size,
    leftOut: here.flatMap(({ name, leftOut }) =>
      leftOut === null ? [] : [{ name, code: leftOut.code, reason: leftOut.text }],
    ),
    promised: promisedFiles(here),
    refused: [
      ...unreadable,
      ...refused,
      ...[...elsewhere.values()].map(({ name, detail }) => ({
        name,
        why: `has the name of a block of another date: it is ${detail}`,
      })),
    ],
    warnings,
    blocks: results,
    late: await lateFor(
      database,
      instrument.instrument,
      date,
      fresh.map(({ name }) => name),
    ),
  }
}

async function lateFor(
  database: Database,
  instrument: string,
  date: string,
  abNames: readonly string[],
): Promise<RegisteredDate['late']> {
  if (abNames.length === 0) return null
  const [status] = await dateStatuses(database, instrument, date)
  const run = status?.run ?? null
  return run === null ? null : { abNames, runNumber: run.runNumber, runState: run.state }
}
