import { askEsorex } from './ask-esorex.ts'
import type { Pipeline } from './find-pipeline.ts'

/** What a recipe says of itself. */
export interface RecipeFacts {
  /** Words of its manual page that may be categories. */
  readonly categories: ReadonlySet<string>
  /** Names of its parameters, without `--`. */
  readonly parameters: ReadonlySet<string>
}

/** Asks esorex; the recipe is loaded, not run. */
export async function recipeFacts({ esorex, recipeDir }: Pipeline, recipe: string): Promise<RecipeFacts> {
  const options = [`--recipe-dir=${recipeDir}`, '--msg-level=error']
  const [manual, parameters] = await Promise.all([
    askEsorex(esorex, [...options, '--man-page', recipe]),
    askEsorex(esorex, [...options, '--params', recipe]),
  ])
  return {
    categories: new Set(manual.match(/\b[A-Z][A-Z0-9_]{2,}\b/g)),
    parameters: new Set(parseParameters(parameters)),
  }
}

/** Names in what `esorex --params RECIPE` prints: first its own, then under another heading those of the recipe. */
export function parseParameters(output: string): string[] {
  const [, ofRecipe = ''] = output.split(/^Recipe Parameters *:.*$/m)
  return [...ofRecipe.matchAll(/^ {2}([A-Za-z][\w.-]*) *:/gm)].map(([, name = '']) => name)
}
