import { endProblems, isOutsideRules, type ReadCard, readCard } from './cards.ts'
import type { RawHdu } from './hdus.ts'

/** Errors and warnings in the sense of `fitsverify`. */
export interface Remarks {
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

const STRINGS =
  /^(EXTNAME|ORIGIN|AUTHOR|CREATOR|REFERENC|TELESCOP|INSTRUME|OBSERVER|OBJECT|RADESYS|RADECSYS|SPECSYS|SSYSOBS|SSYSSRC|DATE.*|(CTYPE|CUNIT|CNAME)\d+[A-Z]?)$/
const REALS =
  /^(EQUINOX|EPOCH|MJD-OBS|MJD-AVG|RESTFRQ|RESTFREQ|RESTWAV|OBSGEO-[XYZ]|VELOSYS|ZSOURCE|VELANGL|LONPOLE|LATPOLE|(CRPIX|CRVAL|CDELT|CROTA|CRDER|CSYER)\d+[A-Z]?|(PC|CD|PV)\d+_\d+[A-Z]?)$/
const INTEGERS = /^(EXTVER|EXTLEVEL|WCSAXES[A-Z]?)$/
const REAL_OF_AXIS = /^(CRPIX|CRVAL|CDELT|CROTA|CRDER|CSYER)(\d+)[A-Z]?$/
const STRING_OF_AXIS = /^(CTYPE|CUNIT|CNAME)(\d+)[A-Z]?$/
const OF_TWO_AXES = /^(PC|CD)(\d+)_(\d+)[A-Z]?$/
const FRAMES = /^(TOPOCENT|GEOCENTR|BARYCENT|HELIOCEN|LSRK|LSRD|GALACTOC|LOCALGRP|CMBDIPOL|SOURCE)$/

/** What FITS says against a header, whatever follows it: cards, order of the mandatory ones, types, duplicates. */
export function headerRemarks(hdu: RawHdu): Remarks & { readonly cards: readonly ReadCard[] } {
  const readings = hdu.cards.map((text, index) => readCard(text, index + 1))
  const cards = readings.map(({ card }) => card)
  const valued = cards.filter((card) => !isOutsideRules(card))
  const axes = axisRemarks(hdu, valued)
  return {
    cards,
    errors: [
      ...readings.flatMap(({ problems }) => problems),
      ...endProblems(hdu.afterCards),
      ...orderErrors(hdu, cards),
      ...valued.flatMap(typeErrors),
      ...forbiddenErrors(hdu, valued),
      ...stepErrors(valued),
      ...axes.errors,
    ],
    warnings: [
      ...valued.filter(({ type }) => type === 'empty').map((card) => `${placeOf(card)} has no value`),
      ...duplicates(valued.map(({ keyword }) => keyword)).map(
        (keyword) => `the keyword ${keyword} stands more than once`,
      ),
      ...valued.flatMap(valueWarnings),
      ...axes.warnings,
      ...(cards.some(({ keyword }) => keyword === 'CONTINUE') && !cards.some(({ keyword }) => keyword === 'LONGSTRN')
        ? ['strings go on in CONTINUE cards, but LONGSTRN is missing']
        : []),
      ...(hdu.index === 0 && cards[0]?.value !== 'T' ? ['SIMPLE is not T'] : []),
    ],
  }
}

export const placeOf = ({ number, keyword }: ReadCard): string => `card ${number} (${keyword})`

/** Each text that stands in the list more than once. */
export function duplicates(texts: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].filter(([, count]) => count > 1).map(([text]) => text)
}

/** The mandatory cards stand first, in this order, once, and in fixed format (FITS 4.0, sections 4.2 and 4.4.1). */
function orderErrors({ index, header }: RawHdu, cards: readonly ReadCard[]): string[] {
  const naxis = Number(cards.find(({ keyword }) => keyword === 'NAXIS')?.value ?? 0)
  const axes = Array.from({ length: Math.min(Math.max(naxis, 0), 999) }, (_, axis) => `NAXIS${axis + 1}`)
  const table = header.get('XTENSION')?.value
  const isTable = table?.type === 'string' && /^(BINTABLE|TABLE)$/.test(table.value)
  const mandatory = [
    index === 0 ? 'SIMPLE' : 'XTENSION',
    'BITPIX',
    'NAXIS',
    ...axes,
    ...(index === 0 ? [] : ['PCOUNT', 'GCOUNT', ...(isTable ? ['TFIELDS'] : [])]),
  ]
  const places = mandatory.flatMap((keyword, at) =>
    cards[at]?.keyword === keyword ? [] : [`card ${at + 1} is ${cards[at]?.keyword ?? 'END'}, expected ${keyword}`],
  )
  const formats = cards
    .slice(0, mandatory.length)
    .flatMap((card) => (isFixed(card) ? [] : [`${placeOf(card)} is not in fixed format`]))
  const again = cards
    .slice(mandatory.length)
    .filter(({ keyword }) => mandatory.includes(keyword) || /^NAXIS\d+$/.test(keyword) || keyword === 'XTENSION')
    .map((card) => `${placeOf(card)} stands a second time or out of order`)
  return [...places, ...formats, ...again]
}

function isFixed({ keyword, text }: ReadCard): boolean {
  const field = text.slice(10, 30)
  if (keyword === 'SIMPLE') return /^ {19}[TF]$/.test(field)
  if (keyword === 'XTENSION') return /^ {0}'[^']{8,}'/.test(text.slice(10))
  return /^ *[+-]?\d+$/.test(field)
}

