import { appendFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { InfrastructureError } from '../domain/failure.ts'
import { checkedFileName } from '../domain/file-name.ts'
import {
  type FetchedFile,
  type FileFacts,
  type FileKind,
  FileMissing,
  type FileSource,
  IdpRefused,
  type IdpArchive,
} from './archive.ts'
import { CHECKSUM_LIST, ChecksumList } from './checksum-list.ts'
import { copyFile, fileExists, fileFacts } from './copy-file.ts'

/** A shared folder with `raw/`, `mcalib/`, `gencalib/` and `idp/`, each flat and with a `SHA256SUMS` (docs/archives.md). */
export class FolderArchive implements FileSource, IdpArchive {
  readonly name: string
  readonly #folder: string
  readonly #lists: Record<FileKind, ChecksumList>

  constructor(folder: string) {
    this.#folder = folder
    this.name = `folder:${folder}`
    this.#lists = { raw: new ChecksumList(join(folder, 'raw')), mcalib: new ChecksumList(join(folder, 'mcalib')) }
  }

  async fetch(kind: FileKind, fileName: string, target: string): Promise<FetchedFile> {
    const folder = join(this.#folder, kind)
    const source = join(folder, checkedFileName(fileName))
    return this.#orAway(async () => {
      await this.#ensureThere(folder, fileName)
      const expected = await this.#lists[kind].sumOf(fileName)
      const facts = await copyFile(source, target)
      const checksum = expected === null ? 'unlisted' : expected === facts.sha256 ? 'agrees' : 'differs'
      return { ...facts, path: target, checksum }
    })
  }

  async stampOf(fileName: string): Promise<string> {
    const folder = join(this.#folder, 'mcalib')
    const path = join(folder, checkedFileName(fileName))
    return this.#orAway(async () => {
      await this.#ensureThere(folder, fileName)
      const { size, mtimeMs } = await stat(path)
      const listed = await this.#lists.mcalib.sumOf(fileName)
      return `${this.name} ${size} ${mtimeMs} ${listed ?? ''}`
    })
  }

  async store(archiveName: string, path: string): Promise<void> {
    const folder = join(this.#folder, 'idp')
    const target = join(folder, checkedFileName(archiveName))
    await this.#orAway(async () => {
      // Not made here: in the place where the archive is not mounted, a new folder would take the IDPs and hide them later.
      await stat(folder)
      const facts = await fileFacts(path)
      if (await fileExists(target)) {
        const stored = await fileFacts(target)
        if (stored.sha256 !== facts.sha256) throw new IdpRefused(`another file is stored as ${archiveName} already`)
      } else {
        await copyFile(path, target)
      }
      const listed = await new ChecksumList(folder).sumOf(archiveName)
      if (listed !== facts.sha256) await appendFile(join(folder, CHECKSUM_LIST), `${facts.sha256}  ${archiveName}\n`)
    })
  }

  async readBack(archiveName: string): Promise<FileFacts | null> {
    const folder = join(this.#folder, 'idp')
    const path = join(folder, checkedFileName(archiveName))
    return this.#orAway(async () => {
      await stat(folder)
      return (await fileExists(path)) ? fileFacts(path) : null
    })
  }

  async fetchIdp(archiveName: string, target: string): Promise<FileFacts> {
    const folder = join(this.#folder, 'idp')
    const source = join(folder, checkedFileName(archiveName))
    return this.#orAway(async () => {
      await stat(folder)
      if (!(await fileExists(source))) throw new FileMissing(`${archiveName} is not in ${folder}`)
      return copyFile(source, target)
    })
  }

  async bytesOf(archiveName: string): Promise<number | null> {
    const folder = join(this.#folder, 'idp')
    const path = join(folder, checkedFileName(archiveName))
    return this.#orAway(async () => {
      await stat(folder)
      return (await fileExists(path)) ? (await stat(path)).size : null
    })
  }

  async names(): Promise<readonly string[]> {
    return this.#orAway(async () =>
      (await readdir(join(this.#folder, 'idp'))).filter((name) => name !== CHECKSUM_LIST).toSorted(),
    )
  }

  async #ensureThere(folder: string, fileName: string): Promise<void> {
    await stat(folder)
    if (await fileExists(join(folder, fileName))) return
    // Else a folder that is not mounted would be the end of every block of a night.
    if (await isEmpty(folder)) throw new Error(`${folder} is empty: is it mounted?`)
    throw new FileMissing(`${fileName} is not in ${folder}`)
  }

  /** A disk error or a folder that is not mounted means that the archive is away, which is no answer about a file. */
  async #orAway<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof FileMissing || error instanceof IdpRefused) throw error
      throw new InfrastructureError(`archive ${this.name}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      })
    }
  }
}

async function isEmpty(folder: string): Promise<boolean> {
  return (await readdir(folder)).length === 0
}
