import { COLUMN_KEYWORDS, EXTENSION_KEYWORDS } from './extension-keywords.ts'
import type { Idp } from './idp.ts'
import { absentKeywords, emptyStrings, wrongTypes } from './keyword-table.ts'
import { equals, numberIn, onExtension, textIn } from './on-header.ts'
import { forbiddenKeywords } from './primary-rules.ts'
import { type Rule, SKIPPED } from './rule.ts'

const ALL_KEYWORDS = [...EXTENSION_KEYWORDS, ...COLUMN_KEYWORDS]
const CARD_OF_TFIELDS = 8

/** Rules on the header of the table (ESO-044286, version 8); those on its columns are in `column-rules.ts`. */
export const EXTENSION_RULES: readonly Rule<Idp>[] = [
  onExtension({
    id: 'E01',
    severity: 'error',
    title: 'all mandatory keywords are present, and TTYPE, TFORM, TUNIT, TUTYP, TUCD of every column',
    check: (extension, { columns }) => [
      ...absentKeywords(extension, EXTENSION_KEYWORDS),
      ...columns.flatMap(({ number }) =>
        COLUMN_KEYWORDS.map(({ keyword }) => keyword.replace('#', String(number)))
          .filter((keyword) => !extension.has(keyword))
          .map((keyword) => ({ keyword, message: `${keyword} is missing` })),
      ),
    ],
  }),
  onExtension({
    id: 'E02',
    severity: 'error',
    title: 'every keyword has the type of the standard',
    tolerance: 'integers count as reals',
    check: (extension) => wrongTypes(extension, ALL_KEYWORDS),
  }),
  onExtension({
    id: 'E03',
    severity: 'error',
    title: 'mandatory strings are not empty, TUNITn and TUTYPn excepted',
    check: (extension) => emptyStrings(extension, ALL_KEYWORDS),
  }),
  onExtension({
    id: 'E04',
    severity: 'error',
    title: 'BUNIT, CDi_j and CDELT1 to CDELT3 are absent',
    check: forbiddenKeywords,
  }),
  onExtension({ id: 'E05', severity: 'error', title: 'NAXIS = 2', ...equals('NAXIS', 2) }),
  onExtension({ id: 'E06', severity: 'error', title: 'NAXIS2 = 1', ...equals('NAXIS2', 1) }),
  onExtension({ id: 'E07', severity: 'error', title: 'PCOUNT = 0', ...equals('PCOUNT', 0) }),
  onExtension({ id: 'E08', severity: 'error', title: 'GCOUNT = 1', ...equals('GCOUNT', 1) }),
  onExtension({
    id: 'E09',
    severity: 'error',
    title: 'TFIELDS is the 8th card',
    keyword: 'TFIELDS',
    check: ({ header }) => {
      const at = header.cards.findIndex(({ keyword }) => keyword === 'TFIELDS') + 1
      if (at === 0) return SKIPPED
      return at === CARD_OF_TFIELDS ? null : `TFIELDS is card ${at}, expected ${CARD_OF_TFIELDS}`
    },
  }),
  onExtension({ id: 'E10', severity: 'error', title: "XTENSION = 'BINTABLE'", ...equals('XTENSION', 'BINTABLE') }),
  onExtension({
    id: 'E11',
    severity: 'error',
    title: 'every extension has an EXTNAME of its own',
    keyword: 'EXTNAME',
    check: (_, { layout }) => {
      const seen = new Set<string>()
      return layout.hdus.slice(1).flatMap(({ index: hdu, header }) => {
        const value = header.get('EXTNAME')?.value
        const name = value?.type === 'string' ? value.value : ''
        if (name === '') return [{ hdu, message: `the extension ${hdu} has no EXTNAME` }]
        if (seen.has(name)) return [{ hdu, message: `two extensions are called '${name}'` }]
        seen.add(name)
        return []
      })
    },
  }),
  onExtension({
    id: 'E12',
    severity: 'error',
    title: "VOCLASS is 'SPECTRUM v1.0' or 'SPECTRUM v2.0', in upper or lower case",
    ...textIn('VOCLASS', (value) =>
      /^spectrum v[12]\.0$/i.test(value) ? null : `VOCLASS = '${value}' is neither SPECTRUM v1.0 nor SPECTRUM v2.0`,
    ),
  }),
  onExtension({ id: 'E13', severity: 'error', title: "VOPUB = 'ESO/SAF'", ...equals('VOPUB', 'ESO/SAF') }),
  onExtension({
    id: 'E14',
    severity: 'warning',
    title: 'TITLE contains OBJECT',
    keyword: 'TITLE',
    check: (extension) => {
      const [title, object] = [extension.text('TITLE'), extension.text('OBJECT')]
      if (title === undefined || object === undefined) return SKIPPED
      return title.includes(object) ? null : `TITLE = '${title}' does not contain OBJECT = '${object}'`
    },
  }),
  onExtension({
    id: 'E15',
    severity: 'error',
    title: '0 < APERTURE < 0.1 degree',
    ...numberIn('APERTURE', (value) =>
      value > 0 && value < 0.1 ? null : `APERTURE = ${value} degree is outside 0 to 0.1`,
    ),
  }),
  onExtension({
    id: 'E38',
    severity: 'error',
    title: 'PRODCATG, ORIGFILE and PROVi stand in the primary header only',
    check: (_, { layout }) =>
      layout.hdus
        .slice(1)
        .flatMap(({ index: hdu, header }) =>
          header.cards
            .filter(({ keyword, value }) => value !== null && /^(PRODCATG|ORIGFILE|PROV\d+)$/.test(keyword))
            .map(({ keyword }) => ({ hdu, keyword, message: `${keyword} is not allowed in an extension` })),
        ),
  }),
]
