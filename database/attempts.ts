import { gunzip as gunzipCallback, gzip as gzipCallback } from 'node:zlib'
import { promisify } from 'node:util'
import type { Insertable, Transaction } from 'kysely'
import { type FailureKind, InfrastructureError } from '../domain/failure.ts'
import type { Score } from '../domain/scores.ts'
import { commonCause } from '../domain/systematic-failure.ts'
import { isTrial } from '../domain/trial.ts'
import { inBatches } from './batches.ts'
import type { Database } from './connect.ts'
import { writeEvent } from './events.ts'
import { holdFence } from './fence.ts'
import { lockHolds } from './holds.ts'
import { insertPendingIdps, type NewIdp } from './idps.ts'
import { setAbState } from './recipe-starts.ts'
import type { Schema } from './schema.ts'
import { insertScores } from './scores.ts'
import { insertTrialProducts } from './trials.ts'
import { judgeFailure } from './systematic-failures.ts'

const gzip = promisify(gzipCallback)
const gunzip = promisify(gunzipCallback)

export type Outcome =
  | { readonly outcome: 'processed' }
  | { readonly outcome: 'failed'; readonly kind: FailureKind; readonly cause: string }
  | { readonly outcome: 'interrupted'; readonly cause: string }

/** Everything that stays of one attempt once its folder is gone. */
export interface AttemptRecord {
  readonly instrument: string
  readonly date: string
  readonly abName: string
  readonly generation: number
  readonly version: number
  readonly runNumber: number
  readonly startId: number | null
  readonly outcome: Outcome
  readonly host: string
  readonly recipe: string
  readonly pipelineVersion: string
  /** What the recipe used; null when it never ran. */
  readonly recipeRun: RecipeRun | null
  readonly warnings: number | null
  /** Values of the keywords that name the raw's setting; null when the raw was never read. */
  readonly setting: string | null
  /** What a person knows the exposure by, of the raw's header; null when it was never read. */
  readonly target: string | null
  readonly exposureSeconds: number | null
  /** The template by which the exposure was taken; what the block says of its setting where the template is not known. */
  readonly templateOrSetting: string
  readonly inputs: readonly AttemptInput[]
  readonly texts: Readonly<Partial<Record<AttemptTextKind, string>>>
  readonly qc1: readonly Qc1Value[]
  readonly scores: readonly Score[]
  readonly idps: readonly NewIdp[]
}

export interface RecipeRun {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly startedAt: Date
  readonly endedAt: Date
  readonly wallSeconds: number
  // Null when the launcher had to be killed, so that nobody measured.
  readonly cpuSeconds: number | null
  readonly peakRssBytes: number | null
  readonly bytesRead: number | null
  readonly bytesWritten: number | null
}

export interface AttemptInput {
  readonly fileName: string
  readonly kind: 'raw' | 'mcalib' | 'gencalib'
  readonly category: string
  readonly bytes: number
  readonly sha256: string
}

export type AttemptTextKind = 'log' | 'raw header' | 'set of frames' | 'warnings'

export interface Qc1Value {
  readonly name: string
  /** PRO CATG of the product that carries it. */
  readonly category: string
  /** Where the frame has several. */
  readonly chip: string | null
  readonly orderNumber: number | null
  readonly value: number | null
  readonly text: string | null
  readonly unit: string | null
}

/**
 * Commits the answer of one generation: outcome, resources, inputs, log, raw header, QC1, scores, pending IDPs and the block's state, all or
 * nothing; and with a failure that is one too many, the hold that follows from it. When an answer is on record already, nothing is written and that one is returned: it counts for good.
 *
 * @throws StaleRunError when the run is no longer open
 * @throws InfrastructureError when another start of the block is open: its recipe may be running, and its answer is the one to wait for
 */
export async function recordAttempt(database: Database, record: AttemptRecord): Promise<Outcome['outcome']> {
  const texts = await Promise.all(
    Object.entries(record.texts).map(async ([kind, text]) => ({
      kind: attemptTextKind(kind),
      content: await gzip(Buffer.from(text)),
    })),
  )
  return database.transaction().execute(async (transaction) => {
    const counts = record.outcome.outcome !== 'processed' && record.generation > 0
    if (counts) await lockHolds(transaction)
    await holdFence(transaction, record.runNumber)
    await refuseOtherStart(transaction, record)
    const inserted = await transaction
      .insertInto('attempt')
      .values(attemptRow(record))
      .onConflict((conflict) => conflict.doNothing())
      .returning('outcome')
      .executeTakeFirst()
    if (inserted === undefined) return (await attemptOf(transaction, record)).outcome
    await insertDetails(transaction, record, texts)
    if (record.startId !== null) {
      await transaction
        .updateTable('recipe_start')
        .set({ ended_at: new Date(), ended_as: 'ended' })
        .where('start_id', '=', record.startId)
        .where('ended_at', 'is', null)
        .execute()
    }
    const { outcome } = record.outcome
    const cause = record.outcome.outcome === 'processed' ? null : record.outcome.cause
    if (!isTrial(record.generation)) await setAbState(transaction, record.instrument, record.abName, outcome, cause)
    await writeEvent(transaction, {
      instrument: record.instrument,
      date: record.date,
      runNumber: record.runNumber,
      abName: record.abName,
      kind: isTrial(record.generation) ? `${outcome} in a trial` : outcome,
      message: cause ?? '',
    })
    if (counts) await judgeFailure(transaction, { ...record, cause: cause ?? '' })
    return outcome
  })
}

