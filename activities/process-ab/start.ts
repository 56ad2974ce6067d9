import { keepInstrumentFile } from '../../database/instrument-files.ts'
import { startRecipe as recordStart } from '../../database/recipe-starts.ts'
import type { NotStarted } from '../../domain/attempt.ts'
import type { Mode } from '../../domain/instrument.ts'
import { mayStartAt } from '../../domain/order.ts'
import { recipeParameters } from '../../domain/recipe-parameters.ts'
import { ensureRecipe } from '../../pipeline/find-pipeline.ts'
import { prepareRecipe, type ReadyLauncher, readyLauncher, startRecipe } from '../../pipeline/run-recipe.ts'
import type { InputFile } from '../input-list.ts'
import { type Block, recipeFolder } from './block.ts'

export type Started =
  | { readonly started: true; readonly startId: number }
  | { readonly started: false; readonly reason: NotStarted; readonly detail: string }

export interface Ready {
  readonly inputs: readonly InputFile[]
  /** The mode that the raw's header shows. */
  readonly mode: Mode
}

export interface Prepared {
  /** To be dismissed by whoever does not start with it. */
  readonly launcher: ReadyLauncher
  readonly parameters: readonly string[]
  /** Hash of the instrument file, which is on record. */
  readonly instrumentFile: string
}

/** Writes all that the recipe needs and gets a launcher ready, so that a core that becomes free is not kept waiting. May be repeated. */
export async function prepare(block: Block, { inputs, mode }: Ready): Promise<Prepared> {
  const { host, registered, pipeline, instrument } = block
  const { ab } = registered
  ensureRecipe(pipeline, ab.recipe)
  const parameters = recipeParameters(mode, ab)
  await prepareRecipe({
    folder: recipeFolder(block),
    pipeline,
    recipe: ab.recipe,
    parameters,
    frames: inputs.map(({ path, category }) => ({ path, tag: category })),
    limits: instrument.limits,
    nice: host.niceness,
  })
  const instrumentFile = await keepInstrumentFile(host.database, instrument)
  return { launcher: readyLauncher(recipeFolder(block)), parameters, instrumentFile }
}

/**
 * Waits for nothing: the caller has a core. The start is committed first and the recipe begins after it, so that a hold which is
 * committed before is always seen; what dies in between is a start without an end.
 */
export async function start(block: Block, { launcher, ...configuration }: Prepared): Promise<Started> {
  const { host, run, registered } = block
  const result = await recordStart(host.database, {
    runNumber: run.runNumber,
    abName: registered.abName,
    generation: registered.generation,
    version: registered.version,
    folder: recipeFolder(block),
    configuration,
    place: {
      instrument: run.instrument,
      date: run.date,
      orderId: run.orderId,
      kind: run.kind,
      host: host.name,
      archives: host.archives,
    },
    windowIsOpen: mayStartAt(run, host, new Date()),
  })
  if (!result.started) return { started: false, reason: result.decision.reason, detail: result.decision.detail }
  await startRecipe(recipeFolder(block), launcher)
  return { started: true, startId: result.startId }
}
