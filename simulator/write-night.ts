import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { AssociationBlock } from '../domain/association-block.ts'
import { PreconditionError } from '../domain/failure.ts'
import { writeAssociationBlock } from '../domain/write-association-block.ts'
import { makeFiles } from './make-files.ts'
import type { NightFile } from './night-file.ts'

export type ArchiveRoom = 'raw' | 'mcalib' | 'gencalib'

export interface NightOnPaper {
  /** What `night.json` will hold. */
  readonly night: object
  readonly instrument: string
  readonly date: string
  readonly blocks: readonly AssociationBlock[]
  /** The slowest kind first, so that all cores stay busy to the end. */
  readonly files: readonly NightFile[]
  /** Made when the others are there: they read them. */
  readonly repeated?: readonly NightFile[]
}

export type OnProgress = (progress: { readonly done: number; readonly total: number; readonly file: string }) => void

/**
 * Writes a night into `folder`: a folder archive, association blocks, the injected light. `night.json` is written last; where it is there
 * already, nothing is done.
 * @throws PreconditionError where the folder holds another night
 */
export async function writeNight(
  paper: NightOnPaper,
  seed: number,
  folder: string,
  onProgress?: OnProgress,
): Promise<void> {
  const text = `${JSON.stringify(paper.night, null, 2)}\n`
  if (await isThere(text, folder)) return
  const blockFolder = join(folder, 'ab', paper.instrument, paper.date)
  const rooms = ['raw', 'mcalib', 'gencalib', 'idp'].map((room) => join(folder, 'archive', room))
  await Promise.all([...rooms, blockFolder, join(folder, 'truth')].map((path) => mkdir(path, { recursive: true })))
  let done = 0
  const all = [...paper.files, ...(paper.repeated ?? [])]
  const tell = ({ path }: NightFile) => onProgress?.({ done: ++done, total: all.length, file: basename(path) })
  const checksums = await makeFiles(paper.files, seed, tell)
  checksums.push(...(await makeFiles(paper.repeated ?? [], seed, tell)))
  for (const room of ['raw', 'mcalib', 'gencalib'] as const) {
    const lines = all
      .map(({ path }, i) => ({ path, line: `${checksums[i]}  ${basename(path)}\n` }))
      .filter(({ path }) => path === placeInArchive(folder, room, basename(path)))
      .map(({ line }) => line)
    await writeFile(join(folder, 'archive', room, 'SHA256SUMS'), lines.join(''))
  }
  // IDPs come later and are not the simulator's: an existing list is left as it is.
  await writeFile(join(folder, 'archive', 'idp', 'SHA256SUMS'), '', { flag: 'a' })
  for (const block of paper.blocks) await writeFile(join(blockFolder, block.name), writeAssociationBlock(block))
  await writeFile(join(folder, 'night.json'), text)
}

export function placeInArchive(folder: string, room: ArchiveRoom, fileName: string): string {
  return join(folder, 'archive', room, fileName)
}

async function isThere(text: string, folder: string): Promise<boolean> {
  let found: string
  try {
    found = await readFile(join(folder, 'night.json'), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw new PreconditionError(`${folder}: night.json cannot be read (${String(error)})`, { cause: error })
  }
  if (found === text) return true
  throw new PreconditionError(`${folder} holds another simulated night (see its night.json): choose another folder`)
}
