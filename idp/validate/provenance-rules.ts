import { dpId } from '../../domain/file-name.ts'
import type { Header } from '../../fits/header.ts'
import type { Idp } from './idp.ts'
import { Keywords } from './keywords.ts'
import { onPrimary, within } from './on-header.ts'
import { type Answer, type Rule, SKIPPED } from './rule.ts'

const SECONDS_PER_DAY = 86400

/** Rules between a file and the raw frames that its PROVi name. Those of a whole delivery are in `batch-rules.ts`. */
export const PROVENANCE_RULES: readonly Rule<Idp>[] = [
  onPrimary({
    id: 'B03',
    severity: 'error',
    title: 'the provenance is given: PROV1, or PROVXTN with its extension',
    keyword: 'PROV1',
    check: (primary) =>
      primary.has('PROV1') || primary.logical('PROVXTN') === true ? null : 'there is neither PROV1 nor PROVXTN',
  }),
  onPrimary({
    id: 'B09',
    severity: 'error',
    title: 'every PROVi exists',
    check: (primary, { context: { raws, archiveNames } }) => {
      if (raws === undefined && archiveNames === undefined) return SKIPPED
      const exists = (name: string) =>
        raws?.has(dpId(name)) === true || archiveNames?.has(name) === true || archiveNames?.has(dpId(name)) === true
      return primary
        .numbered('PROV')
        .filter(({ text }) => !exists(text))
        .map(({ keyword, text }) => ({ keyword, message: `${keyword} = '${text}' does not exist` }))
    },
  }),
  onRaws({
    id: 'B10',
    severity: 'error',
    title: 'PROVi is an on-target science frame: DPR CATG = SCIENCE, no SKY in DPR TECH and DPR TYPE',
    check: (raws) =>
      raws.flatMap(({ keyword, name, raw }) => {
        const category = raw.text('ESO DPR CATG')
        const isSky = ['ESO DPR TECH', 'ESO DPR TYPE'].some(
          (each) => raw.text(each)?.split(',').includes('SKY') === true,
        )
        return category === 'SCIENCE' && !isSky
          ? []
          : [
              {
                keyword,
                message: `${name} is no on-target science frame (DPR CATG = '${category ?? ''}'${isSky ? ', SKY' : ''})`,
              },
            ]
      }),
  }),
  listed('B11', 'TELESCOP', 'TELESC', 'TELESCOP'),
  listed('B12', 'INSTRUME', 'INSTR', 'INSTRUME'),
  onRaws({
    id: 'B13',
    severity: 'error',
    title: 'the set of OBIDi is the set of ESO OBS ID of the raw frames',
    keyword: 'OBID1',
    check: (raws, { primary }) =>
      sameSet(
        'OBIDi',
        primary.numbered('OBID').map(({ text }) => text),
        raws,
        'ESO OBS ID',
      ),
  }),
  listed('B14', 'PROG_ID', 'PROGID', 'ESO OBS PROG ID'),
  onRaws({
    id: 'B15',
    severity: 'error',
    title: 'MJD-OBS is the earliest MJD-OBS of the raw frames',
    tolerance: '1e-6 d',
    keyword: 'MJD-OBS',
    check: (raws, { primary }) => {
      const start = primary.number('MJD-OBS')
      const expected = Math.min(...raws.map(({ raw }) => raw.number('MJD-OBS') ?? Number.NaN))
      if (start === undefined || Number.isNaN(expected)) return SKIPPED
      return within(start, expected, 1e-6) ? null : `MJD-OBS is ${start}, of the raw frames ${expected}`
    },
  }),
  onRaws({
    id: 'B16',
    severity: 'error',
    title: 'MJD-END is not before the end of the last raw frame, MJD-OBS + EXPTIME / 86400',
    tolerance: '1e-6 d',
    keyword: 'MJD-END',
    check: (raws, { primary }) => {
      const [end, expected] = [primary.number('MJD-END'), lastEnd(raws)]
      if (end === undefined || Number.isNaN(expected)) return SKIPPED
      return end >= expected - 1e-6 ? null : `MJD-END is ${end}, the last raw frame ends at ${expected}`
    },
  }),
  onRaws({
    id: 'B17',
    severity: 'warning',
    title: 'MJD-END is not more than 600 s after that',
    tolerance: '600 s',
    keyword: 'MJD-END',
    check: (raws, { primary }) => {
      const [end, expected] = [primary.number('MJD-END'), lastEnd(raws)]
      if (end === undefined || Number.isNaN(expected)) return SKIPPED
      const seconds = (end - expected) * SECONDS_PER_DAY
      return seconds <= 600 ? null : `MJD-END is ${seconds} s after the end of the last raw frame`
    },
  }),
  onPrimary({
    id: 'B18',
    severity: 'error',
    title: 'NCOMBINE is the number of PROVi',
    keyword: 'NCOMBINE',
    check: (primary) => {
      const [combined, count] = [primary.number('NCOMBINE'), primary.numbered('PROV').length]
      if (combined === undefined || count === 0) return SKIPPED
      return combined === count ? null : `NCOMBINE is ${combined}, there are ${count} PROVi`
    },
  }),
  exposureSum('B19', 'EXPTIME'),
  exposureSum('B20', 'TEXPTIME'),
]

