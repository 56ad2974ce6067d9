import { Undecodable } from './undecodable.ts'

/**
 * Unpacks what `compress` writes (`.Z`): LZW codes of 9 bits, growing to at most 16, after a header of three bytes (1f 9d, then the
 * largest code width and, as bit 7, block mode, in which code 256 empties the table). Codes are written in groups of eight, so that a
 * group has as many bytes as a code has bits; when the width changes or the table is emptied, the rest of a group is filler.
 *
 * The source is pulled and the result comes in pieces, so that data that unpack without end never fill the memory. The format has no end
 * mark and no checksum: a cut file unpacks to a shorter one.
 *
 * @throws Undecodable for another header or a code that cannot be
 */
export async function* unpackLzw(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new LzwDecoder()
  for await (const chunk of source) yield* decoder.decode(chunk)
  yield decoder.end()
}

const PIECE_BYTES = 1 << 16
const FIRST_WIDTH = 9
const CLEAR = 256

class LzwDecoder {
  readonly #prefix = new Uint16Array(1 << 16)
  readonly #suffix = new Uint8Array(1 << 16)
  /** Length of the string of each code, so that a string is written from its end without a stack. */
  readonly #length = new Uint32Array(1 << 16)
  #out = Buffer.allocUnsafe(2 * PIECE_BYTES)
  #filled = 0
  #header: number[] = []
  #largestWidth = 0
  #blockMode = false
  #width = FIRST_WIDTH
  #free = 0
  #previous = -1
  #first = 0
  #bits = 0
  #bitCount = 0
  /** Bytes of the input since the width changed last. */
  #groupBytes = 0
  #fillerBytes = 0

  constructor() {
    for (let code = 0; code < 256; code += 1) {
      this.#suffix[code] = code
      this.#length[code] = 1
    }
  }

  *decode(chunk: Buffer): Generator<Buffer> {
    for (const byte of chunk) {
      if (this.#header.length < 3) this.#readHeader(byte)
      else if (this.#fillerBytes > 0) this.#fillerBytes -= 1
      else {
        this.#bits |= byte << this.#bitCount
        this.#bitCount += 8
        this.#groupBytes += 1
        if (this.#bitCount >= this.#width) this.#take()
        if (this.#filled >= PIECE_BYTES) yield this.#piece()
      }
    }
  }

  end(): Buffer {
    if (this.#header.length < 3) throw new Undecodable('.Z data without a header')
    return this.#piece()
  }

  #readHeader(byte: number): void {
    this.#header.push(byte)
    if (this.#header.length < 3) return
    const [one, two, flags = 0] = this.#header
    this.#largestWidth = flags & 0x1f
    this.#blockMode = (flags & 0x80) !== 0
    this.#free = this.#blockMode ? CLEAR + 1 : CLEAR
    const isKnown = one === 0x1f && two === 0x9d && (flags & 0x60) === 0
    if (!isKnown || this.#largestWidth < FIRST_WIDTH || this.#largestWidth > 16) {
      throw new Undecodable('.Z data with an unknown header')
    }
  }

  /** One byte never completes two codes, since a code has at least nine bits. */
  #take(): void {
    const code = this.#bits & ((1 << this.#width) - 1)
    this.#bits >>>= this.#width
    this.#bitCount -= this.#width
    if (this.#blockMode && code === CLEAR) {
      this.#free = CLEAR + 1
      this.#previous = -1
      this.#startGroups(FIRST_WIDTH)
      return
    }
    this.#write(code)
    if (this.#free >= 1 << this.#width && this.#width < this.#largestWidth) this.#startGroups(this.#width + 1)
  }

  #write(code: number): void {
    const isNew = code === this.#free
    if (code > this.#free || (this.#previous < 0 && code > 255) || (isNew && this.#free >= 1 << this.#largestWidth)) {
      throw new Undecodable('.Z data with a code that cannot be')
    }
    // The one code that the writer can use before we know it: the previous string, and its own first byte again.
    const known = isNew ? this.#previous : code
    const length = this.#lengthOf(known)
    this.#makeRoom(length + 1)
    let at = this.#filled + length - 1
    let rest = known
    for (; at > this.#filled; at -= 1, rest = this.#prefix[rest] ?? 0) this.#out[at] = this.#suffix[rest] ?? 0
    this.#out[at] = this.#first = rest
    this.#filled += length
    if (isNew) this.#out[this.#filled++] = rest
    if (this.#previous >= 0 && this.#free < 1 << this.#largestWidth) {
      this.#prefix[this.#free] = this.#previous
      this.#suffix[this.#free] = this.#first
      this.#length[this.#free] = this.#lengthOf(this.#previous) + 1
      this.#free += 1
    }
    this.#previous = code
  }

  #lengthOf(code: number): number {
    return this.#length[code] ?? 1
  }

  #startGroups(width: number): void {
    this.#fillerBytes = (this.#width - (this.#groupBytes % this.#width)) % this.#width
    this.#groupBytes = this.#bits = this.#bitCount = 0
    this.#width = width
  }

  #makeRoom(bytes: number): void {
    if (this.#filled + bytes <= this.#out.length) return
    const larger = Buffer.allocUnsafe(this.#filled + bytes + PIECE_BYTES)
    this.#out.copy(larger, 0, 0, this.#filled)
    this.#out = larger
  }

  #piece(): Buffer {
    const piece = this.#out.subarray(0, this.#filled)
    this.#out = Buffer.allocUnsafe(2 * PIECE_BYTES)
    this.#filled = 0
    return piece
  }
}
