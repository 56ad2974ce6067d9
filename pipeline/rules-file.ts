import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Pipeline } from './find-pipeline.ts'

/** What a pipeline's own rules (`uves.oca`) say: how its files are classified, and which recipe takes which. */
export interface PipelineRules {
  readonly path: string
  /** Every category and tag that occurs in them. */
  readonly categories: ReadonlySet<string>
  /** By the tag of the raw. */
  readonly actions: ReadonlyMap<string, RuleOfRaw>
}

export interface RuleOfRaw {
  readonly recipe: string
  /** Categories of the calibrations without which the rules do not start it. */
  readonly needed: readonly string[]
}

/** Where a pipeline's data lie: Debian's packages, ESO's own, or built by hand. */
const DATA_FOLDERS = ['/usr/share/cpl-plugins', '/usr/share/esopipes', '/usr/local/share/esopipes']

/** The rules of an installed pipeline; null where it has brought none. */
export function findRules({ recipeDir }: Pick<Pipeline, 'recipeDir'>, folders = DATA_FOLDERS): PipelineRules | null {
  for (const folder of folders.map((each) => join(each, basename(recipeDir)))) {
    if (!existsSync(folder)) continue
    const [name] = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((each) => each.endsWith('.oca'))
      .toSorted()
    if (name === undefined) continue
    const path = join(folder, name)
    return { path, ...parseRules(readFileSync(path, 'latin1')) }
  }
  return null
}

/** Reads rules in the language of ESO's data organiser; what it does not know it passes over. */
export function parseRules(text: string): Pick<PipelineRules, 'categories' | 'actions'> {
  const code = text.replace(/\/\/.*$/gm, '')
  const actionsByName = new Map<string, RuleOfRaw>()
  for (const [, name = '', body = ''] of code.matchAll(/\baction\s+(\w+)\s*\{([^}]*)\}/g)) {
    const recipe = /\brecipe\s+(\w+)/.exec(body)?.[1]
    if (recipe === undefined) continue
    const needed = [...body.matchAll(/\bminRet\s*=\s*([1-9]\d*)\s*;[^;]*;\s*select\s+file\s+as\s+(\w+)/g)]
    actionsByName.set(name, { recipe, needed: needed.map(([, , category = '']) => category) })
  }
  const actions = new Map<string, RuleOfRaw>()
  for (const [, name = '', condition = ''] of code.matchAll(/\bselect\s+execute\s*\(\s*(\w+)\s*\)([^;]*);/g)) {
    const tag = /\b(?:DO\.CATG|RAW\.TYPE)\s*==?\s*"(\w+)"/.exec(condition)?.[1]
    const action = actionsByName.get(name)
    if (tag !== undefined && action !== undefined) actions.set(tag, action)
  }
  return { categories: new Set(code.match(/\b[A-Z][A-Z0-9_]{2,}\b/g)), actions }
}
