import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ScoreRule } from '../../domain/instrument.ts'
import { associationScores, LEAST_HISTORY, type Measured, qualityScores } from '../../domain/scores.ts'
import { exampleBlock } from './example-block.ts'

const calibration = (category: string, distanceDays: number | null) => ({
  flag: 'REAL' as const,
  fileName: `UV_${category}.fits`,
  category,
  distanceDays,
})
const rules = {
  BIAS: calibrationRules(3),
  LINE: calibrationRules(2),
  DARK: calibrationRules(40),
  RESPONSE: { ...calibrationRules(700), expected: true },
  EXTINCTION: calibrationRules(undefined),
}
function calibrationRules(validityDays: number | undefined) {
  const nothing = { match: [], keywords: [], contains: {}, axes: [], history: [], extensions: undefined }
  return { ...nothing, validityDays, expected: false }
}
const mode = { required: ['BIAS', 'LINE'], optional: ['DARK', 'RESPONSE', 'EXTINCTION'] }
const scored = (...calibrations: ReturnType<typeof calibration>[]) =>
  Object.fromEntries(
    associationScores(exampleBlock({ calibrations }), mode, rules).map(({ name, ...score }) => [name, score]),
  )

describe('association', () => {
  test('each calibration by its distance, in either direction, up to and with the validity', () => {
    const scores = scored(
      calibration('BIAS', -3),
      calibration('LINE', 2.001),
      calibration('DARK', -40.5),
      calibration('RESPONSE', 699),
    )
    expect(scores['association BIAS']).toEqual({ score: 0, value: -3, limit: 'at most 3 days' })
    expect(scores['association LINE']).toEqual({ score: 1, value: 2.001, limit: 'at most 2 days' })
    expect(scores['association DARK']?.score).toBe(1)
    expect(scores['association RESPONSE']?.score).toBe(0)
    expect(scores['association']).toEqual({ score: 1, value: 2, limit: 'at most 0 NOK or MISS' })
  })

  test('MISS where a required or expected category has no file; others were not looked for', () => {
    const scores = scored(calibration('BIAS', 0))
    expect(scores['association LINE']).toEqual({ score: 1, value: null, limit: 'at most 2 days; none in the block' })
    expect(scores['association RESPONSE']?.score).toBe(1)
    expect(scores['association DARK']).toBeUndefined()
    expect(scores['association']?.value).toBe(2)
  })

  test('not scored without a distance or a validity', () => {
    const scores = scored(
      calibration('BIAS', null),
      calibration('LINE', 0.1),
      calibration('RESPONSE', 1),
      calibration('EXTINCTION', -5000),
    )
    expect(scores['association BIAS']).toEqual({ score: null, value: null, limit: 'at most 3 days' })
    expect(scores['association EXTINCTION']).toEqual({ score: null, value: -5000, limit: 'no validity' })
    expect(scores['association']).toMatchObject({ score: 0, value: 0 })
  })

  test('the sum is the number of scores that are not fine', () => {
    const distances = fc.record(
      Object.fromEntries(
        Object.keys(rules).map((category) => [category, fc.option(fc.double({ min: -900, max: 900, noNaN: true }))]),
      ),
    )
    fc.assert(
      fc.property(distances, (given) => {
        const { association, ...others } = scored(
          ...Object.entries(given).map(([category, days]) => calibration(category, days)),
        )
        expect(association?.value).toBe(Object.values(others).filter(({ score }) => score === 1).length)
        expect(association?.score).toBe(association?.value === 0 ? 0 : 1)
      }),
    )
  })
})

const measuredOf = (parameters: Record<string, number>): Measured => ({
  parameters: new Map(Object.entries(parameters)),
  keyword: (keyword) => (keyword === 'LAMNLIN' ? 1126 : null),
  measures: { 'negative flux': 0.02, 'saturated pixels': null, 'pipeline warnings': 2 },
})
const rule = (parts: Partial<ScoreRule> & Pick<ScoreRule, 'of' | 'limit'>): ScoreRule => ({
  name: 'it',
  statistic: 'median',
  notMeasured: undefined,
  ...parts,
})
const score = (parts: Parameters<typeof rule>[0], measured: Measured, history: number[] = []) =>
  qualityScores([rule(parts)], measured, new Map([['it', history]]))[0]

const orders = measuredOf({
  'QC ORD1 OBJ SN': 1,
  'QC ORD2 OBJ SN': 50,
  'QC ORD10 OBJ SN': 40,
  'QC ORD1 OBJ POS': 8,
  'QC ORDX OBJ SN': 1e6,
  'QC EX NORD': 31,
})
const signalToNoise = { parameter: 'QC ORD* OBJ SN' }

