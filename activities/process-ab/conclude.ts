import { closeStart } from '../../database/recipe-starts.ts'
import { type AttemptRecord, type Outcome, recordAttempt } from '../../database/attempts.ts'
import type { NewIdp } from '../../database/idps.ts'
import { OutcomeError } from '../../domain/failure.ts'
import { classifyRecipeEnd } from '../../domain/recipe-end.ts'
import { readHeaders } from '../../fits/file.ts'
import { formatCard } from '../../fits/card.ts'
import { FitsError } from '../../fits/fits-error.ts'
import { firstError, warnings } from '../../pipeline/log-findings.ts'
import { listProducts } from '../../pipeline/products.ts'
import { readErrorOutput, readLog } from '../../pipeline/read-log.ts'
import type { RecipeStatus } from '../../pipeline/run-recipe.ts'
import { formatSetOfFrames } from '../../pipeline/set-of-frames.ts'
import { type InputFile, readInputList } from '../input-list.ts'
import { type Block, inputListPath, recipeFolder } from './block.ts'
import { makeIdps } from './make-idps.ts'
import { qc1Values } from './qc1-values.ts'

export type Conclusion = Outcome['outcome'] | 'start again' | 'not attempted'

/** From the exit status to the record: outcome, log, QC1, IDPs. After it returns an outcome, nothing in the folder is needed any more. */
export async function conclude(block: Block, startId: number, status: RecipeStatus): Promise<Conclusion> {
  const folder = recipeFolder(block)
  const log = readLog(folder).text
  const found = firstError(log, readErrorOutput(folder))
  const end =
    status.startError === null ? classifyRecipeEnd({ ...status, firstError: found }) : notStarted(status.startError)
  const closing = { startId, log: log === '' ? null : log }
  if (end.class === 'not attempted') {
    await closeStart(block.host.database, {
      ...closing,
      endedAs: 'not attempted',
      detail: 'recipe killed by us on request',
    })
    return 'not attempted'
  }
  if (end.class === 'infrastructure') {
    await closeStart(block.host.database, { ...closing, endedAs: 'without end', detail: end.cause })
    return 'start again'
  }
  const inputs = await readInputList(inputListPath(block))
  const result =
    end.class === 'success' ? await productsOf(block) : { outcome: failed(end.kind, end.cause), qc1: [], idps: [] }
  return recordAttempt(block.host.database, {
    ...describe(block, inputs),
    startId,
    outcome: result.outcome,
    recipeRun: {
      ...status,
      startedAt: new Date(status.startedAt),
      endedAt: new Date(status.endedAt),
    },
    warnings: warnings(log).count,
    texts: {
      log,
      'raw header': await rawHeaders(inputs),
      'set of frames': formatSetOfFrames(inputs.map(({ path, category }) => ({ path, tag: category }))),
    },
    qc1: result.qc1,
    idps: result.idps,
  })
}

/** A block whose input contradicts it, or that was interrupted twice: an answer without a recipe. */
export async function recordWithoutRecipe(block: Block, outcome: Outcome): Promise<Outcome['outcome']> {
  return recordAttempt(block.host.database, {
    ...describe(block, []),
    startId: null,
    outcome,
    recipeRun: null,
    warnings: null,
    texts: {},
    qc1: [],
    idps: [],
  })
}

interface Results {
  readonly outcome: Outcome
  readonly qc1: AttemptRecord['qc1']
  readonly idps: readonly NewIdp[]
}

/** Exit code 0 is not success: the products say whether it was. */
async function productsOf(block: Block): Promise<Results> {
  try {
    const products = listProducts(recipeFolder(block))
    const idps = await makeIdps(block, products)
    return { outcome: { outcome: 'processed' }, qc1: await qc1Values(products), idps }
  } catch (error) {
    if (error instanceof OutcomeError) return { outcome: failed(error.kind, error.message), qc1: [], idps: [] }
    if (error instanceof FitsError) return { outcome: failed('product', error.message), qc1: [], idps: [] }
    throw error
  }
}

function describe({ host, run, registered, pipeline }: Block, inputs: readonly InputFile[]) {
  return {
    instrument: run.instrument,
    date: run.date,
    abName: registered.abName,
    generation: registered.generation,
    version: registered.version,
    runNumber: run.runNumber,
    host: host.name,
    recipe: registered.ab.recipe,
    pipelineVersion: `${pipeline.name}/${pipeline.version}`,
    inputs,
  }
}

async function rawHeaders(inputs: readonly InputFile[]): Promise<string> {
  const texts = inputs
    .filter(({ kind }) => kind === 'raw')
    .map(async ({ path }) =>
      (await readHeaders(path))
        .flatMap(({ header }) => header.cards.map((card) => formatCard(card).trimEnd()))
        .join('\n'),
    )
  return (await Promise.all(texts)).join('\n\n')
}

function failed(kind: OutcomeError['kind'], cause: string): Outcome {
  return { outcome: 'failed', kind, cause }
}

function notStarted(cause: string): { readonly class: 'infrastructure'; readonly cause: string } {
  return { class: 'infrastructure', cause: `the recipe could not be started: ${cause}` }
}
