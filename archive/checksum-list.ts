import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** File name of the list, as `sha256sum *` writes it. */
export const CHECKSUM_LIST = 'SHA256SUMS'

/** A folder's `SHA256SUMS`, read again only when it has changed. */
export class ChecksumList {
  readonly #path: string
  #stamp = ''
  #sums: ReadonlyMap<string, string> = new Map()

  constructor(folder: string) {
    this.#path = join(folder, CHECKSUM_LIST)
  }

  /** SHA-256 of a file by name, or null when the list does not have it (or there is no list). */
  async sumOf(fileName: string): Promise<string | null> {
    const stamp = await stampOf(this.#path)
    if (stamp !== this.#stamp) {
      this.#sums = stamp === '' ? new Map() : parseChecksumList(await readFile(this.#path, 'utf8'))
      this.#stamp = stamp
    }
    return this.#sums.get(fileName) ?? null
  }
}

/** Lines `<64 hex digits>  <name>` (or ` *<name>` for binary mode); a later line for a name replaces an earlier one. */
export function parseChecksumList(text: string): ReadonlyMap<string, string> {
  const sums = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const [, sum, name] = /^([0-9a-f]{64}) [ *](.+)$/i.exec(line) ?? []
    if (sum !== undefined && name !== undefined) sums.set(name, sum.toLowerCase())
  }
  return sums
}

async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
