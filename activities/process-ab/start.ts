import { startRecipe as recordStart } from '../../database/recipe-starts.ts'
import type { NotStarted } from '../../domain/attempt.ts'
import { isOpen } from '../../domain/night-window.ts'
import { ensureRecipe } from '../../pipeline/find-pipeline.ts'
import { prepareRecipe, startRecipe } from '../../pipeline/run-recipe.ts'
import type { InputFile } from '../input-list.ts'
import { type Block, recipeFolder } from './block.ts'

export type Started =
  | { readonly started: true; readonly startId: number }
  | { readonly started: false; readonly reason: NotStarted; readonly detail: string }

/**
 * Waits for nothing: the caller has a core. The start is committed first and the recipe begins after it, so that a hold which is
 * committed before is always seen; what dies in between is a start without an end.
 */
export async function start(block: Block, inputs: readonly InputFile[]): Promise<Started> {
  const { host, run, registered, pipeline, instrument } = block
  const { ab } = registered
  ensureRecipe(pipeline, ab.recipe)
  await prepareRecipe({
    folder: recipeFolder(block),
    pipeline,
    recipe: ab.recipe,
    parameters: ab.recipeParameters,
    frames: inputs.map(({ path, category }) => ({ path, tag: category })),
    limits: instrument.limits,
    nice: host.niceness,
  })
  const result = await recordStart(host.database, {
    runNumber: run.runNumber,
    abName: registered.abName,
    generation: registered.generation,
    version: registered.version,
    folder: recipeFolder(block),
    place: {
      instrument: run.instrument,
      date: run.date,
      orderId: run.orderId,
      host: host.name,
      archives: host.archives,
    },
    windowIsOpen: host.window === null || isOpen(host.window, new Date()),
  })
  if (!result.started) return { started: false, reason: result.decision.reason, detail: result.decision.detail }
  await startRecipe(recipeFolder(block))
  return { started: true, startId: result.startId }
}
