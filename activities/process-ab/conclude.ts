import { closeStart } from '../../database/recipe-starts.ts'
import { type AttemptRecord, type Outcome, recordAttempt } from '../../database/attempts.ts'
import type { NewIdp } from '../../database/idps.ts'
import { modesOf } from '../../domain/certification.ts'
import { OutcomeError } from '../../domain/failure.ts'
import { classifyRecipeEnd } from '../../domain/recipe-end.ts'
import type { Mode } from '../../domain/instrument.ts'
import { associationScores, type Score } from '../../domain/scores.ts'
import { FitsError } from '../../fits/fits-error.ts'
import { checkProducts } from '../../pipeline/check-products.ts'
import { checkRaw } from '../../pipeline/check-raw.ts'
import { firstError, warnings } from '../../pipeline/log-findings.ts'
import { listProducts } from '../../pipeline/products.ts'
import { readErrorOutput, readLog } from '../../pipeline/read-log.ts'
import type { RecipeStatus } from '../../pipeline/run-recipe.ts'
import { formatSetOfFrames } from '../../pipeline/set-of-frames.ts'
import { type InputFile, readInputList } from '../input-list.ts'
import { shelveProducts } from '../trial-products.ts'
import { type Block, inputListPath, recipeFolder } from './block.ts'
import { makeIdps } from './make-idps.ts'
import { qc1Values } from './qc1-values.ts'
import { type RawFacts, rawFacts, settingOf, targetOf, templateOrSetting } from './raw-facts.ts'
import { scoreProducts } from './score-products.ts'

export type Conclusion = Outcome['outcome'] | 'start again' | 'not attempted'

/** From the exit status to the record: outcome, log, scores, QC1, IDPs. After it returns an outcome, nothing in the folder is needed any more. */
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
  const raw = await rawFacts(inputs)
  const mode = certifiedMode(block)
  const setting = mode === undefined ? null : settingOf(raw.header, mode)
  const unusual = warnings(log)
  const result =
    end.class === 'success'
      ? await productsOf(block, { inputs, raw, setting: setting ?? '', log, endedAt: new Date(status.endedAt) })
      : failed(end.kind, end.cause)
  return recordAttempt(block.host.database, {
    ...describe(block, inputs),
    startId,
    outcome: result.outcome,
    recipeRun: {
      ...status,
      startedAt: new Date(status.startedAt),
      endedAt: new Date(status.endedAt),
    },
    warnings: unusual.count,
    setting,
    target: targetOf(raw.header),
    exposureSeconds: raw.header.number('EXPTIME') ?? null,
    templateOrSetting: templateOrSetting(raw.header, block.registered.ab),
    texts: {
      log,
      'raw header': raw.text,
      'set of frames': formatSetOfFrames(inputs.map(({ path, category }) => ({ path, tag: category }))),
      ...(unusual.count === 0 ? {} : { warnings: unusual.lines.join('\n') }),
    },
    qc1: result.qc1,
    scores: [...association(block), ...result.scores],
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
    setting: null,
    target: null,
    exposureSeconds: null,
    templateOrSetting: templateOrSetting(null, block.registered.ab),
    texts: {},
    qc1: [],
    scores: association(block),
    idps: [],
  })
}

interface Results {
  readonly outcome: Outcome
  readonly qc1: AttemptRecord['qc1']
  readonly scores: readonly Score[]
  readonly idps: readonly NewIdp[]
}

interface Finished {
  readonly inputs: readonly InputFile[]
  readonly raw: RawFacts
  readonly setting: string
  readonly log: string
  /** End of the recipe: DATE of its IDPs, so that making them twice gives the same bytes. */
  readonly endedAt: Date
}

/** Exit code 0 is not success: the products say whether it was. */
async function productsOf(block: Block, { inputs, raw, setting, log, endedAt }: Finished): Promise<Results> {
  // Products that are sound keep their numbers, even if their IDP breaks a rule.
  let measured: Pick<Results, 'qc1' | 'scores'> = { qc1: [], scores: [] }
  try {
    const { ab } = block.registered
    const mode = checkRaw(raw.header, ab, modesOf(block.instrument, ab.rawType))
    const products = listProducts(recipeFolder(block))
    const { count, lines } = warnings(log, Number.POSITIVE_INFINITY)
    const facts = await checkProducts({ products, mode, raw: raw.header, given: inputs, warnings: lines })
    const qc1 = await qc1Values(
      products,
      mode.raw.chips.map(({ name }) => name),
      block.instrument.qc1Units,
    )
    const scores = await scoreProducts(block, { mode, rawPath: raw.path, setting, facts, qc1, warnings: count })
    measured = { qc1, scores }
    const made = await makeIdps(block, mode, products, inputs, endedAt)
    const idps = block.run.trial ? await shelveProducts(block.host, made) : made
    return { outcome: { outcome: 'processed' }, ...measured, idps }
  } catch (error) {
    if (error instanceof OutcomeError) return { ...failed(error.kind, error.message), ...measured }
    if (error instanceof FitsError) return { ...failed('product', error.message), ...measured }
    throw error
  }
}

function association(block: Block): Score[] {
  const mode = certifiedMode(block)
  return mode === undefined ? [] : associationScores(block.registered.ab, mode, block.instrument.calibrations)
}

function certifiedMode({ registered, instrument }: Block): Mode | undefined {
  return modesOf(instrument, registered.ab.rawType).find(({ certified }) => certified)
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

function failed(kind: OutcomeError['kind'], cause: string): Results {
  return { outcome: { outcome: 'failed', kind, cause }, qc1: [], scores: [], idps: [] }
}

function notStarted(cause: string): { readonly class: 'infrastructure'; readonly cause: string } {
  return { class: 'infrastructure', cause: `the recipe could not be started: ${cause}` }
}
