import { createHash, type Hash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** A checksum that an archive gave with a file, of the file as it was sent or as it is when unpacked: archives differ in that. */
export interface Checksum {
  readonly algorithm: Algorithm
  /** Lower-case hexadecimal digits. */
  readonly hex: string
}

export type Algorithm = 'md5' | 'sha1' | 'sha256' | 'sha512' | 'crc32'

/**
 * The checksums in the headers of an answer: Content-MD5 (RFC 1864), Digest (RFC 3230), Repr-Digest (RFC 9530), and X-Checksum with its
 * kin X-Checksum-Md5, X-Checksum-Sha1, X-Checksum-Sha256, in which the algorithm follows from a prefix or from the number of digits.
 *
 * Content-MD5 and Content-Digest speak of the bytes of this one answer, so they count for a whole file only.
 */
export function statedChecksums(headers: Readonly<Record<string, string>>, isWhole: boolean): readonly Checksum[] {
  const found: (Checksum | null)[] = []
  if (isWhole) found.push(fromBase64('md5', headers['content-md5'] ?? ''))
  const fields = [headers['digest'], headers['repr-digest'], isWhole ? headers['content-digest'] : undefined]
  for (const field of fields) {
    for (const item of field?.split(',') ?? []) {
      const [, name = '', value = ''] = /^\s*([A-Za-z0-9-]+)=:?([A-Za-z0-9+/]+=*):?\s*$/.exec(item) ?? []
      const algorithm = byName.get(name.toLowerCase())
      if (algorithm !== undefined) found.push(fromBase64(algorithm, value))
    }
  }
  for (const [name, value] of Object.entries(headers)) {
    if (/^x-checksum(-(md5|sha-?1|sha-?256))?$/.test(name)) found.push(fromHex(value))
  }
  return found.filter((checksum) => checksum !== null)
}

/** Sums of one stream of bytes by several algorithms. */
export class Sums {
  readonly #hashes = new Map<Algorithm, Hash>()
  #crc: number | null = null

  constructor(algorithms: Iterable<Algorithm>) {
    for (const algorithm of algorithms) {
      if (algorithm === 'crc32') this.#crc = 0
      else this.#hashes.set(algorithm, createHash(algorithm))
    }
  }

  update(chunk: Buffer): void {
    for (const hash of this.#hashes.values()) hash.update(chunk)
    if (this.#crc !== null) this.#crc = crc32(chunk, this.#crc)
  }

  /** Ends the sums. */
  all(): readonly Checksum[] {
    const sums = [...this.#hashes].map(([algorithm, hash]): Checksum => ({ algorithm, hex: hash.digest('hex') }))
    return this.#crc === null ? sums : [...sums, crc32Checksum(this.#crc)]
  }
}

export function crc32Checksum(crc: number): Checksum {
  return { algorithm: 'crc32', hex: crc.toString(16).padStart(8, '0') }
}

const byName = new Map<string, Algorithm>([
  ['md5', 'md5'],
  ['sha', 'sha1'],
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
])
const digits: readonly (readonly [Algorithm, number])[] = [
  ['md5', 32],
  ['sha1', 40],
  ['sha256', 64],
  ['sha512', 128],
]

function fromBase64(algorithm: Algorithm, value: string): Checksum | null {
  const hex = Buffer.from(value, 'base64').toString('hex')
  return digits.some(([name, length]) => name === algorithm && length === hex.length) ? { algorithm, hex } : null
}

function fromHex(value: string): Checksum | null {
  const [, hex] = /^\s*(?:[A-Za-z0-9-]+[:=]\s*)?([0-9a-fA-F]+)\s*$/.exec(value) ?? []
  const algorithm = digits.find(([, length]) => length === hex?.length)?.[0]
  return hex === undefined || algorithm === undefined ? null : { algorithm, hex: hex.toLowerCase() }
}
