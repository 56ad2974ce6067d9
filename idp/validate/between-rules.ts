import type { Idp } from './idp.ts'
import { onExtension, show, within } from './on-header.ts'
import { type Rule, SKIPPED } from './rule.ts'

const SECONDS_PER_DAY = 86400

/** Rules between the two headers. */
export const BETWEEN_RULES: readonly Rule<Idp>[] = [
  sameCoordinate('X01', 'RA'),
  sameCoordinate('X02', 'DEC'),
  onExtension({
    id: 'X03',
    severity: 'error',
    title: 'OBJECT is the same in both headers',
    keyword: 'OBJECT',
    check: (extension, { primary }) => {
      const [here, there] = [extension.text('OBJECT'), primary.text('OBJECT')]
      if (here === undefined || there === undefined) return SKIPPED
      return here === there ? null : `OBJECT is ${show(here)}, in the primary header ${show(there)}`
    },
  }),
  onExtension({
    id: 'X04',
    severity: 'error',
    title: 'TELAPSE ≥ TEXPTIME',
    tolerance: '0.1 s',
    keyword: 'TELAPSE',
    check: (extension, { primary }) => {
      const [elapsed, total] = [extension.number('TELAPSE'), primary.number('TEXPTIME')]
      if (elapsed === undefined || total === undefined) return SKIPPED
      return elapsed >= total - 0.1 ? null : `TELAPSE = ${elapsed} s is less than TEXPTIME = ${total} s`
    },
  }),
  computed(
    'X05',
    'TELAPSE',
    '(MJD-END - MJD-OBS) · 86400',
    0.1,
    's',
    'MJD-OBS',
    'MJD-END',
    (start, end) => (end - start) * SECONDS_PER_DAY,
  ),
  computed(
    'X06',
    'TMID',
    '(MJD-OBS + MJD-END) / 2',
    1e-4,
    'd',
    'MJD-OBS',
    'MJD-END',
    (start, end) => (start + end) / 2,
  ),
  computed(
    'X07',
    'SPEC_VAL',
    '(WAVELMIN + WAVELMAX) / 2',
    1e-3,
    'nm',
    'WAVELMIN',
    'WAVELMAX',
    (first, last) => (first + last) / 2,
  ),
  computed('X08', 'SPEC_BW', 'WAVELMAX - WAVELMIN', 1e-3, 'nm', 'WAVELMIN', 'WAVELMAX', (first, last) => last - first),
]

function sameCoordinate(id: string, keyword: 'RA' | 'DEC'): Rule<Idp> {
  return onExtension({
    id,
    severity: 'error',
    title: `${keyword} is the same in both headers`,
    tolerance: '1e-7 degree',
    keyword,
    check: (extension, { primary }) => {
      const [here, there] = [extension.number(keyword), primary.number(keyword)]
      if (here === undefined || there === undefined) return SKIPPED
      return within(here, there, 1e-7) ? null : `${keyword} is ${here}, in the primary header ${there}`
    },
  })
}

/** A keyword of the extension that follows from two of the primary header. */
function computed(
  id: string,
  keyword: string,
  formula: string,
  tolerance: number,
  unit: string,
  first: string,
  second: string,
  compute: (first: number, second: number) => number,
): Rule<Idp> {
  return onExtension({
    id,
    severity: 'error',
    title: `${keyword} = ${formula}`,
    tolerance: `${tolerance} ${unit}`,
    keyword,
    check: (extension, { primary }) => {
      const [value, one, other] = [extension.number(keyword), primary.number(first), primary.number(second)]
      if (value === undefined || one === undefined || other === undefined) return SKIPPED
      const expected = compute(one, other)
      return within(value, expected, tolerance)
        ? null
        : `${keyword} is ${value} ${unit}, ${formula} gives ${expected} ${unit}`
    },
  })
}
