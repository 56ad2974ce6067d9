import { ASSOCIATED_CATEGORIES } from './ancillary-categories.ts'
import type { Idp } from './idp.ts'
import type { Keywords } from './keywords.ts'
import { numberIn, onPrimary, textIn } from './on-header.ts'
import { type Problem, type Rule, SKIPPED } from './rule.ts'

const ARCHIVE_NAME = /^[A-Za-z][\w-]*\.\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\.fits)?$/
const PROGRAMME = /^(\d{1,4}\.[A-Z]-\d{4}\([A-Z]{1,2}\)|\d{3}\.[A-Z0-9]{4}\.\d{3})$/

/** Rules on the numbered keywords of the primary header, and on keywords that are optional. */
export const NUMBERING_RULES: readonly Rule<Idp>[] = [
  several('P31', 'TELESCOP', 'TELESC'),
  several('P32', 'INSTRUME', 'INSTR'),
  several('P33', 'PROG_ID', 'PROGID'),
  onPrimary({
    id: 'P34',
    severity: 'error',
    title: 'no value stands twice among PROGIDi, OBIDi, TELESCi, INSTRi',
    check: (primary) => ['PROGID', 'OBID', 'TELESC', 'INSTR'].flatMap((family) => repeated(primary, family)),
  }),
  onPrimary({
    id: 'P35',
    severity: 'error',
    title: 'no PROV0*, no OBID0*',
    check: ({ header }) =>
      header.cards
        .filter(({ keyword }) => /^(PROV|OBID)0/.test(keyword))
        .map(({ keyword }) => ({ keyword, message: `${keyword}: the numbers begin with 1, without leading zeros` })),
  }),
  onPrimary({
    id: 'P36',
    severity: 'error',
    title: 'OBIDi, PROVi, PROGIDi, TELESCi, INSTRi, ASSONi are numbered 1, 2, 3 ... without gaps',
    check: (primary) =>
      ['OBID', 'PROV', 'PROGID', 'TELESC', 'INSTR', 'ASSON'].flatMap((family) => {
        const numbers = primary
          .numbered(family)
          .map(({ digits }) => Number(digits))
          .toSorted((left, right) => left - right)
        const gap = numbers.findIndex((number, index) => number !== index + 1)
        return gap < 0
          ? []
          : [
              {
                keyword: `${family}${gap + 1}`,
                message: `${family}i: expected number ${gap + 1}, found ${numbers[gap]}`,
              },
            ]
      }),
  }),
  onPrimary({
    id: 'P37',
    severity: 'error',
    title: 'no PROVi stands twice',
    check: (primary) => repeated(primary, 'PROV'),
  }),
  onPrimary({
    id: 'P38',
    severity: 'error',
    title: 'an extension PHASE3PROVENANCE exactly if PROVXTN = T, and then no PROVi',
    keyword: 'PROVXTN',
    check: (primary, { layout, spectrumExtensions }) => {
      const hasExtension = layout.hdus.length - 1 > spectrumExtensions.length
      const isAnnounced = primary.logical('PROVXTN') === true
      return [
        ...(hasExtension && !isAnnounced ? ['there is an extension PHASE3PROVENANCE, but PROVXTN is not T'] : []),
        ...(isAnnounced && !hasExtension ? ['PROVXTN is T, but there is no extension PHASE3PROVENANCE'] : []),
        ...(isAnnounced && primary.numbered('PROV').length > 0 ? ['PROVXTN is T, and there are PROVi too'] : []),
      ]
    },
  }),
  onPrimary({
    id: 'P39',
    severity: 'error',
    title: 'PROVi is an archive name, or an ORIGFILE with its suffix; no [n]',
    check: (primary) =>
      primary
        .numbered('PROV')
        .flatMap(({ keyword, text }) =>
          !text.includes('[') && (ARCHIVE_NAME.test(text) || /^\S+\.fits$/.test(text))
            ? []
            : [{ keyword, message: `${keyword} = '${text}' is no archive name and no file name` }],
        ),
  }),
  onPrimary({
    id: 'P40',
    severity: 'warning',
    title: 'archive names in PROVi stand without .fits',
    check: (primary) =>
      primary
        .numbered('PROV')
        .flatMap(({ keyword, text }) =>
          ARCHIVE_NAME.test(text) && text.endsWith('.fits')
            ? [{ keyword, message: `${keyword} = '${text}' has the suffix .fits` }]
            : [],
        ),
  }),
  onPrimary({
    id: 'P41',
    severity: 'warning',
    title: 'PROG_ID and PROGIDi are TP.C-NNNN(R) or PPP.AAAA.nnn',
    keyword: 'PROG_ID',
    check: (primary) => {
      const single = primary.text('PROG_ID')
      const names = [
        ...(single === undefined || single === 'MULTI' ? [] : [{ keyword: 'PROG_ID', text: single }]),
        ...primary.numbered('PROGID'),
      ]
      return names.flatMap(({ keyword, text }) =>
        PROGRAMME.test(text) ? [] : [{ keyword, message: `${keyword} = '${text}' has not the form of a programme` }],
      )
    },
  }),
  onPrimary({
    id: 'P42',
    severity: 'error',
    title: 'ASSOCi is a category of the standard',
    check: (primary) =>
      primary
        .numbered('ASSOC')
        .flatMap(({ keyword, text }) =>
          ASSOCIATED_CATEGORIES.has(text) ? [] : [{ keyword, message: `${keyword} = '${text}' is no category` }],
        ),
  }),
  onPrimary({
    id: 'P43',
    severity: 'error',
    title: 'an ASSONi that is no FITS file has ASSOCi and ASSOMi; neither stands without ASSONi',
    check: (primary) => [
      ...primary.numbered('ASSON').flatMap(({ digits, keyword, text }) =>
        isFits(text)
          ? []
          : ['ASSOC', 'ASSOM']
              .filter((family) => !primary.has(family + digits))
              .map((family) => ({
                keyword: family + digits,
                message: `${keyword} is no FITS file, but ${family}${digits} is missing`,
              })),
      ),
      ...descriptions(primary)
        .filter(({ digits }) => !primary.has(`ASSON${digits}`))
        .map(({ keyword, digits }) => ({ keyword, message: `${keyword} stands without ASSON${digits}` })),
    ],
  }),
  onPrimary({
    id: 'P44',
    severity: 'warning',
    title: 'ASSOCi and ASSOMi are not used for a FITS file',
    check: (primary) =>
      descriptions(primary)
        .filter(({ digits }) => isFits(primary.text(`ASSON${digits}`) ?? ''))
        .map(({ keyword, digits }) => ({
          keyword,
          message: `${keyword} describes ASSON${digits}, which is a FITS file`,
        })),
  }),
  onPrimary({
    id: 'P45',
    severity: 'error',
    title: 'ASSOMi is an md5 sum of 32 lower-case hexadecimal digits',
    check: (primary) =>
      primary
        .numbered('ASSOM')
        .flatMap(({ keyword, text }) =>
          /^[0-9a-f]{32}$/.test(text) ? [] : [{ keyword, message: `${keyword} = '${text}' is no md5 sum` }],
        ),
  }),
  onPrimary({
    id: 'P46',
    severity: 'warning',
    title: 'SPEC_ERR, SPEC_SYE, RA_ERR and DEC_ERR are present',
    check: (primary) =>
      ['SPEC_ERR', 'SPEC_SYE', 'RA_ERR', 'DEC_ERR']
        .filter((keyword) => !primary.has(keyword))
        .map((keyword) => ({ keyword, message: `${keyword} is missing` })),
  }),
  onPrimary({
    id: 'P47',
    severity: 'warning',
    title: 'SPEC_ERR ≥ LAMRMS / √LAMNLIN',
    tolerance: '1 %',
    keyword: 'SPEC_ERR',
    check: (primary) => {
      const [error, rms, lines] = [primary.number('SPEC_ERR'), primary.number('LAMRMS'), primary.number('LAMNLIN')]
      if (error === undefined || rms === undefined || lines === undefined || !(lines > 0)) return SKIPPED
      const least = rms / Math.sqrt(lines)
      return error >= least * 0.99 ? null : `SPEC_ERR = ${error} nm is below LAMRMS / √LAMNLIN = ${least} nm`
    },
  }),
  onPrimary({
    id: 'P48',
    severity: 'error',
    title: 'if present: SKY_RES, SKY_RERR and ABMAGLIM in [0, 99], PIXNOISE ≥ 0, TL_OFFAN ≥ -999',
    check: (primary, idp) =>
      LIMITS.flatMap(([keyword, least, most]) => {
        const answer = numberIn(keyword, (value) =>
          value >= least && value <= most ? null : `${keyword} = ${value} is outside ${least} to ${most}`,
        ).check(primary, idp)
        return typeof answer === 'string' ? [{ keyword, message: answer }] : []
      }),
  }),
]

