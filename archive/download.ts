import { open } from 'node:fs/promises'
import { InfrastructureError } from '../domain/failure.ts'
import { ArchiveUnauthorized, type FetchedFile, FileMissing, FileRefused } from './archive.ts'
import { pauseOrThrow } from './back-off.ts'
import { batches } from './body.ts'
import { type Answer, giveUp } from './http-client.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { type PartFacts, PartFile } from './part-file.ts'
import { type Checksum, statedChecksums, Sums } from './stated-checksums.ts'
import type { SharedLimit, TransferLimits } from './transfer-limits.ts'
import { Undecodable } from './undecodable.ts'
import { TextInstead, unpackFits } from './unpack.ts'

/** One file of an archive that is asked by HTTP. */
export interface Resource {
  readonly archive: string
  /** For messages. */
  readonly fileName: string
  /** Says which file of which archive, so that a part of another one is not continued. */
  readonly identity: string
  /** What the archive said of the file beforehand. */
  readonly checksums: readonly Checksum[]
  /** Asks for the file, from a byte on if `headers` say so. Any status but success and 416 is thrown as what it means. */
  readonly open: (headers: Readonly<Record<string, string>>, signal?: AbortSignal) => Promise<Answer>
}

/**
 * Brings one FITS file to `target`, unpacked, whole or not at all. A broken transfer goes on where it broke, also after a restart of the
 * process; what looks damaged is fetched afresh, and is the archive's own damage when it arrives so twice.
 *
 * @throws FileRefused when it is too large, or twice no FITS file; ArchiveUnauthorized for a page in place of the file; InfrastructureError
 *   when the archive is away, or sends other bytes each time; and what `resource.open` throws
 */
export async function download(
  resource: Resource,
  target: string,
  limits: TransferLimits,
  shared: SharedLimit,
  signal?: AbortSignal,
): Promise<FetchedFile> {
  return oneAtATime(target, async () => {
    try {
      return await withPart(resource, target, (part) =>
        new Download(resource, part, target, limits, shared, signal).run(),
      )
    } catch (error) {
      // A full or broken disk is no answer about the file.
      if (!(error instanceof Error) || !('syscall' in error)) throw error
      throw new InfrastructureError(`${resource.fileName} cannot be written: ${error.message}`, { cause: error })
    }
  })
}

async function withPart(
  resource: Resource,
  target: string,
  work: (part: PartFile) => Promise<FetchedFile>,
): Promise<FetchedFile> {
  const part = await PartFile.open(target, resource.identity)
  try {
    return await work(part)
  } catch (error) {
    // The rest of anything else may be wanted: the part stays.
    if (error instanceof FileRefused || error instanceof FileMissing) await part.discard()
    throw error
  } finally {
    await part.close()
  }
}

/** FITS files are made of blocks of so many bytes (FITS 4.0, 3.1). */
const FITS_BLOCK_BYTES = 2880
/** From the beginning, within one call. */
const MOST_TRANSFERS = 4
/** A connection that brought less than this has failed without progress. */
const PROGRESS_BYTES = 1 << 16
const RANGE_NOT_SATISFIABLE = 416
const GZIP_OR_LZW_FIRST_BYTE = 0x1f

/** The part that is here is not the beginning of what the archive sends now. */
class AnotherFile extends Error {}

class Download {
  readonly #resource: Resource
  readonly #part: PartFile
  readonly #target: string
  readonly #limits: TransferLimits
  readonly #shared: SharedLimit
  readonly #signal: AbortSignal | undefined

  constructor(
    resource: Resource,
    part: PartFile,
    target: string,
    limits: TransferLimits,
    shared: SharedLimit,
    signal: AbortSignal | undefined,
  ) {
    this.#resource = resource
    this.#part = part
    this.#target = target
    this.#limits = limits
    this.#shared = shared
    this.#signal = signal
  }

