/**
 * Packs as `compress -b <largestWidth>` does (`.Z`, block mode): LZW with codes of 9 to 16 bits in groups of eight. The table is emptied
 * whenever it is full, which the real program does only when packing gets worse; any reader must follow both.
 */
export function packLzw(data: Uint8Array, largestWidth = 16): Buffer {
  const writer = new CodeWriter(data.byteLength)
  let table = new Map<number, number>()
  let free = FIRST_FREE
  let current = -1
  for (const byte of data) {
    if (current < 0) {
      current = byte
      continue
    }
    const key = current * 256 + byte
    const known = table.get(key)
    if (known !== undefined) {
      current = known
      continue
    }
    writer.write(current)
    if (free < 1 << largestWidth) {
      table.set(key, free)
      free += 1
      // The reader is one entry behind.
      if (free > 1 << writer.width && writer.width < largestWidth) writer.setWidth(writer.width + 1)
    } else {
      writer.write(CLEAR)
      writer.setWidth(FIRST_WIDTH)
      table = new Map()
      free = FIRST_FREE
    }
    current = byte
  }
  if (current >= 0) writer.write(current)
  return Buffer.concat([Buffer.from([0x1f, 0x9d, 0x80 | largestWidth]), writer.end()])
}

const FIRST_WIDTH = 9
const CLEAR = 256
const FIRST_FREE = 257

class CodeWriter {
  width = FIRST_WIDTH
  #bytes: Buffer
  #size = 0
  #bits = 0
  #bitCount = 0
  #groupCodes = 0

  constructor(expectedBytes: number) {
    this.#bytes = Buffer.alloc(expectedBytes + 64)
  }

  write(code: number): void {
    this.#bits |= code << this.#bitCount
    this.#bitCount += this.width
    this.#groupCodes = (this.#groupCodes + 1) % 8
    while (this.#bitCount >= 8) this.#put()
  }

  /** Fills up the group: a reader takes all codes of a group at one width. */
  setWidth(width: number): void {
    while (this.#groupCodes !== 0) this.write(0)
    this.width = width
  }

  end(): Buffer {
    if (this.#bitCount > 0) this.#put()
    return this.#bytes.subarray(0, this.#size)
  }

  #put(): void {
    if (this.#size === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#size)])
    this.#bytes[this.#size] = this.#bits & 0xff
    this.#size += 1
    this.#bits >>>= 8
    this.#bitCount = Math.max(0, this.#bitCount - 8)
  }
}
