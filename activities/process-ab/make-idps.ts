import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { copyFile } from '../../archive/copy-file.ts'
import type { NewIdp } from '../../database/idps.ts'
import { modesOf } from '../../domain/certification.ts'
import { OutcomeError } from '../../domain/failure.ts'
import type { Product } from '../../pipeline/products.ts'
import type { Block } from './block.ts'

/**
 * The primary products of a block, as they will be ingested. They are copied unchanged and recorded as `unconverted`, which keeps
 * them out of the ObsCore view: the form of the Science Data Products standard is not made yet.
 *
 * @throws OutcomeError of kind `product` when the recipe did not make a primary product
 */
export async function makeIdps(
  { registered, instrument, runFolder }: Block,
  products: readonly Product[],
): Promise<readonly NewIdp[]> {
  const modes = modesOf(instrument, registered.ab.rawType).filter(({ certified }) => certified)
  const primary = modes.flatMap((mode) => mode.products.filter((product) => product.primary))
  await mkdir(runFolder.idps, { recursive: true, mode: 0o700 })
  const idps: NewIdp[] = []
  for (const { category, role } of primary) {
    const product = products.find((candidate) => candidate.category === category)
    if (product === undefined) throw new OutcomeError('product', `the recipe ended well but made no ${category}`)
    const path = join(runFolder.idps, `${registered.abName}.generation-${registered.generation}.${role}.fits`)
    const { bytes, sha256 } = await copyFile(product.path, path)
    idps.push({ role, kind: 'unconverted', category, path, bytes, sha256 })
  }
  return idps
}