  async run(): Promise<FetchedFile> {
    const seen = new Set<string>()
    let damage = ''
    for (let transfers = 0; transfers < MOST_TRANSFERS; transfers += 1) {
      try {
        const { isPacked, ...file } = await this.#transfer()
        const isSound = file.checksum !== 'differs' && file.bytes % FITS_BLOCK_BYTES === 0
        // Each transfer after the first took every byte anew, so that the same bytes twice are the archive's.
        if (isSound || seen.has(file.sha256)) {
          await this.#part.finish(isPacked)
          return file
        }
        seen.add(file.sha256)
        damage = file.checksum === 'differs' ? 'its checksum differs' : `${file.bytes} bytes are no whole FITS blocks`
      } catch (error) {
        if (!(error instanceof Undecodable) && !(error instanceof AnotherFile)) throw error
        damage = error.message
        if (error instanceof Undecodable) {
          if (seen.has(damage)) throw this.#refused(damage, error)
          seen.add(damage)
        }
      }
      await this.#part.startAgain()
    }
    const { archive, fileName } = this.#resource
    throw new InfrastructureError(`archive ${archive}: ${fileName} arrives broken, each time differently: ${damage}`)
  }

  /** Takes all of the file, unpacks it if it is packed, and holds it against the archive's checksums. */
  async #transfer(): Promise<FetchedFile & { readonly isPacked: boolean }> {
    const wire = this.#wire()
    const first = await wire.next()
    const isPacked = first.done !== true && first.value[0] === GZIP_OR_LZW_FIRST_BYTE
    // Known from the first answer on, which is why the sums begin only here.
    const checksums = [...this.#resource.checksums, ...(this.#part.facts?.checksums ?? [])]
    const algorithms = new Set(checksums.map(({ algorithm }) => algorithm))
    const wireSums = new Sums(algorithms)
    const sums = new Sums(new Set([...algorithms, 'sha256'] as const))
    async function* tapped(): AsyncGenerator<Buffer> {
      for (let next = first; next.done !== true; next = await wire.next()) {
        if (isPacked) wireSums.update(next.value)
        yield next.value
      }
    }
    let bytes = 0
    const unpacked = isPacked ? await open(this.#part.unpackedPath, 'w', 0o600) : null
    try {
      for await (const chunk of unpackFits(tapped(), (size) => this.#checkSize(size))) {
        bytes += chunk.byteLength
        const writing = unpacked?.writeFile(chunk)
        sums.update(chunk)
        await writing
      }
    } catch (error) {
      if (!(error instanceof TextInstead)) throw error
      await this.#part.startAgain()
      throw this.#pageInstead(error)
    } finally {
      await unpacked?.close()
      await wire.return(undefined)
    }
    const found = [...sums.all(), ...(isPacked ? wireSums.all() : [])]
    const agrees = ({ algorithm, hex }: Checksum) => found.some((sum) => sum.algorithm === algorithm && sum.hex === hex)
    const sha256 = found.find(({ algorithm }) => algorithm === 'sha256')?.hex ?? ''
    const checksum = checksums.length === 0 ? 'unlisted' : checksums.every(agrees) ? 'agrees' : 'differs'
    return { path: this.#target, bytes, sha256, checksum, isPacked }
  }

  /** The bytes as they were sent: what is here already, then the rest, over as many connections as it takes. */
  async *#wire(): AsyncGenerator<Buffer> {
    yield* this.#part.read()
    for (let failures = 0; !this.#isComplete(); ) {
      const before = this.#part.bytes
      try {
        using _connection = await this.#shared.connection()
        const answer = await this.#askForRest()
        if (answer === null) return
        yield* this.#receive(answer)
        if (this.#part.facts?.totalBytes === null) return
        if (!this.#isComplete())
          throw new InfrastructureError(`archive ${this.#resource.archive}: transfer ended early`)
      } catch (error) {
        failures = this.#part.bytes - before >= PROGRESS_BYTES ? 1 : failures + 1
        await pauseOrThrow(this.#limits, failures, error, this.#signal)
      }
    }
  }

  /** While a batch is written, it is hashed by whom it is given to, and the next one comes. */
  async *#receive({ body }: Answer): AsyncGenerator<Buffer> {
    let received = this.#part.bytes
    let writing = Promise.resolve()
    try {
      for await (const batch of batches(this.#resource.archive, body, this.#limits)) {
        const bytes = batch.reduce((sum, chunk) => sum + chunk.byteLength, 0)
        received += bytes
        this.#checkSize(received)
        await this.#shared.bytes(bytes, this.#signal)
        await writing
        writing = this.#part.append(batch)
        // A failure to write is told when it is waited for; until then it must not count as unhandled.
        writing.catch(() => undefined)
        yield* batch
      }
    } finally {
      await writing
    }
  }

  /** The answer whose body is what is missing; null when nothing is. */
  async #askForRest(): Promise<Answer | null> {
    const { bytes: from, facts } = this.#part
    const answer = await this.#resource.open(from === 0 || facts === null ? {} : rangeFrom(from, facts), this.#signal)
    const { status, headers } = answer
    const range = contentRange(headers['content-range'])
    try {
      if (status === RANGE_NOT_SATISFIABLE) {
        if (from > 0 && range?.total === from) return giveUpAnd(answer, null)
        throw new AnotherFile('the archive has another file than before')
      }
      if (/^(text\/html|application\/xhtml)/i.test(headers['content-type'] ?? '')) throw this.#pageInstead()
      const totalBytes = range?.total ?? (range === null ? wholeNumber(headers['content-length']) : null)
      if ((range?.first ?? 0) !== from || isOther(facts, totalBytes, headers)) {
        throw new AnotherFile('the archive does not continue where the transfer broke')
      }
      if (totalBytes !== null) this.#checkSize(totalBytes)
      await this.#part.setFacts({
        resource: this.#resource.identity,
        etag: headers['etag'] ?? null,
        lastModified: headers['last-modified'] ?? null,
        totalBytes,
        checksums: [...statedChecksums(headers, range === null)],
        ...(facts === null ? {} : { checksums: facts.checksums }),
      })
      return answer
    } catch (error) {
      giveUp(answer)
      throw error
    }
  }

  #isComplete(): boolean {
    const total = this.#part.facts?.totalBytes ?? null
    if (total !== null && this.#part.bytes > total) throw new AnotherFile('more bytes came than the archive said')
    return this.#part.bytes === total
  }

  #checkSize(bytes: number): void {
    const { maximumBytes } = this.#limits
    if (bytes > maximumBytes) throw this.#refused(`larger than the limit of ${maximumBytes} bytes`)
  }

  #refused(why: string, cause?: Error): FileRefused {
    const { archive, fileName } = this.#resource
    return new FileRefused(`${fileName} of archive ${archive} is refused: ${why}`, { cause })
  }

