import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { copyFile } from '../../archive/copy-file.ts'
import { writeEvent } from '../../database/events.ts'
import type { NewIdp } from '../../database/idps.ts'
import { OutcomeError } from '../../domain/failure.ts'
import type { Mode } from '../../domain/instrument.ts'
import { expectationsOf } from '../../idp/validate.ts'
import type { Product } from '../../pipeline/products.ts'
import type { InputFile } from '../input-list.ts'
import { quarantine } from '../quarantine.ts'
import type { Block } from './block.ts'

/**
 * The IDPs of a block, made and validated before the raw goes. An instrument file without an `idp` section gets its primary products
 * copied unchanged: recorded as `unconverted`, which keeps them out of the ObsCore view.
 *
 * @throws OutcomeError of kind `product` when a primary product is missing, of kind `idp` with the rule that an IDP breaks
 */
export async function makeIdps(
  block: Block,
  mode: Mode,
  products: readonly Product[],
  inputs: readonly InputFile[],
  attemptEndedAt: Date,
): Promise<readonly NewIdp[]> {
  const { registered, runFolder } = block
  await mkdir(runFolder.idps, { recursive: true, mode: 0o700 })
  const idps: NewIdp[] = []
  const primary = mode.products.filter((product) => product.primary)
  // The chips of a frame share a role: their spectra go into one file, under the category of the first.
  for (const role of new Set(primary.map((product) => product.role))) {
    const [first] = primary.filter((product) => product.role === role).map(({ category }) => made(products, category))
    if (first === undefined) continue
    const path = join(runFolder.idps, `${registered.abName}.generation-${registered.generation}.${role}.fits`)
    const one = await makeOne(block, first, path, products, inputs, attemptEndedAt)
    idps.push({ role, category: first.category, path, ...one })
  }
  return idps
}

function made(products: readonly Product[], category: string): Product {
  const product = products.find((candidate) => candidate.category === category)
  if (product === undefined) throw new OutcomeError('product', `the recipe ended well but made no ${category}`)
  return product
}

async function makeOne(
  block: Block,
  product: Product,
  path: string,
  products: readonly Product[],
  inputs: readonly InputFile[],
  attemptEndedAt: Date,
): Promise<Pick<NewIdp, 'kind' | 'bytes' | 'sha256' | 'standard'>> {
  const section = block.instrument.idp
  if (section === undefined) return { kind: 'unconverted', standard: null, ...(await copyFile(product.path, path)) }
  const { conversion, findings, keywords, previewSvg } = await block.host.idpMaker.make({
    conversion: {
      section,
      raws: inputs.filter(({ kind }) => kind === 'raw'),
      calibrations: inputs.filter(({ kind }) => kind !== 'raw'),
      products: products.map((each) => ({ category: each.category, path: each.path })),
      database: {},
      archiveName: null,
      attemptEndedAt,
      path,
    },
    expectations: expectationsOf(block.instrument),
  })
  const [error] = findings.filter(({ severity }) => severity === 'error')
  if (error !== undefined) {
    const where = await quarantine(block.host.quarantine, path, basename(path).slice(0, 128))
    block.host.log.warn({ ab: block.registered.abName, findings, where }, 'IDP refused by our validator')
    // The path is for operators; archive users read the cause.
    await writeEvent(block.host.database, {
      instrument: block.run.instrument,
      date: block.run.date,
      runNumber: block.run.runNumber,
      abName: block.registered.abName,
      kind: 'IDP in quarantine',
      message: where,
    })
    throw new OutcomeError('idp', `the IDP breaks rule ${error.rule}: ${error.message}`)
  }
  const { bytes, sha256, originalName, fluxCalibrated, reason } = conversion
  const warnings = findings.map(({ rule, message }) => ({ rule, message }))
  return {
    kind: 'standard',
    bytes,
    sha256,
    standard: { originalName, fluxCalibrated, fluxReason: reason, warnings, keywords, previewSvg },
  }
}
