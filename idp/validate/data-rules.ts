import type { Idp } from './idp.ts'
import { onExtension, within } from './on-header.ts'
import { type Answer, type Rule, SKIPPED } from './rule.ts'
import type { Spectrum, Wave } from './spectrum.ts'
import { nanometresPer } from './unit.ts'

/** Rules on the numbers in the table. `bmax` is the largest step of WAVE. */
export const DATA_RULES: readonly Rule<Idp>[] = [
  onData({
    id: 'D01',
    severity: 'error',
    title: 'the first column increases strictly and has no NaN',
    check: ({ wave }) => {
      if (wave === null) return SKIPPED
      return wave.brokenAt === null
        ? null
        : `sample ${wave.brokenAt + 1} of the first column is not larger than the one before`
    },
  }),
  onData({
    id: 'D02',
    severity: 'error',
    title: 'no column has an infinite value',
    check: ({ infinite }) => infinite.map((name) => `the column ${name} has an infinite value`),
  }),
  onData({
    id: 'D03',
    severity: 'error',
    title: 'SPEC_BIN is 0.5 to 1.5 times the median step of WAVE',
    keyword: 'SPEC_BIN',
    check: (spectrum, idp) =>
      inNanometres(spectrum, idp, 'SPEC_BIN', (bin, { medianStep }, nanometres) => {
        const step = medianStep * nanometres
        return bin >= 0.5 * step && bin <= 1.5 * step ? null : `SPEC_BIN = ${bin} nm, the median step is ${step} nm`
      }),
  }),
  onData({
    id: 'D04',
    severity: 'error',
    title: 'WAVELMIN ≥ first WAVE',
    tolerance: 'bmax / 2',
    keyword: 'WAVELMIN',
    check: (spectrum, idp) =>
      inNanometres(spectrum, idp, 'WAVELMIN', (minimum, { values, largestStep }, nanometres) => {
        const first = (values[0] ?? Number.NaN) * nanometres
        return minimum >= first - (largestStep * nanometres) / 2
          ? null
          : `WAVELMIN = ${minimum} nm lies before the first sample at ${first} nm`
      }),
  }),
  onData({
    id: 'D05',
    severity: 'error',
    title: 'WAVELMAX ≤ last WAVE',
    tolerance: 'bmax / 2',
    keyword: 'WAVELMAX',
    check: (spectrum, idp) =>
      inNanometres(spectrum, idp, 'WAVELMAX', (maximum, { values, largestStep }, nanometres) => {
        const last = (values.at(-1) ?? Number.NaN) * nanometres
        return maximum <= last + (largestStep * nanometres) / 2
          ? null
          : `WAVELMAX = ${maximum} nm lies after the last sample at ${last} nm`
      }),
  }),
  end('D06', 'TDMIN1', 'first', 0),
  end('D07', 'TDMAX1', 'last', -1),
  onData({
    id: 'D08',
    severity: 'error',
    title: 'QUAL holds integers (B, I, J, K) of 0 or more',
    check: (spectrum, { columns }) => {
      const column = columns.find(({ name }) => name === 'QUAL')
      if (column === undefined) return SKIPPED
      if (!/^[BIJK]$/.test(column.letter ?? '')) return `QUAL is of type ${column.letter ?? ''}`
      const values = spectrum.columns[column.number - 1]?.values ?? []
      return values.some((value: unknown) => Number(value) < 0) ? 'QUAL has negative values' : null
    },
  }),
  onData({
    id: 'D09',
    severity: 'warning',
    title: 'SNR is the median of flux/error of the good samples, of one of the pairs of flux and error',
    tolerance: '10 %',
    keyword: 'SNR',
    check: ({ ratios }, { primary }) => {
      const snr = primary.number('SNR')
      if (snr === undefined || ratios.length === 0) return SKIPPED
      return ratios.some((ratio) => within(snr, ratio.snr, 0.1 * Math.abs(ratio.snr)))
        ? null
        : `SNR is ${snr}, measured ${ratios.map(({ flux, snr: measured }) => `${measured} (${flux})`).join(', ')}`
    },
  }),
  onData({
    id: 'D10',
    severity: 'warning',
    title:
      'WAVELMIN and WAVELMAX leave out zeros and NaN at the ends of the main flux (error where the instrument is known)',
    tolerance: 'bmax / 2',
    check: (spectrum, idp) => {
      const { wave, main } = spectrum
      const nanometres = wavelengthScale(idp)
      const [minimum, maximum] = [idp.primary.number('WAVELMIN'), idp.primary.number('WAVELMAX')]
      if (wave === null || main === null || nanometres === undefined) return SKIPPED
      if (main.signal === null || minimum === undefined || maximum === undefined) return SKIPPED
      const slack = (wave.largestStep * nanometres) / 2
      const first = (wave.values[main.signal.first] ?? Number.NaN) * nanometres
      const last = (wave.values[main.signal.last] ?? Number.NaN) * nanometres
      const severity = idp.context.expectations === undefined ? 'warning' : 'error'
      return [
        ...(minimum < first - slack
          ? [
              {
                severity,
                keyword: 'WAVELMIN',
                message: `WAVELMIN = ${minimum} nm, the flux begins at ${first} nm`,
              } as const,
            ]
          : []),
        ...(maximum > last + slack
          ? [
              {
                severity,
                keyword: 'WAVELMAX',
                message: `WAVELMAX = ${maximum} nm, the flux ends at ${last} nm`,
              } as const,
            ]
          : []),
      ]
    },
  }),
]

/** Nanometres per unit of the first column; undefined if that is no wavelength. */
export function wavelengthScale({ columns: [first] }: Idp): number | undefined {
  return first?.name === 'WAVE' ? nanometresPer(first.unit) : undefined
}

/** A rule on the data; skipped where there are none that can be read. */
export function onData({
  check,
  ...rule
}: Omit<Rule<Idp>, 'check' | 'hdu'> & { readonly check: (spectrum: Spectrum, idp: Idp) => Answer }): Rule<Idp> {
  return onExtension({ ...rule, check: (_, idp) => (idp.spectrum === null ? SKIPPED : check(idp.spectrum, idp)) })
}

function inNanometres(
  { wave }: Spectrum,
  idp: Idp,
  keyword: string,
  judge: (value: number, wave: Wave, nanometres: number) => string | null,
): Answer {
  const [value, nanometres] = [idp.primary.number(keyword), wavelengthScale(idp)]
  return value === undefined || nanometres === undefined || wave === null ? SKIPPED : judge(value, wave, nanometres)
}

function end(id: string, keyword: 'TDMIN1' | 'TDMAX1', words: string, at: 0 | -1): Rule<Idp> {
  return onData({
    id,
    severity: 'error',
    title: `${keyword} = ${words} WAVE, in the unit of WAVE`,
    tolerance: 'bmax / 2',
    keyword,
    check: ({ wave }, { extension }) => {
      const value = extension?.number(keyword)
      if (value === undefined || wave === null) return SKIPPED
      const expected = wave.values.at(at) ?? Number.NaN
      return within(value, expected, wave.largestStep / 2)
        ? null
        : `${keyword} is ${value}, the ${words} sample is at ${expected}`
    },
  })
}
