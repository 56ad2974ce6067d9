import { addChecksums, checksumOf, type ChecksumJudgement, judgeChecksums } from '../../../fits/checksum.ts'
import { duplicates, headerRemarks, type Remarks } from './header.ts'
import type { Layout, RawHdu } from './hdus.ts'
import { tableRemarks } from './table.ts'

/** A remark and the HDU that it is about. */
export interface PlacedRemark {
  readonly message: string
  readonly hdu?: number
}

export interface Conformance {
  readonly errors: readonly PlacedRemark[]
  readonly warnings: readonly PlacedRemark[]
  /** What the sums of each HDU say. */
  readonly checksums: readonly ChecksumJudgement[]
}

/**
 * Holds a file against the FITS standard (4.0), as far as HEASARC's `fitsverify` does for tables: what that program calls an error is
 * an error here, what it calls a warning a warning. Checksums that are wrong are warnings.
 */
export function conformanceOf({ hdus, problems }: Layout): Conformance {
  const checksums = hdus.map(checksumsOf)
  const remarks = hdus.map((hdu, index) => ({ hdu: hdu.index, ...hduRemarks(hdu, checksums[index]) }))
  const placed = (kind: keyof Remarks): PlacedRemark[] =>
    remarks.flatMap(({ hdu, [kind]: messages }) => messages.map((message) => ({ message, hdu })))
  const names = hdus.slice(1).map(identityOf)
  return {
    errors: [...problems.map((message) => ({ message })), ...placed('errors'), ...extendErrors(hdus)],
    warnings: [
      ...placed('warnings'),
      ...duplicates(names).map((name) => ({ message: `two extensions have the same type, name and version: ${name}` })),
    ],
    checksums,
  }
}

/** Extensions of the standard, and those that are registered with the IAU. */
const REGISTERED = new Set(['BINTABLE', 'TABLE', 'IMAGE', 'A3DTABLE', 'IUEIMAGE', 'FOREIGN', 'DUMP'])

function hduRemarks(hdu: RawHdu, checksums: ChecksumJudgement | undefined): Remarks {
  const header = headerRemarks(hdu)
  const xtension = hdu.header.get('XTENSION')?.value
  const type = xtension?.type === 'string' ? xtension.value : ''
  const table =
    type === 'BINTABLE' || type === 'A3DTABLE' ? tableRemarks(hdu, header.cards) : { errors: [], warnings: [] }
  const known = hdu.index === 0 || REGISTERED.has(type)
  return {
    errors: [
      ...header.errors,
      ...table.errors,
      ...(known ? [] : [`XTENSION = '${type}' is no registered extension`]),
      ...paddingErrors(hdu, type === 'TABLE' ? 0x20 : 0),
    ],
    warnings: [
      ...header.warnings,
      ...table.warnings,
      ...(checksums?.datasum === 'wrong' ? ['the data do not agree with DATASUM'] : []),
      ...(checksums?.checksum === 'wrong' ? ['the HDU does not agree with CHECKSUM'] : []),
    ],
  }
}

/** The last block of the data is filled up with zero bytes, in ASCII tables with blanks (FITS 4.0, section 3.3.2). */
function paddingErrors({ data, paddedData }: RawHdu, filling: number): string[] {
  return paddedData.subarray(data.byteLength).every((byte) => byte === filling)
    ? []
    : ['the data are not filled up as they should']
}

function checksumsOf({ header, headerBytes, paddedData }: RawHdu): ChecksumJudgement {
  const datasum = checksumOf(paddedData)
  return judgeChecksums(header, datasum, addChecksums(checksumOf(headerBytes), datasum))
}

function extendErrors(hdus: readonly RawHdu[]): PlacedRemark[] {
  const extend = hdus[0]?.header.get('EXTEND')?.value
  return hdus.length > 1 && extend?.type === 'logical' && !extend.value
    ? [{ hdu: 0, message: 'there are extensions, but EXTEND is F' }]
    : []
}

function identityOf({ header }: RawHdu): string {
  return ['XTENSION', 'EXTNAME', 'EXTVER']
    .map((keyword) => {
      const value = header.get(keyword)?.value
      return value?.type === 'string' || value?.type === 'integer' ? String(value.value) : ''
    })
    .join(' ')
}