/** Log, raw header or set of frames of an attempt as text; null when there is none. */
export async function attemptText(
  database: Database,
  key: { instrument: string; abName: string; generation: number },
  kind: AttemptTextKind,
): Promise<string | null> {
  const row = await database
    .selectFrom('attempt_text')
    .select('content')
    .where('instrument', '=', key.instrument)
    .where('ab_name', '=', key.abName)
    .where('generation', '=', key.generation)
    .where('kind', '=', kind)
    .executeTakeFirst()
  return row === undefined ? null : (await gunzip(row.content)).toString()
}

/** Takes the block's row, as a start does: an end and a start of one block never pass each other unseen. */
async function refuseOtherStart(transaction: Transaction<Schema>, record: AttemptRecord): Promise<void> {
  const { instrument, abName } = record
  const { version } = await transaction
    .selectFrom('sciproc_ab')
    .select('version')
    .where('instrument', '=', instrument)
    .where('ab_name', '=', abName)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const open = await transaction
    .selectFrom('recipe_start')
    .select('start_id')
    .where('instrument', '=', instrument)
    .where('ab_name', '=', abName)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  if (open !== undefined && open.start_id !== record.startId) {
    throw new InfrastructureError(`${abName}: start ${open.start_id} is open, its answer comes first`)
  }
  if (record.startId === null && version !== record.version) {
    throw new InfrastructureError(`${abName} has been registered with other content: that counts now`)
  }
}

async function attemptOf(
  transaction: Transaction<Schema>,
  record: AttemptRecord,
): Promise<{ outcome: Outcome['outcome'] }> {
  return transaction
    .selectFrom('attempt')
    .select('outcome')
    .where('instrument', '=', record.instrument)
    .where('ab_name', '=', record.abName)
    .where('generation', '=', record.generation)
    .executeTakeFirstOrThrow()
}

function attemptRow(record: AttemptRecord): Insertable<Schema['attempt']> {
  const { outcome, recipeRun } = record
  return {
    instrument: record.instrument,
    ab_name: record.abName,
    generation: record.generation,
    version: record.version,
    run_number: record.runNumber,
    start_id: record.startId,
    outcome: outcome.outcome,
    failure_kind: outcome.outcome === 'failed' ? outcome.kind : null,
    cause: outcome.outcome === 'processed' ? null : outcome.cause,
    host: record.host,
    recipe: record.recipe,
    pipeline_version: record.pipelineVersion,
    exit_code: recipeRun?.exitCode ?? null,
    signal: recipeRun?.signal ?? null,
    wall_seconds: recipeRun?.wallSeconds ?? null,
    cpu_seconds: recipeRun?.cpuSeconds ?? null,
    peak_rss_bytes: recipeRun?.peakRssBytes ?? null,
    bytes_read: recipeRun?.bytesRead ?? null,
    bytes_written: recipeRun?.bytesWritten ?? null,
    warnings: record.warnings,
    setting: record.setting,
    target: record.target,
    exposure_seconds: record.exposureSeconds,
    common_cause: commonCauseOf(outcome),
    template_or_setting: record.templateOrSetting,
    recipe_started_at: recipeRun?.startedAt ?? null,
  }
}

function commonCauseOf(outcome: Outcome): string | null {
  if (outcome.outcome === 'processed') return null
  return commonCause(outcome.outcome === 'failed' ? outcome.kind : 'interrupted', outcome.cause)
}

async function insertDetails(
  transaction: Transaction<Schema>,
  record: AttemptRecord,
  texts: readonly { kind: AttemptTextKind; content: Buffer }[],
): Promise<void> {
  const key = { instrument: record.instrument, ab_name: record.abName, generation: record.generation }
  if (record.inputs.length > 0) {
    await transaction
      .insertInto('attempt_input')
      .values(
        record.inputs.map(({ fileName, kind, category, bytes, sha256 }) => ({
          ...key,
          file_name: fileName,
          kind,
          category,
          bytes,
          sha256,
        })),
      )
      .execute()
  }
  if (texts.length > 0) {
    await transaction
      .insertInto('attempt_text')
      .values(texts.map((text) => ({ ...key, ...text })))
      .execute()
  }
  await inBatches(record.qc1, (batch) =>
    transaction
      .insertInto('qc1')
      .values(
        batch.map(({ name, category, chip, orderNumber, value, text, unit }) => ({
          ...key,
          name,
          category,
          chip,
          order_number: orderNumber,
          value,
          text_value: text,
          unit,
        })),
      )
      .execute(),
  )
  await insertScores(transaction, key, record.scores)
  const made = { ...key, run_number: record.runNumber, host: record.host }
  if (isTrial(record.generation)) await insertTrialProducts(transaction, made, record.idps)
  else await insertPendingIdps(transaction, made, record.idps)
}

function attemptTextKind(kind: string): AttemptTextKind {
  if (kind === 'log' || kind === 'raw header' || kind === 'set of frames' || kind === 'warnings') return kind
  throw new Error(`unknown kind of attempt text: ${kind}`)
}