function typeErrors(card: ReadCard): string[] {
  const { keyword, type, value } = card
  const expected = (words: string): string[] => [`${placeOf(card)} = ${value} is no ${words}`]
  if (STRINGS.test(keyword) && type !== 'string') return expected('string')
  if (REALS.test(keyword) && type !== 'real' && type !== 'integer') return expected('number')
  if (INTEGERS.test(keyword) && type !== 'integer') return expected('integer')
  if (keyword === 'EXTEND' && type !== 'logical') return expected('logical value')
  return keyword.startsWith('DATE') && !isDate(value) ? expected('date') : []
}

/** `yyyy-MM-dd`, with or without time, or the old `dd/MM/yy` (FITS 4.0, section 4.4.2.1). */
function isDate(value: string): boolean {
  const [, year, month, day, hour = '0', minute = '0', second = '0'] =
    /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d(?:\.\d*)?))?$/.exec(value) ?? []
  if (year === undefined) return /^\d\d\/\d\d\/\d\d$/.test(value)
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  const isDay = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= daysInMonth
  return isDay && Number(hour) <= 23 && Number(minute) <= 59 && Number(second) < 61
}

function forbiddenErrors({ index }: RawHdu, cards: readonly ReadCard[]): string[] {
  const inPrimary =
    /^(PCOUNT|GCOUNT|TFIELDS|THEAP|(TBCOL|TFORM|TSCAL|TZERO|TNULL|TTYPE|TUNIT|TDISP|TDIM|TCTYP|TCUNI|TCRVL|TCDLT|TCRPX|TCROT|PSCAL|PZERO|PTYPE)\d+)$/
  const inExtension = /^(SIMPLE|EXTEND|BLOCKED|(PTYPE|PSCAL|PZERO)\d+)$/
  const forbidden = index === 0 ? inPrimary : inExtension
  return cards
    .filter(({ keyword }) => forbidden.test(keyword))
    .map((card) => `${placeOf(card)} is not allowed in ${index === 0 ? 'the primary header' : 'an extension'}`)
}

function stepErrors(cards: readonly ReadCard[]): string[] {
  return cards.flatMap((card) => {
    if (/^CDELT\d+[A-Z]?$/.test(card.keyword) && Number(card.value) === 0) return [`${placeOf(card)} is zero`]
    if (/^(CRDER|CSYER)\d+[A-Z]?$/.test(card.keyword) && Number(card.value) < 0) return [`${placeOf(card)} is negative`]
    return []
  })
}

function valueWarnings(card: ReadCard): string[] {
  const { keyword, value, type } = card
  if (keyword === 'EPOCH' || keyword === 'BLOCKED') return [`${placeOf(card)} is deprecated`]
  if (type !== 'string') return []
  if (/^RADE(C)?SYS$/.test(keyword) && !/^(ICRS|FK5|FK4|FK4-NO-E|GAPPT)$/.test(value))
    return [`${placeOf(card)} = ${value} is no reference system of FITS`]
  return /^(SPECSYS|SSYSOBS|SSYSSRC)$/.test(keyword) && !FRAMES.test(value)
    ? [`${placeOf(card)} = ${value} is no spectral reference frame of FITS`]
    : []
}

/**
 * Keywords of axes that the data do not have: an error beyond WCSAXES, a warning beyond NAXIS where there is no WCSAXES. Of an axis
 * that is described at all, CRPIX, CRVAL and CTYPE are expected.
 */
function axisRemarks({ header }: RawHdu, cards: readonly ReadCard[]): Remarks {
  const announced = integerOf(header, 'WCSAXES')
  const most = announced ?? integerOf(header, 'NAXIS') ?? 0
  const name = announced === undefined ? 'NAXIS' : 'WCSAXES'
  const beyond = cards.flatMap((card) =>
    axesOf(card)
      .filter((axis) => axis < 1 || axis > most)
      .map((axis) => `${placeOf(card)} is for axis ${axis}, but ${name} is ${most}`),
  )
  const described = Math.max(
    0,
    announced ?? 0,
    ...cards.map(({ keyword }) => Number(REAL_OF_AXIS.exec(keyword)?.[2] ?? 0)),
  )
  const expected = Math.min(described, most)
  const missing = ['CRPIX', 'CRVAL', 'CTYPE'].filter(
    (family) => cards.filter(({ keyword }) => new RegExp(`^${family}\\d+$`).test(keyword)).length < expected,
  )
  return {
    errors: announced === undefined ? [] : beyond,
    warnings: [
      ...(announced === undefined ? beyond : []),
      ...missing.map((family) => `${family}i are missing, ${expected} expected`),
    ],
  }
}

function axesOf({ keyword }: ReadCard): number[] {
  const [, , one] = REAL_OF_AXIS.exec(keyword) ?? STRING_OF_AXIS.exec(keyword) ?? []
  const [, , row, column] = OF_TWO_AXES.exec(keyword) ?? []
  return [one, row, column].filter((digits) => digits !== undefined).map(Number)
}

function integerOf(header: RawHdu['header'], keyword: string): number | undefined {
  const value = header.get(keyword)?.value
  return value?.type === 'integer' ? Number(value.value) : undefined
}