/** A raw frame that a PROVi names, and that is known. */
export interface NamedRaw {
  readonly keyword: string
  readonly name: string
  readonly raw: Keywords
}

/** Skipped unless all raw frames that PROVi names are known. */
export function onRaws({
  check,
  ...rule
}: Omit<Rule<Idp>, 'check' | 'hdu'> & { readonly check: (raws: readonly NamedRaw[], idp: Idp) => Answer }): Rule<Idp> {
  return onPrimary({
    ...rule,
    check: (primary, idp) => {
      const named = primary.numbered('PROV')
      const raws = named.flatMap(({ keyword, text: name }) => {
        const header: Header | undefined = idp.context.raws?.get(dpId(name))
        return header === undefined ? [] : [{ keyword, name, raw: new Keywords(header) }]
      })
      return raws.length === 0 || raws.length < named.length ? SKIPPED : check(raws, idp)
    },
  })
}

/** A keyword that is one value, or MULTI and a numbered list, of all the raw frames. */
function listed(id: string, keyword: string, family: string, rawKeyword: string): Rule<Idp> {
  return onRaws({
    id,
    severity: 'error',
    title: `${keyword} (or the list ${family}i) is ${rawKeyword} of the raw frames`,
    keyword,
    check: (raws, { primary }) => {
      const single = primary.text(keyword)
      if (single === undefined) return SKIPPED
      const values = single === 'MULTI' ? primary.numbered(family).map(({ text }) => text) : [single]
      return sameSet(keyword, values, raws, rawKeyword)
    },
  })
}

function sameSet(keyword: string, values: readonly string[], raws: readonly NamedRaw[], rawKeyword: string): Answer {
  const found = raws.flatMap(({ raw }) => raw.written(rawKeyword) ?? [])
  if (found.length < raws.length) return SKIPPED
  const [ours, theirs] = [new Set(values), new Set(found)]
  return ours.size === theirs.size && [...ours].every((value) => theirs.has(value))
    ? null
    : `${keyword} says ${[...ours].join(', ')}, the raw frames ${[...theirs].join(', ')}`
}

/** NaN if a raw frame does not tell. */
function lastEnd(raws: readonly NamedRaw[]): number {
  return Math.max(
    ...raws.map(
      ({ raw }) => (raw.number('MJD-OBS') ?? Number.NaN) + (raw.number('EXPTIME') ?? Number.NaN) / SECONDS_PER_DAY,
    ),
  )
}

function exposureSum(id: string, keyword: 'EXPTIME' | 'TEXPTIME'): Rule<Idp> {
  return onRaws({
    id,
    severity: 'error',
    title: `${keyword} is the sum of EXPTIME of the raw frames`,
    tolerance: '0.01 s per frame',
    keyword,
    check: (raws, { primary }) => {
      const seconds = primary.number(keyword)
      const expected = raws.reduce((sum, { raw }) => sum + (raw.number('EXPTIME') ?? Number.NaN), 0)
      if (seconds === undefined || Number.isNaN(expected)) return SKIPPED
      return within(seconds, expected, 0.01 * raws.length)
        ? null
        : `${keyword} is ${seconds} s, of the raw frames ${expected} s`
    },
  })
}
