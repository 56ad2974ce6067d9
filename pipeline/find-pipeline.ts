import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PreconditionError } from '../domain/failure.ts'
import { askEsorex } from './ask-esorex.ts'

/** An installed pipeline: the program that runs its recipes, and where they are. */
export interface Pipeline {
  readonly name: string
  /** Version of the pipeline, `6.1.8`: the one that is certified or not. */
  readonly version: string
  readonly esorex: string
  readonly esorexVersion: string
  readonly recipeDir: string
  /** Recipes that esorex can load from there. */
  readonly recipes: readonly string[]
}

/** Folders that hold one folder `<name>-<version>` per pipeline. The environment's own come first, as esorex has it. */
const PLUGIN_FOLDERS = ['/usr/lib/esopipes-plugins', '/usr/lib64/esopipes-plugins', '/usr/local/lib/esopipes-plugins']

/**
 * The newest installed pipeline of this name, or the one in `recipeDir` unless that is another's folder. Looks for esorex on the PATH, and for plug-ins in
 * `ESOREX_RECIPE_DIR`, where Debian puts them, and where ESO's own installation puts them.
 *
 * Throws PreconditionError that tells what to install when esorex, the plug-ins or their recipes are missing.
 */
export async function findPipeline(
  name: string,
  recipeDir?: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Pipeline> {
  const esorex = findEsorex(environment)
  const folder = recipeDir === undefined || isOfAnother(name, recipeDir) ? newestOf(name, environment) : recipeDir
  const version = versionOf(name, folder)
  if (version === null || !isFolder(folder)) {
    throw new PreconditionError(
      `${folder} is not a plug-in folder of the pipeline ${name}, expected .../${name}-<version>`,
    )
  }
  return {
    name,
    version,
    esorex,
    esorexVersion: await esorexVersion(esorex),
    recipeDir: folder,
    recipes: await recipesIn(esorex, folder),
  }
}

/** Makes sure, before anything is started, that the recipe can be: PreconditionError if not. */
export function ensureRecipe(pipeline: Pipeline, recipe: string): void {
  for (const path of [pipeline.esorex, pipeline.recipeDir]) {
    if (!existsSync(path)) throw new PreconditionError(`${path} is gone: install the pipeline ${pipeline.name} again`)
  }
  if (!pipeline.recipes.includes(recipe)) {
    throw new PreconditionError(
      `the pipeline ${pipeline.name} ${pipeline.version} in ${pipeline.recipeDir} has no recipe ${recipe}: it has ${pipeline.recipes.join(', ')}`,
    )
  }
}

/** Numbers of a version compared one by one: 6.1.10 is newer than 6.1.8. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/[^0-9]+/).map(Number))
  for (let i = 0; i < Math.max(left?.length ?? 0, right?.length ?? 0); i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Names of recipes in what `esorex --recipes` prints: two blanks, name, colon; longer texts go on further right. */
export function parseRecipes(output: string): string[] {
  return [...output.matchAll(/^ {2}([a-z][a-z0-9_]*) *: /gim)].map(([, recipe = '']) => recipe)
}

function findEsorex(environment: NodeJS.ProcessEnv): string {
  const folders = (environment['PATH'] ?? '').split(':').filter(Boolean)
  const found = folders.map((folder) => join(folder, 'esorex')).find(isExecutable)
  if (found === undefined) {
    throw new PreconditionError('esorex is not on the PATH: install it (Debian: apt-get install esorex)')
  }
  return found
}

function newestOf(name: string, environment: NodeJS.ProcessEnv): string {
  const given = (environment['ESOREX_RECIPE_DIR'] ?? '').split(':').filter(Boolean)
  const folders = [...given, ...debianFolders(), ...PLUGIN_FOLDERS].flatMap((folder) =>
    versionOf(name, folder) !== null
      ? [folder]
      : namesIn(folder)
          .filter((entry) => versionOf(name, entry) !== null)
          .map((entry) => join(folder, entry)),
  )
  // A stable sort: of equal versions the first found wins.
  const [newest] = folders
    .filter(isFolder)
    .toSorted((a, b) => compareVersions(versionOf(name, b) ?? '', versionOf(name, a) ?? ''))
  if (newest === undefined) {
    throw new PreconditionError(
      `the pipeline ${name} is not installed: install it (Debian: apt-get install cpl-plugin-${name}) or name its plug-in folder in ESOREX_RECIPE_DIR`,
    )
  }
  return newest
}

function debianFolders(): string[] {
  return namesIn('/usr/lib').map((triplet) => join('/usr/lib', triplet, 'cpl', 'plugins'))
}

const PLUGIN = /^(.+)-(\d[\d.]*)$/

function versionOf(name: string, folder: string): string | null {
  const [, found, version] = PLUGIN.exec(basename(folder)) ?? []
  return found === name ? (version ?? null) : null
}

/** One setting names one folder; a second instrument on the machine has its own pipeline. */
function isOfAnother(name: string, folder: string): boolean {
  return PLUGIN.test(basename(folder)) && versionOf(name, folder) === null
}

async function esorexVersion(esorex: string): Promise<string> {
  const output = await askEsorex(esorex, ['--version'])
  const version = /version (\d[\w.]*)/.exec(output)?.[1]
  if (version === undefined) throw new PreconditionError(`${esorex} does not tell its version: is it ESO's esorex?`)
  return version
}

async function recipesIn(esorex: string, folder: string): Promise<string[]> {
  const recipes = parseRecipes(await askEsorex(esorex, [`--recipe-dir=${folder}`, '--msg-level=error', '--recipes']))
  if (recipes.length === 0)
    throw new PreconditionError(`esorex finds no recipe in ${folder}: install the pipeline again`)
  return recipes
}

function namesIn(folder: string): string[] {
  return isFolder(folder) ? readdirSync(folder) : []
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
