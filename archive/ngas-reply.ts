/** What an NGAS server says in its XML. */
export interface NgasReply {
  /** `SUCCESS` or `FAILURE`; empty when the text is no NGAS status. */
  readonly status: string
  /** `ONLINE` or `OFFLINE`. */
  readonly state: string
  readonly message: string
  readonly file: NgasFile | null
}

/** One version of a file, as the server's database has it. */
export interface NgasFile {
  readonly fileId: string
  readonly version: number
  readonly bytes: number
  /** As written: a decimal number for the CRCs. */
  readonly checksum: string
  readonly checksumKind: string
  /** `00000000` unless a check found damage. */
  readonly flags: string
}

/**
 * Reads the status document of an NGAS server. It is no XML parser: the document names a DTD on the server, which must not be loaded, and all
 * we need are the attributes of two elements. `DiskStatus` has attributes of the same names as `FileStatus`, so elements are told apart.
 */
export function parseNgasReply(text: string): NgasReply {
  const status = attributesOf('Status', text)
  const file = attributesOf('FileStatus', text)
  const value = (attributes: ReadonlyMap<string, string> | null, name: string) => attributes?.get(name) ?? ''
  return {
    status: value(status, 'Status'),
    state: value(status, 'State'),
    message: value(status, 'Message'),
    file:
      file === null
        ? null
        : {
            fileId: value(file, 'FileId'),
            version: Number(value(file, 'FileVersion')),
            bytes: Number(value(file, 'FileSize')),
            checksum: value(file, 'Checksum'),
            checksumKind: value(file, 'ChecksumPlugIn'),
            flags: value(file, 'FileStatus'),
          },
  }
}

/** The CRC-32 of zlib, under the three names that the server has for it. */
export function isCrc32({ checksumKind, checksum }: NgasFile): boolean {
  return ['crc32', 'crc32z', 'ngamsGenCrc32'].includes(checksumKind) && /^\d+$/.test(checksum)
}

/** Attributes of the first element of that name; values may hold `>` but, by the rules of XML, no quote of their own kind. */
function attributesOf(element: string, text: string): ReadonlyMap<string, string> | null {
  const tag = new RegExp(
    `<${element}(?=[\\s/>])((?:\\s+[A-Za-z_][\\w.:-]*\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*/?>`,
  ).exec(text)
  if (tag === null) return null
  const attributes = new Map<string, string>()
  for (const [, name = '', quoted = ''] of (tag[1] ?? '').matchAll(/([A-Za-z_][\w.:-]*)\s*=\s*("[^"]*"|'[^']*')/g)) {
    attributes.set(name, unescaped(quoted.slice(1, -1)))
  }
  return attributes
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

/** The five entities that every XML document has, and character numbers; others would need the DTD and stay as they are. */
function unescaped(value: string): string {
  return value.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]+));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES.get(name) ?? whole
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
