import type { Idp } from './idp.ts'
import type { IdpExpectations } from './expectations.ts'
import type { Keywords } from './keywords.ts'
import { show, within } from './on-header.ts'
import { expectedField, namePattern } from './original-name.ts'
import { type NamedRaw, onRaws } from './provenance-rules.ts'
import { type Answer, type Rule, SKIPPED } from './rule.ts'

/** Rules of this project between a file and its first raw frame. */
export const RAW_RULES: readonly Rule<Idp>[] = [
  onFirstRaw({
    id: 'U12',
    severity: 'error',
    title: 'APERTURE is the slit width of the raw frame / 3600',
    tolerance: '0.1 %',
    keyword: 'APERTURE',
    check: (raw, { slitWidth }, { extension }, arm) => {
      const [aperture, width] = [extension?.number('APERTURE'), raw.number(slitWidth[arm ?? ''] ?? '')]
      if (aperture === undefined || width === undefined) return SKIPPED
      return within(aperture, width / 3600, (1e-3 * width) / 3600)
        ? null
        : `APERTURE is ${aperture} degree, the slit is ${width / 3600} degree wide`
    },
  }),
  onFirstRaw({
    id: 'U13',
    severity: 'error',
    title: 'OBSTECH is DPR TECH of the raw frame',
    keyword: 'OBSTECH',
    check: (raw, _, { primary }) => {
      const [technique, expected] = [primary.text('OBSTECH'), raw.text('ESO DPR TECH')]
      if (technique === undefined || expected === undefined) return SKIPPED
      return technique === expected ? null : `OBSTECH is ${show(technique)}, of the raw frame ${show(expected)}`
    },
  }),
  onFirstRaw({
    id: 'U14',
    severity: 'error',
    title: 'OBJECT is OBS TARG NAME or OBJECT of the raw frame',
    keyword: 'OBJECT',
    check: (raw, _, { primary }) => {
      const object = primary.text('OBJECT')
      const names = [raw.text('ESO OBS TARG NAME'), raw.text('OBJECT')].filter((name) => name !== undefined)
      if (object === undefined || names.length === 0) return SKIPPED
      return names.includes(object)
        ? null
        : `OBJECT is ${show(object)}, of the raw frame ${names.map(show).join(' or ')}`
    },
  }),
  onFirstRaw({
    id: 'U15',
    severity: 'error',
    title: 'RA and DEC are near those of the raw frame',
    tolerance: 'of the instrument; UVES: 0.05 degree',
    keyword: 'RA',
    check: (raw, { positionToleranceDegrees }, { primary }) => {
      const [ra, dec, rawRa, rawDec] = [
        primary.number('RA'),
        primary.number('DEC'),
        raw.number('RA'),
        raw.number('DEC'),
      ]
      if (ra === undefined || dec === undefined || rawRa === undefined || rawDec === undefined) return SKIPPED
      const distance = distanceDegrees(ra, dec, rawRa, rawDec)
      return distance <= positionToleranceDegrees
        ? null
        : `RA, DEC are ${distance.toFixed(4)} degree from those of the raw frame`
    },
  }),
  onFirstRaw({
    id: 'U16',
    severity: 'error',
    title: 'EXT_OBJ = T exactly if DPR TYPE of the raw frame contains EXTENDED',
    keyword: 'EXT_OBJ',
    check: (raw, _, { primary }) => {
      const [isExtended, type] = [primary.logical('EXT_OBJ'), raw.text('ESO DPR TYPE')]
      if (isExtended === undefined || type === undefined) return SKIPPED
      return isExtended === type.includes('EXTENDED')
        ? null
        : `EXT_OBJ is ${isExtended ? 'T' : 'F'}, DPR TYPE of the raw frame is ${show(type)}`
    },
  }),
  onFirstRaw({
    id: 'U17',
    severity: 'error',
    title: 'the fields of ORIGFILE agree with the raw frame',
    keyword: 'ORIGFILE',
    check: (raw, { originalName }, { primary, name }, arm) => {
      const groups = namePattern(originalName.pattern).exec(primary.text('ORIGFILE') ?? name)?.groups
      if (groups === undefined) return SKIPPED
      return Object.entries(originalName.fields).flatMap(([field, rule]) => {
        const expected = expectedField(rule, raw, arm)
        const found = groups[field] ?? ''
        return expected === undefined || expected === found
          ? []
          : [`the field ${field} of ORIGFILE is '${found}', the raw frame says '${expected}'`]
      })
    },
  }),
]

function onFirstRaw({
  check,
  ...rule
}: Omit<Rule<Idp>, 'check' | 'hdu'> & {
  readonly check: (raw: Keywords, expectations: IdpExpectations, idp: Idp, arm: string | undefined) => Answer
}): Rule<Idp> {
  return onRaws({
    ...rule,
    check: (raws: readonly NamedRaw[], idp) => {
      const [first] = raws
      const { expectations } = idp.context
      if (first === undefined || expectations === undefined) return SKIPPED
      return check(first.raw, expectations, idp, first.raw.text(expectations.armKeyword))
    },
  })
}

/** Great circle, by haversine: right also for small distances and across 0h. */
function distanceDegrees(ra1: number, dec1: number, ra2: number, dec2: number): number {
  const radians = Math.PI / 180
  const half = (degrees: number): number => Math.sin((degrees * radians) / 2) ** 2
  const chord = half(dec2 - dec1) + Math.cos(dec1 * radians) * Math.cos(dec2 * radians) * half(ra2 - ra1)
  return (2 * Math.asin(Math.min(1, Math.sqrt(chord)))) / radians
}
