/** Numbers as they are in memory. FITS data are big-endian; every machine that Node 20 and esorex run on is little-endian. */
export type NumberArray =
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

/** A copy of the numbers as big-endian bytes. */
export function toBigEndian(numbers: NumberArray): Uint8Array {
  const bytes = Buffer.from(new ArrayBuffer(numbers.byteLength))
  bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength))
  return swapped(bytes, numbers.BYTES_PER_ELEMENT)
}

/** A copy of big-endian bytes in this machine's order, aligned for a typed array over it. */
export function fromBigEndian(bytes: Uint8Array, bytesPerElement: number): ArrayBuffer {
  const buffer = new ArrayBuffer(bytes.byteLength)
  const copy = Buffer.from(buffer)
  copy.set(bytes)
  swapped(copy, bytesPerElement)
  return buffer
}

function swapped(bytes: Buffer, bytesPerElement: number): Buffer {
  if (bytesPerElement === 2) return bytes.swap16()
  if (bytesPerElement === 4) return bytes.swap32()
  return bytesPerElement === 8 ? bytes.swap64() : bytes
}
