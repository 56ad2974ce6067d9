import type { Qc1Value } from '../../database/attempts.ts'
import type { Product } from '../../pipeline/products.ts'
import { isOfChip } from '../../pipeline/chip-header.ts'
import { readQcParameters } from '../../pipeline/qc-parameters.ts'

/**
 * The QC1 parameters of all products. A recipe writes the same parameters into each of its products: the first one that carries a
 * value stands for all that carry the same; one that differs is kept beside it with its own category. Chips are kept apart.
 *
 * @param chips names of the chips, at the end of the categories of their products
 */
export async function qc1Values(
  products: readonly Product[],
  chips: readonly string[],
  units: Readonly<Record<string, string>>,
): Promise<readonly Qc1Value[]> {
  const declared = (name: string) => Object.entries(units).find(([ending]) => name.endsWith(ending))?.[1] ?? null
  const seen = new Set<string>()
  const values: Qc1Value[] = []
  for (const { product, parameters } of await readQcParameters(products)) {
    const chip = chips.find((name) => isOfChip(product.category, name)) ?? null
    for (const { name, orderNumber, value, text, comment } of parameters) {
      const key = JSON.stringify([chip, name, value, text])
      if (seen.has(key)) continue
      seen.add(key)
      const unit = value === null ? null : (unitIn(comment) ?? declared(name))
      values.push({ name, category: product.category, chip, orderNumber, value, text, unit })
    }
  }
  return values
}

/** `Extraction slit (pixels)` or `[km/s] velocity`: the unit that the card's comment tells. */
function unitIn(comment: string): string | null {
  return /^\[([^\]]+)\]|[([]([a-zA-Z/%^0-9-]+)[)\]]$/.exec(comment.trim())?.slice(1).find(Boolean) ?? null
}
