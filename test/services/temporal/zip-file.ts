import { deflateRawSync } from 'node:zlib'

/** Writes a zip file as APPNOTE.TXT describes it, in one piece; the checksums of its members are left at zero. */
export function zipFile(
  members: readonly { name: string; contents: Buffer; stored?: boolean }[],
  comment = '',
): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, contents, stored = false } of members) {
    const data = stored ? contents : deflateRawSync(contents)
    const nameBytes = Buffer.from(name)
    const extra = Buffer.from('local extra')
    const header = record(30, 0x04034b50, [
      [8, stored ? 0 : 8, 2],
      [18, data.length, 4],
      [22, contents.length, 4],
      [26, nameBytes.length, 2],
      [28, extra.length, 2],
    ])
    const entry = record(46, 0x02014b50, [
      [10, stored ? 0 : 8, 2],
      [20, data.length, 4],
      [24, contents.length, 4],
      [28, nameBytes.length, 2],
      [42, at, 4],
    ])
    bodies.push(header, nameBytes, extra, data)
    directory.push(entry, nameBytes)
    at += header.length + nameBytes.length + extra.length + data.length
  }
  const directoryBytes = Buffer.concat(directory)
  const end = record(22, 0x06054b50, [
    [8, members.length, 2],
    [10, members.length, 2],
    [12, directoryBytes.length, 4],
    [16, at, 4],
    [20, comment.length, 2],
  ])
  return Buffer.concat([...bodies, directoryBytes, end, Buffer.from(comment)])
}

function record(length: number, signature: number, fields: [offset: number, value: number, bytes: 2 | 4][]): Buffer {
  const buffer = Buffer.alloc(length)
  buffer.writeUInt32LE(signature)
  for (const [offset, value, bytes] of fields) buffer.writeUIntLE(value, offset, bytes)
  return buffer
}
