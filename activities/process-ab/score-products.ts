import type { Qc1Value } from '../../database/attempts.ts'
import { recordedValues } from '../../database/scores.ts'
import type { Mode } from '../../domain/instrument.ts'
import { qualityScores, type Score } from '../../domain/scores.ts'
import type { ProductFacts } from '../../pipeline/check-products.ts'
import { valueNumber } from '../../pipeline/header-value.ts'
import { saturatedPixels } from '../../pipeline/saturation.ts'
import type { Block } from './block.ts'

export interface ProductsToScore {
  readonly mode: Mode
  readonly rawPath: string
  readonly setting: string
  readonly facts: ProductFacts
  readonly qc1: readonly Qc1Value[]
  readonly warnings: number
}

/** Processing quality of one block, with its own setting's record as the measure of what is usual. */
export async function scoreProducts({ host, run }: Block, products: ProductsToScore): Promise<Score[]> {
  const { mode, rawPath, setting, facts, qc1, warnings } = products
  const { scores } = mode
  const statistical = scores.filter(({ limit }) => 'deviations' in limit).map(({ name }) => name)
  const { saturationAdu } = mode.raw
  const measured = {
    parameters: new Map(qc1.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]))),
    keyword: (keyword: string) => {
      const value = facts.primaryHeader === null ? Number.NaN : valueNumber(facts.primaryHeader, keyword)
      return Number.isFinite(value) ? value : null
    },
    measures: {
      'negative flux': facts.negativeFlux,
      'saturated pixels': saturationAdu === undefined ? null : await saturatedPixels(rawPath, saturationAdu),
      'pipeline warnings': warnings,
    },
  }
  return qualityScores(scores, measured, await recordedValues(host.database, run.instrument, setting, statistical))
}
