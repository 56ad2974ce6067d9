import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { randomFrom } from '../../simulator/random.ts'

/** Bytes like those of a FITS file: a first card, a compressible body, whole blocks. */
export function fitsLike(name: string, blocks: number): Buffer {
  const random = randomFrom(`fits-like/${name}`)
  const data = Buffer.alloc(blocks * 2880, ' ')
  data.write('SIMPLE  =                    T')
  for (let at = 2880; at < data.length; at += 1) data[at] = random.integer(0, 15)
  return data
}

export const sha256Of = (data: Buffer) => createHash('sha256').update(data).digest('hex')

export interface TestArchive {
  readonly folder: string
  readonly files: ReadonlyMap<string, Buffer>
}

/** A folder archive with these raws (blocks of 2880 bytes by name), each on the list. */
export function folderArchive(raws: Readonly<Record<string, number>>): TestArchive {
  const folder = emptyFolder()
  for (const name of ['raw', 'mcalib', 'idp']) mkdirSync(join(folder, name))
  const files = new Map(Object.entries(raws).map(([name, blocks]) => [name, fitsLike(name, blocks)]))
  for (const [name, data] of files) writeFileSync(join(folder, 'raw', name), data)
  const lines = [...files].map(([name, data]) => `${sha256Of(data)}  ${name}\n`)
  writeFileSync(join(folder, 'raw', 'SHA256SUMS'), lines.join(''))
  return { folder, files }
}

/** Gone when the test is. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(os.tmpdir(), 'phoenix-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Everything in a folder, hidden files too. */
export const listing = (folder: string) => readdirSync(folder).toSorted()
