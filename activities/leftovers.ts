import type { Dirent } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type AuditedRun, auditedIdps, auditedRuns } from '../database/archive-audit.ts'
import type { Database } from '../database/connect.ts'
import { isOpenRun } from '../domain/date-run.ts'
import { type Quarantine, sweepQuarantine } from './quarantine.ts'
import { MARKER, removeEmptyUpTo, removeFolder } from './scratch.ts'

/** Where leftovers of crashed runs of one host are looked for. */
export interface SweptPlace {
  readonly database: Database
  readonly name: string
  readonly scratchDir: string
  readonly quarantine: Quarantine
}

/** `<scratch>/<instrument>/<date>/run-<number>`, as it lies on disk. */
export interface RunFolderFound {
  readonly path: string
  readonly instrument: string
  readonly date: string
  readonly runNumber: number
  readonly hasMarker: boolean
  /** Names of the files in its `idp/`. */
  readonly idpNames: readonly string[]
}

export interface Leftovers {
  /** May go: nobody needs them any more. */
  readonly removable: readonly { readonly path: string; readonly why: string }[]
  /** Looks like ours, but nothing says so: told, never touched. */
  readonly unknown: readonly { readonly path: string; readonly why: string }[]
}

export type FolderFate =
  | { readonly fate: 'remove' }
  | { readonly fate: 'keep'; readonly why: string }
  | { readonly fate: 'unknown'; readonly why: string }

/**
 * What is to be done with the folder of a run. It goes only when all of this is sure: it carries our marker, the record has that very run on
 * this host, the run is closed (and a closed run is never opened again), and neither an IDP nor a recipe of it is left.
 *
 * @param waitingNames file names of all IDPs that wait, of whichever run
 */
export function fateOfRunFolder(
  folder: RunFolderFound,
  run: AuditedRun | undefined,
  host: string,
  waitingNames: ReadonlySet<string>,
): FolderFate {
  if (!folder.hasMarker) return { fate: 'unknown', why: `has no ${MARKER}` }
  if (run === undefined) return { fate: 'unknown', why: `run ${folder.runNumber} is not on record` }
  if (run.instrument !== folder.instrument || run.date !== folder.date) {
    return { fate: 'unknown', why: `run ${run.runNumber} is one of ${run.instrument} ${run.date}` }
  }
  if (run.host !== host) return { fate: 'keep', why: `run ${run.runNumber} is of host ${run.host}` }
  if (isOpenRun(run.state)) return { fate: 'keep', why: `run ${run.runNumber} is ${run.state}` }
  if (run.openStarts > 0) return { fate: 'keep', why: 'the end of a recipe is not on record' }
  if (run.pendingIdps > 0 || folder.idpNames.some((name) => waitingNames.has(name))) {
    return { fate: 'keep', why: 'IDPs wait to be ingested' }
  }
  return { fate: 'remove' }
}

/** Looks, and changes nothing. The disk is read before the record: a run has its row before it has its folder. */
export async function findLeftovers(place: SweptPlace, now = new Date()): Promise<Leftovers> {
  const folders = await runFolders(place.scratchDir)
  const runs = await auditedRuns(
    place.database,
    folders.map(({ runNumber }) => runNumber),
  )
  const waiting = (await auditedIdps(place.database, 'pending')).flatMap(({ waitingPath }) =>
    waitingPath === null ? [] : [basename(waitingPath)],
  )
  const waitingNames = new Set(waiting)
  const removable: { path: string; why: string }[] = []
  const unknown: { path: string; why: string }[] = []
  for (const folder of folders) {
    const run = runs.get(folder.runNumber)
    const fate = fateOfRunFolder(folder, run, place.name, waitingNames)
    if (fate.fate === 'remove') removable.push({ path: folder.path, why: `run ${folder.runNumber} is ${run?.state}` })
    if (fate.fate === 'unknown') unknown.push({ path: folder.path, why: fate.why })
    if (fate.fate === 'keep' && run?.host === place.name) removable.push(...(await staleParts(folder.path, now)))
  }
  return { removable, unknown }
}

/** Removes what `findLeftovers` found, and brings the quarantine within its bounds. Returns the bytes freed on the scratch disk. */
export async function removeLeftovers(
  { scratchDir, quarantine }: SweptPlace,
  { removable }: Leftovers,
): Promise<number> {
  let bytesFreed = 0
  for (const { path } of removable) {
    if (isPart(basename(path))) {
      bytesFreed += await sizeOf(path)
      await rm(path, { force: true })
    } else {
      bytesFreed += await removeFolder(path)
      await removeEmptyUpTo(dirname(path), scratchDir)
    }
  }
  await sweepQuarantine(quarantine)
  return bytesFreed
}

const PART_AGE_MS = 86_400_000

/** The names that downloads and copies give to what is not whole yet. */
function isPart(name: string): boolean {
  return /^\..+\.(part|part\.json|part\.json\.next|partial|unpacked)$/.test(name)
}

/** Parts that nobody has written to for a day, in a folder with our marker. */
async function staleParts(folder: string, now: Date): Promise<{ path: string; why: string }[]> {
  const stale: { path: string; why: string }[] = []
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) stale.push(...(await staleParts(path, now)))
    else if (entry.isFile() && isPart(entry.name) && now.getTime() - (await lastWrittenMs(path, now)) > PART_AGE_MS) {
      stale.push({ path, why: 'part of a file, not written to for a day' })
    }
  }
  return stale
}

async function runFolders(scratchDir: string): Promise<readonly RunFolderFound[]> {
  const found: RunFolderFound[] = []
  for (const instrument of await foldersIn(scratchDir)) {
    for (const date of await foldersIn(join(scratchDir, instrument))) {
      for (const name of await foldersIn(join(scratchDir, instrument, date))) {
        const runNumber = Number(/^run-(\d{1,15})$/.exec(name)?.[1] ?? Number.NaN)
        if (Number.isNaN(runNumber)) continue
        const path = join(scratchDir, instrument, date, name)
        const hasMarker = (await entriesOf(path)).some((entry) => entry.name === MARKER)
        const idpNames = (await entriesOf(join(path, 'idp'))).map((entry) => entry.name)
        found.push({ path, instrument, date, runNumber, hasMarker, idpNames })
      }
    }
  }
  return found
}

/** A symbolic link is no folder here: nothing is removed through one. */
async function foldersIn(folder: string): Promise<readonly string[]> {
  return (await entriesOf(folder)).filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

async function lastWrittenMs(path: string, now: Date): Promise<number> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (isAbsent(error)) return now.getTime()
    throw error
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isAbsent(error)) return 0
    throw error
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
