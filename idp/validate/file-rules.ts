import type { Idp } from './idp.ts'
import type { Rule } from './rule.ts'

const LONGEST_NAME = 68

/** Rules on the file as a whole. They also hold for what is no FITS file. */
export const FILE_RULES: readonly Rule<Idp>[] = [
  {
    id: 'F01',
    severity: 'error',
    title: 'the file name has at most 68 characters',
    check: ({ name }) => (name.length <= LONGEST_NAME ? null : `the name ${name} has ${name.length} characters`),
  },
  {
    id: 'F02',
    severity: 'error',
    title: 'the file name ends in .fits; neither file nor tables are compressed',
    check: ({ name, bytes, layout }) => [
      ...(name.endsWith('.fits') ? [] : [`the name ${name} does not end in .fits`]),
      ...(bytes[0] === 0x1f && (bytes[1] === 0x8b || bytes[1] === 0x9d) ? ['the file is compressed'] : []),
      ...layout.hdus
        .filter(({ header }) => header.get('ZTABLE') !== undefined || header.get('ZIMAGE') !== undefined)
        .map(({ index: hdu }) => ({ hdu, message: 'the extension is compressed (ZTABLE or ZIMAGE)' })),
    ],
  },
  {
    id: 'F03',
    severity: 'error',
    title: 'the file is legal FITS: fitsverify reports no error',
    check: ({ conformance }) => conformance.errors,
  },
  {
    id: 'F04',
    severity: 'warning',
    title: 'fitsverify reports no warning',
    check: ({ conformance }) => conformance.warnings,
  },
  {
    id: 'F05',
    severity: 'error',
    title: 'CHECKSUM and DATASUM stand in every HDU',
    check: ({ conformance }) =>
      conformance.checksums.flatMap(({ checksum, datasum }, hdu) => [
        ...(checksum === 'absent' ? [{ hdu, keyword: 'CHECKSUM', message: 'CHECKSUM is missing' }] : []),
        ...(datasum === 'absent' ? [{ hdu, keyword: 'DATASUM', message: 'DATASUM is missing' }] : []),
      ]),
  },
  {
    id: 'F06',
    severity: 'error',
    title: 'DATASUM is right',
    keyword: 'DATASUM',
    check: ({ conformance }) =>
      conformance.checksums.flatMap(({ datasum }, hdu) =>
        datasum === 'wrong' ? [{ hdu, message: 'DATASUM does not agree with the data' }] : [],
      ),
  },
  {
    id: 'F07',
    severity: 'error',
    title: 'CHECKSUM is right',
    keyword: 'CHECKSUM',
    check: ({ conformance }) =>
      conformance.checksums.flatMap(({ checksum }, hdu) =>
        checksum === 'wrong' ? [{ hdu, message: 'CHECKSUM does not agree with the HDU' }] : [],
      ),
  },
  {
    id: 'F08',
    severity: 'error',
    title: 'no CONTINUE and no LONGSTRN card',
    check: ({ layout }) =>
      layout.hdus.flatMap(({ index: hdu, cards }) =>
        ['CONTINUE', 'LONGSTRN']
          .filter((keyword) => cards.some((card) => card.slice(0, 8) === keyword))
          .map((keyword) => ({ hdu, keyword, message: `there is a ${keyword} card` })),
      ),
  },
  {
    id: 'F09',
    severity: 'error',
    title: 'the file has a primary HDU and one table extension, besides at most PHASE3PROVENANCE',
    check: ({ spectrumExtensions }) =>
      spectrumExtensions.length === 1 && spectrumExtensions[0]?.text('XTENSION') === 'BINTABLE'
        ? null
        : `the file has ${spectrumExtensions.length} extensions besides PHASE3PROVENANCE, expected one binary table`,
  },
  {
    id: 'F10',
    severity: 'error',
    title: 'at least one extension has data',
    check: ({ layout }) =>
      layout.hdus.slice(1).some(({ data }) => data.byteLength > 0) ? null : 'no extension has data',
  },
]
