import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import type { AssociationBlock } from '../../../domain/association-block.ts'
import { parseAssociationBlock } from '../../../domain/parse-association-block.ts'
import { readHdu } from '../../../fits/file.ts'
import type { Header } from '../../../fits/header.ts'
import { readImage } from '../../../fits/image.ts'
import { numbersOf, readTable } from '../../../fits/table.ts'
import { type Agreement, compareWithTruth } from '../../../simulator/compare-with-truth.ts'
import { findPipeline } from '../../../pipeline/find-pipeline.ts'

/** What the real recipe made of one simulated block. */
export interface Reduction {
  readonly block: AssociationBlock
  readonly exitCode: number | undefined
  readonly productFolder: string
  /** Products by category, in the recipe's order; empty when it failed. */
  readonly products: ReadonlyMap<string, string>
  readonly log: string
}

/** Runs `uves_obs_scired` on a block of the simulated night in `nightFolder`, with `workFolder` (new) as its own folder. */
export async function reduce(nightFolder: string, blockName: string, workFolder: string): Promise<Reduction> {
  const text = await readFile(join(nightFolder, 'ab', 'UVES', '2026-03-01', blockName), 'utf8')
  const parsed = parseAssociationBlock(text, blockName)
  if (!parsed.valid) throw new Error(`${blockName}: ${JSON.stringify(parsed.problems)}`)
  const archive = join(nightFolder, 'archive')
  const frames = [
    ...parsed.ab.rawFiles.map(({ fileName, tag }) => `${join(archive, 'raw', fileName)} ${tag}`),
    ...parsed.ab.calibrations.map(({ fileName, category }) => {
      return `${join(archive, fileName.startsWith('G') ? 'gencalib' : 'mcalib', fileName)} ${category}`
    }),
  ]
  await mkdir(join(workFolder, 'products'), { recursive: true })
  await writeFile(join(workFolder, 'in.sof'), `${frames.join('\n')}\n`)
  const { esorex, recipeDir } = await findPipeline('uves')
  const options = {
    'recipe-dir': recipeDir,
    'output-dir': 'products',
    'log-dir': '.',
    'log-file': 'esorex.log',
    'suppress-prefix': 'TRUE',
    'suppress-link': 'TRUE',
    'products-sof': 'products.json',
    'msg-level': 'off',
  }
  const { exitCode } = await execa(
    esorex,
    [...Object.entries(options).map(([name, value]) => `--${name}=${value}`), 'uves_obs_scired', 'in.sof'],
    { cwd: workFolder, reject: false },
  )
  return {
    block: parsed.ab,
    exitCode,
    productFolder: join(workFolder, 'products'),
    products: exitCode === 0 ? await productsOf(workFolder) : new Map(),
    log: await readFile(join(workFolder, 'esorex.log'), 'utf8'),
  }
}

/** Header and values of a one-dimensional product with the wavelength of each pixel in Angstrom. */
export async function readSpectrum(
  path: string,
): Promise<{ header: Header; flux: number[]; wavelengthAngstrom: number[] }> {
  const hdu = await readHdu(path, 0)
  const flux = Array.from(readImage(hdu).data, Number)
  const [start, pixel, step] = ['CRVAL1', 'CRPIX1', 'CDELT1'].map((keyword) => hdu.header.number(keyword) ?? Number.NaN)
  const wavelengthAngstrom = flux.map((_, i) => (start ?? 0) + (i + 1 - (pixel ?? 0)) * (step ?? 0))
  return { header: hdu.header, flux, wavelengthAngstrom }
}

/** Holds the flat-fielded spectrum of a reduction against what the simulator injected. */
export async function agreementOf(nightFolder: string, reduction: Reduction): Promise<Agreement> {
  const { flux, wavelengthAngstrom } = await readSpectrum(productOf(reduction, 'RED_SCI_POINT_BLUE'))
  const error = (await readSpectrum(productOf(reduction, 'ERRORBAR_SCI_POINT_BLUE'))).flux
  const truthFile = join(nightFolder, 'truth', reduction.block.name.replace(/ab$/, 'fits'))
  const truth = readTable(await readHdu(truthFile, 'TRUTH'))
  const column = (name: string) => Array.from(numbersOf(truth, name), Number)
  return compareWithTruth(
    { wavelengthAngstrom, flux, error },
    { wavelengthAngstrom: column('WAVE'), flux: column('FLUX'), lamp: column('LAMP') },
  )
}

export function productOf({ products, productFolder }: Reduction, category: string): string {
  const name = products.get(category)
  if (name === undefined) throw new Error(`no product ${category} in ${productFolder}`)
  return name
}

async function productsOf(workFolder: string): Promise<Map<string, string>> {
  const list: unknown = JSON.parse(await readFile(join(workFolder, 'products.json'), 'utf8'))
  if (!Array.isArray(list)) throw new Error(`${workFolder}/products.json is no list`)
  return new Map(
    list.map((entry: { name: string; category: string }) => [entry.category, join(workFolder, entry.name)] as const),
  )
}