  #pageInstead(cause?: Error): ArchiveUnauthorized {
    return new ArchiveUnauthorized(this.#resource.archive, 'sends a page in place of the file: is a log-in needed?', {
      cause,
    })
  }
}

function giveUpAnd<Result>(answer: Answer, result: Result): Result {
  giveUp(answer)
  return result
}

/**
 * Without a validator the rest is asked for all the same: files of an archive do not change under their name, the size must be the same,
 * and pieces that do not belong together fail the checksums. A weak ETag must not be used (RFC 9110, 13.1.5).
 */
function rangeFrom(bytes: number, { etag, lastModified }: PartFacts): Record<string, string> {
  const validator = etag !== null && !etag.startsWith('W/') ? etag : lastModified
  return { range: `bytes=${bytes}-`, ...(validator === null ? {} : { 'if-range': validator }) }
}

function isOther(
  facts: PartFacts | null,
  totalBytes: number | null,
  headers: Readonly<Record<string, string>>,
): boolean {
  if (facts === null) return false
  const differs = (before: unknown, now: unknown) => before !== null && now !== undefined && before !== now
  return differs(facts.totalBytes, totalBytes ?? undefined) || differs(facts.etag, headers['etag'])
}

function contentRange(value: string | undefined): { first: number; total: number | null } | null {
  const [, first = '0', total = ''] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(value ?? '') ?? []
  return total === '' ? null : { first: Number(first), total: total === '*' ? null : Number(total) }
}

function wholeNumber(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : null
}