describe('processing quality', () => {
  test('median over orders, held against limits that count as fine', () => {
    expect(score({ of: signalToNoise, limit: { minimum: 40 } }, orders)).toEqual({
      name: 'it',
      score: 0,
      value: 40,
      limit: 'at least 40',
    })
    expect(score({ of: signalToNoise, limit: { minimum: 40.1, maximum: 90 } }, orders)).toMatchObject({
      score: 1,
      limit: 'at least 40.1 and at most 90',
    })
  })

  test('an even number of orders has the mean of the two in the middle', () => {
    const two = measuredOf({ 'QC ORD1 OBJ SN': 10, 'QC ORD2 OBJ SN': 20 })
    expect(score({ of: signalToNoise, limit: {} }, two)?.value).toBe(15)
  })

  test('orders below a value are counted', () => {
    const below = { of: signalToNoise, statistic: { countBelow: 45 }, limit: { maximum: 1 } }
    expect(score(below, orders)).toMatchObject({ score: 1, value: 2 })
  })

  test('what stands for "not measured" does not count', () => {
    const ripple = measuredOf({ 'QC ORD1 OBJ RPLPAR': -1, 'QC ORD2 OBJ RPLPAR': 0.5, 'QC ORD3 OBJ RPLPAR': -1 })
    const of = { parameter: 'QC ORD* OBJ RPLPAR' }
    expect(score({ of, notMeasured: -1, limit: { minimum: 0 } }, ripple)).toMatchObject({ score: 0, value: 0.5 })
    const none = measuredOf({ 'QC ORD1 OBJ RPLPAR': -1 })
    expect(score({ of, notMeasured: -1, limit: { minimum: 0 } }, none)).toMatchObject({ score: null, value: null })
  })

  test('a parameter of the whole product, a keyword, a measure', () => {
    expect(score({ of: { parameter: 'QC EX NORD' }, limit: { minimum: 31 } }, orders)).toMatchObject({
      score: 0,
      value: 31,
    })
    expect(score({ of: { keyword: 'LAMNLIN' }, limit: { minimum: 2000 } }, orders)).toMatchObject({
      score: 1,
      value: 1126,
    })
    expect(score({ of: { keyword: 'LAMRMS' }, limit: { maximum: 1 } }, orders)).toMatchObject({
      score: null,
      value: null,
    })
    expect(score({ of: { measure: 'pipeline warnings' }, limit: { maximum: 0 } }, orders)?.score).toBe(1)
    expect(score({ of: { measure: 'saturated pixels' }, limit: { maximum: 0 } }, orders)?.score).toBeNull()
  })

  test('a statistical limit needs twenty values of the setting; the measured value is told before', () => {
    const few = Array.from({ length: LEAST_HISTORY - 1 }, () => 40)
    const limit = { deviations: 3 }
    expect(score({ of: signalToNoise, limit }, orders, few)).toEqual({
      name: 'it',
      score: null,
      value: 40,
      limit: 'not yet: 19 of 20 values of this setting on record',
    })
    expect(score({ of: signalToNoise, limit }, orders, [...few, 40])).toMatchObject({ score: 0 })
  })

  test('median and MAD of the history, which a few wild values do not move', () => {
    // Median 50, deviations 0..10 twice each: MAD 5; with 2 of them 40 to 60.
    const history = Array.from({ length: 21 }, (_, i) => 40 + i)
    const of = (value: number) =>
      score({ of: signalToNoise, limit: { deviations: 2 } }, measuredOf({ 'QC ORD1 OBJ SN': value }), history)
    expect(of(40)).toMatchObject({ score: 0, limit: '40 to 60 (median ± 2 MAD of 21)' })
    expect(of(39.9)?.score).toBe(1)
    expect(of(60.1)?.score).toBe(1)
    const wild = score({ of: signalToNoise, limit: { deviations: 2 } }, orders, [...history.slice(1, -1), 1e9, -1e9])
    expect(wild?.limit).toBe('40 to 60 (median ± 2 MAD of 21)')
  })

  test('the order of the history does not matter, and the median of it is always fine', () => {
    const histories = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 21, maxLength: 21 })
    fc.assert(
      fc.property(histories, (history) => {
        const middle = history.toSorted((a, b) => a - b)[10] ?? Number.NaN
        const limit = { deviations: 1 }
        const measured = measuredOf({ 'QC ORD1 OBJ SN': middle })
        const straight = score({ of: signalToNoise, limit }, measured, history)
        expect(straight?.score).toBe(0)
        expect(score({ of: signalToNoise, limit }, measured, history.toReversed())).toEqual(straight)
      }),
    )
  })
})
