import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cancelRecipe, recipeState } from '../pipeline/run-recipe.ts'

/**
 * Ends the recipes on this host whose worker is no more (it was killed, so that they went on without it). They count as not attempted.
 * Returns their blocks.
 */
export async function endLeftRecipes(scratchDir: string): Promise<readonly string[]> {
  const running = recipeFolders(scratchDir).filter(({ folder }) => recipeState(folder).state === 'running')
  await Promise.all(running.map(({ folder }) => cancelRecipe(folder)))
  return running.map(({ abName }) => abName)
}

/** `<scratch>/<instrument>/<date>/run-<number>/ab/<name>/recipe` (activities/scratch.ts). */
function recipeFolders(scratchDir: string): { abName: string; folder: string }[] {
  return below(scratchDir)
    .flatMap(below)
    .flatMap(below)
    .flatMap((run) =>
      foldersIn(join(run, 'ab')).map((abName) => ({ abName, folder: join(run, 'ab', abName, 'recipe') })),
    )
}

function below(folder: string): string[] {
  return foldersIn(folder).map((name) => join(folder, name))
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