const LIMITS: readonly (readonly [string, number, number])[] = [
  ['SKY_RES', 0, 99],
  ['SKY_RERR', 0, 99],
  ['ABMAGLIM', 0, 99],
  ['PIXNOISE', 0, Infinity],
  ['TL_OFFAN', -999, Infinity],
]

const isFits = (name: string): boolean => name.endsWith('.fits')

const descriptions = (primary: Keywords) => [...primary.numbered('ASSOC'), ...primary.numbered('ASSOM')]

/** A keyword that is MULTI exactly if its numbered family is there, and then with two members at least. */
function several(id: string, keyword: string, family: string): Rule<Idp> {
  return onPrimary({
    id,
    severity: 'error',
    title: `${family}1 is present exactly if ${keyword} = MULTI, and then ${family}2 too`,
    ...textIn(keyword, (value, { primary }): string | null => {
      const [first, second] = [primary.has(`${family}1`), primary.has(`${family}2`)]
      if (value !== 'MULTI') return first ? `there is a ${family}1, but ${keyword} = '${value}' is not MULTI` : null
      return first && second ? null : `${keyword} is MULTI, but ${family}1 or ${family}2 is missing`
    }),
  })
}

function repeated(primary: Keywords, family: string): Problem[] {
  const seen = new Set<string>()
  return primary.numbered(family).flatMap(({ keyword, text }) => {
    const name = family === 'PROV' ? text.replace(/\.fits$/, '') : text
    if (seen.has(name)) return [{ keyword, message: `${keyword} = '${text}' stands twice` }]
    seen.add(name)
    return []
  })
}
