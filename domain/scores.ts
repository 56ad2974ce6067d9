import type { AssociationBlock } from './association-block.ts'
import type { Instrument, Mode, ScoreRule } from './instrument.ts'

/** A measured value or an association held against a limit. It informs; it never blocks and never fails a block. */
export interface Score {
  readonly name: string
  /** 0 = fine, 1 = not fine, null = not scored. */
  readonly score: 0 | 1 | null
  readonly value: number | null
  /** The limit in words, or why there is none. */
  readonly limit: string
}

/** Fewer recorded values than this say nothing about what is usual. */
export const LEAST_HISTORY = 20

/**
 * Each calibration of a block by its distance in days (OK, NOK, or MISS where a category that is required or expected has no file),
 * and `association`, their sum: 0 is best.
 */
export function associationScores(
  ab: AssociationBlock,
  mode: Pick<Mode, 'required' | 'optional'>,
  rules: Instrument['calibrations'],
): Score[] {
  const categories = new Set([...mode.required, ...mode.optional])
  const scores = [...categories].flatMap((category): Score[] => {
    const name = `association ${category}`
    const validityDays = rules[category]?.validityDays
    const limit = validityDays === undefined ? 'no validity' : `at most ${validityDays} days`
    const calibration = ab.calibrations.find((candidate) => candidate.category === category)
    if (calibration === undefined) {
      const isMissed = mode.required.includes(category) || rules[category]?.expected === true
      return isMissed ? [{ name, score: 1, value: null, limit: `${limit}; none in the block` }] : []
    }
    const { distanceDays } = calibration
    if (validityDays === undefined || distanceDays === null) {
      return [{ name, score: null, value: distanceDays, limit }]
    }
    return [{ name, score: Math.abs(distanceDays) <= validityDays ? 0 : 1, value: distanceDays, limit }]
  })
  const sum = scores.filter(({ score }) => score === 1).length
  return [...scores, { name: 'association', score: sum === 0 ? 0 : 1, value: sum, limit: 'at most 0 NOK or MISS' }]
}

/** What was measured on the products of one attempt; null where it could not be. */
export interface Measured {
  /** QC1 parameters by name, `QC ORD14 OBJ SN`. */
  readonly parameters: ReadonlyMap<string, number>
  /** A numeric keyword of the primary product. */
  readonly keyword: (keyword: string) => number | null
  readonly measures: Readonly<Record<Extract<ScoreRule['of'], { measure: unknown }>['measure'], number | null>>
}

/**
 * Processing quality.
 *
 * @param history recorded values of the same setting, by name of the score
 * @param chip whose numbers these are, where the frame has several
 */
export function qualityScores(
  rules: readonly ScoreRule[],
  measured: Measured,
  history: ReadonlyMap<string, readonly number[]>,
  chip: string | null = null,
): Score[] {
  return rules.map((rule) => {
    const name = scoreName(rule, chip)
    const value = valueOf(rule, measured)
    const limit = limitOf(rule, history.get(name) ?? [])
    return { name, score: value === null ? null : judge(value, limit), value, limit: limit.text }
  })
}

/** `signal to noise`, of one chip of several `signal to noise REDL`. */
export function scoreName({ name }: ScoreRule, chip: string | null): string {
  return chip === null ? name : `${name} ${chip}`
}

/** What is counted of the whole frame; everything else belongs to a chip. */
export function isOfFrame({ of }: ScoreRule): boolean {
  return 'measure' in of && of.measure === 'pipeline warnings'
}

function valueOf({ of, statistic, notMeasured }: ScoreRule, measured: Measured): number | null {
  if ('measure' in of) return measured.measures[of.measure]
  if ('keyword' in of) return measured.keyword(of.keyword)
  const values = valuesOf(of.parameter, measured.parameters).filter((value) => value !== notMeasured)
  if (values.length === 0) return null
  return statistic === 'median' ? median(values) : values.filter((value) => value < statistic.countBelow).length
}

/** `*` in the name of a parameter stands for the number of an order. */
function valuesOf(parameter: string, parameters: ReadonlyMap<string, number>): number[] {
  const [before = '', after] = parameter.split('*')
  if (after === undefined) {
    const value = parameters.get(parameter)
    return value === undefined ? [] : [value]
  }
  return [...parameters]
    .filter(([name]) => {
      return name.startsWith(before) && name.endsWith(after) && /^\d+$/.test(name.slice(before.length, -after.length))
    })
    .map(([, value]) => value)
}

interface Limit {
  readonly least: number
  readonly most: number
  readonly text: string
  readonly known: boolean
}

function limitOf({ limit }: ScoreRule, history: readonly number[]): Limit {
  if (!('deviations' in limit)) {
    const least = limit.minimum ?? Number.NEGATIVE_INFINITY
    const most = limit.maximum ?? Number.POSITIVE_INFINITY
    const parts = [
      ...(limit.minimum === undefined ? [] : [`at least ${limit.minimum}`]),
      ...(limit.maximum === undefined ? [] : [`at most ${limit.maximum}`]),
    ]
    return { least, most, text: parts.join(' and '), known: true }
  }
  if (history.length < LEAST_HISTORY) {
    const text = `not yet: ${history.length} of ${LEAST_HISTORY} values of this setting on record`
    return { least: Number.NaN, most: Number.NaN, text, known: false }
  }
  const middle = median(history)
  const reach = limit.deviations * median(history.map((value) => Math.abs(value - middle)))
  const [least, most] = [middle - reach, middle + reach]
  const text = `${short(least)} to ${short(most)} (median ± ${limit.deviations} MAD of ${history.length})`
  return { least, most, text, known: true }
}

function judge(value: number, { least, most, known }: Limit): 0 | 1 | null {
  if (!known) return null
  return value >= least && value <= most ? 0 : 1
}

/** Mean of the two middle values when their number is even. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

function short(value: number): string {
  return String(Number(value.toPrecision(5)))
}
