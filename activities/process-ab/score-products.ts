import type { Qc1Value } from '../../database/attempts.ts'
import { recordedValues } from '../../database/scores.ts'
import type { Mode } from '../../domain/instrument.ts'
import { isOfFrame, type Measured, qualityScores, type Score, scoreName } from '../../domain/scores.ts'
import type { SpectrumFacts } from '../../pipeline/check-products.ts'
import { isOfChip } from '../../pipeline/chip-header.ts'
import { valueNumber } from '../../pipeline/header-value.ts'
import { saturatedPixels } from '../../pipeline/saturation.ts'
import type { Block } from './block.ts'

export interface ProductsToScore {
  readonly mode: Mode
  readonly rawPath: string
  readonly setting: string
  readonly facts: readonly SpectrumFacts[]
  readonly qc1: readonly Qc1Value[]
  readonly warnings: number
}

/** Processing quality of one block, chip by chip, with its own setting's record as the measure of what is usual. */
export async function scoreProducts({ host, run }: Block, products: ProductsToScore): Promise<Score[]> {
  const { mode, setting } = products
  const chips = mode.raw.chips.length > 1 ? mode.raw.chips : [null]
  const statistical = mode.scores.filter(({ limit }) => 'deviations' in limit)
  const names = chips.flatMap((chip) => statistical.map((rule) => scoreName(rule, chip?.name ?? null)))
  const history = await recordedValues(host.database, run.instrument, setting, names)
  const ofChips = mode.scores.filter((rule) => !isOfFrame(rule))
  const scores: Score[] = []
  for (const chip of chips) {
    const measured = await measuredOf(products, chip)
    scores.push(...qualityScores(ofChips, measured, history, chip?.name ?? null))
  }
  const whole = await measuredOf(products, null)
  return [...scores, ...qualityScores(mode.scores.filter(isOfFrame), whole, history)]
}

/** What was measured on one chip, or on the whole frame. */
async function measuredOf(products: ProductsToScore, chip: Mode['raw']['chips'][number] | null): Promise<Measured> {
  const { mode, rawPath, facts, qc1, warnings } = products
  const { saturationAdu } = mode.raw
  const spectrum = facts.find(({ category }) => isOfChip(category, chip?.name))
  const ofChip = qc1.filter(({ category }) => isOfChip(category, chip?.name))
  return {
    parameters: new Map(ofChip.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]))),
    keyword: (keyword: string) => {
      const value = spectrum === undefined ? Number.NaN : valueNumber(spectrum.header, keyword)
      return Number.isFinite(value) ? value : null
    },
    measures: {
      'negative flux': spectrum?.negativeFlux ?? null,
      'saturated pixels': saturationAdu === undefined ? null : await saturatedPixels(rawPath, saturationAdu, chip?.hdu),
      'pipeline warnings': warnings,
    },
  }
}
