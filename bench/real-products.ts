import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PreconditionError } from '../domain/failure.ts'
import { isGencalib } from '../domain/file-name.ts'
import { parseAssociationBlock } from '../domain/parse-association-block.ts'
import type { InputFile } from '../idp/convert/request.ts'
import { findPipeline } from '../pipeline/find-pipeline.ts'
import { parseProducts } from '../pipeline/products.ts'
import { simulateNight } from '../simulator/night.ts'
import type { SettingName } from '../simulator/set-up.ts'

/** What the real recipe made of one simulated exposure, as a conversion takes it. */
export interface RealProducts {
  readonly raws: readonly InputFile[]
  readonly calibrations: readonly InputFile[]
  readonly products: readonly { readonly category: string; readonly path: string }[]
  /** File with the injected spectrum. */
  readonly truth: string
}

const date = '2026-03-01'

/**
 * Simulates one exposure of a setting in `folder` and runs `uves_obs_scired` on it; 390 nm comes with flux calibration.
 * @throws PreconditionError without esorex and the UVES pipeline
 */
export async function realProducts(setting: SettingName, folder: string): Promise<RealProducts> {
  const night = await simulateNight({
    instrument: 'UVES',
    date,
    seed: 3,
    folder,
    plan: { executable: 1, settings: [setting], withExtras: false },
  })
  const name = night.blocks[0]?.name ?? ''
  const parsed = parseAssociationBlock(await readFile(join(folder, 'ab', 'UVES', date, name), 'utf8'), name)
  if (!parsed.valid) throw new PreconditionError(`${name} is not a valid block`)
  const archive = join(folder, 'archive')
  const raws = await Promise.all(
    parsed.ab.rawFiles.map(({ fileName, tag }) => inputFile(join(archive, 'raw'), fileName, tag)),
  )
  const calibrations = await Promise.all(
    parsed.ab.calibrations.map(({ fileName, category }) =>
      inputFile(join(archive, isGencalib(fileName, 'UVES') ? 'gencalib' : 'mcalib'), fileName, category),
    ),
  )
  const products = await reduce(join(folder, 'reduction'), [...raws, ...calibrations])
  return { raws, calibrations, products, truth: join(folder, 'truth', name.replace(/ab$/, 'fits')) }
}

async function inputFile(folder: string, fileName: string, category: string): Promise<InputFile> {
  const path = join(folder, fileName)
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  return { fileName, category, path, sha256 }
}

async function reduce(folder: string, frames: readonly InputFile[]): Promise<RealProducts['products']> {
  await mkdir(join(folder, 'products'), { recursive: true })
  await writeFile(join(folder, 'in.sof'), frames.map(({ path, category }) => `${path} ${category}\n`).join(''))
  const { esorex, recipeDir } = await findPipeline('uves')
  const options = {
    'recipe-dir': recipeDir,
    'output-dir': 'products',
    'log-dir': '.',
    'suppress-prefix': 'TRUE',
    'suppress-link': 'TRUE',
    'products-sof': 'products.json',
    'msg-level': 'off',
  }
  const flags = Object.entries(options).map(([option, value]) => `--${option}=${value}`)
  await promisify(execFile)(esorex, [...flags, 'uves_obs_scired', 'in.sof'], { cwd: folder })
  const list = parseProducts(await readFile(join(folder, 'products.json'), 'utf8'))
  return list.map(({ name, category }) => ({ category, path: join(folder, name) }))
}
