import { sql, type Transaction } from 'kysely'
import type { AssociationBlock } from '../domain/association-block.ts'
import type { LeftOut } from '../domain/certification.ts'
import { dpId } from '../domain/file-name.ts'
import { type ChangedLine, lineDifference } from '../domain/line-difference.ts'
import {
  isSameReason,
  isWithdrawnWhenGone,
  type KnownBlock,
  type RegisteredAs,
  type RegistrationStep,
  registrationStep,
} from '../domain/registration.ts'
import { releaseMoment } from '../domain/release-date.ts'
import { inBatches } from './batches.ts'
import type { Database } from './connect.ts'
import { writeEvent } from './events.ts'
import { knownBlocks, newestContents } from './registered-blocks.ts'
import type { Schema } from './schema.ts'

/** One block as it lies in the directory; `ab` is null when its text is malformed. */
export interface BlockToRegister {
  readonly name: string
  readonly content: string
  readonly sha256: string
  readonly ab: AssociationBlock | null
  readonly leftOut: LeftOut | null
}

export interface Registration {
  readonly instrument: string
  readonly date: string
  readonly abDir: string
  readonly blocks: readonly BlockToRegister[]
  /** Blocks that lie in the directory, though nobody could read them: they are not withdrawn. */
  readonly unreadable?: readonly string[]
  readonly registeredBy?: string
}

export interface RegisteredBlock {
  readonly name: string
  readonly as: RegisteredAs
  readonly detail: string
  /** Of a changed block: the lines that differ from the content before; null when nearly all do. */
  readonly difference?: readonly ChangedLine[] | null
}

const GONE = 'gone from the AB directory before its attempt'

/**
 * Registers the blocks of one date in one transaction. Doing it again changes nothing. A block with other content becomes a new
 * version, which counts until its attempt; a block gone from the directory and not attempted is withdrawn.
 */
export async function registerDate(
  database: Database,
  registration: Registration,
): Promise<readonly RegisteredBlock[]> {
  const { instrument, date, abDir, blocks } = registration
  return database.transaction().execute(async (transaction) => {
    // The row of the date, written or locked here, serialises registrations of it.
    await transaction
      .insertInto('sciproc_date')
      .values({ instrument, date, ab_dir: abDir })
      .onConflict((conflict) => conflict.columns(['instrument', 'date']).doUpdateSet({ ab_dir: abDir }))
      .execute()
    const known = await knownBlocks(
      transaction,
      instrument,
      date,
      blocks.map(({ name }) => name),
    )
    const steps = blocks.map((block): BlockStep => {
      const before = known.get(block.name)
      return { block, known: before, step: registrationStep(block, date, before) }
    })
    const results = await describe(transaction, instrument, steps)
    await writeBlocks(transaction, instrument, date, steps)
    await writeVersions(transaction, instrument, steps)
    await takeReleaseDates(transaction, instrument, steps)
    const gone = await withdrawMissing(transaction, registration, known)
    const all = [...results, ...gone]
    await tell(transaction, registration, all)
    return all
  })
}

interface BlockStep {
  readonly block: BlockToRegister
  readonly known: KnownBlock | undefined
  readonly step: RegistrationStep
}

async function describe(
  transaction: Transaction<Schema>,
  instrument: string,
  steps: readonly BlockStep[],
): Promise<RegisteredBlock[]> {
  const changed = steps.filter(({ known, step }) => known !== undefined && step.addsVersion)
  const before = await newestContents(
    transaction,
    instrument,
    changed.map(({ block }) => block.name),
  )
  return steps.map(({ block, known, step }) => {
    const result = { name: block.name, as: step.as, detail: detailOf(block, known, step) }
    const older = before.get(block.name)
    return older === undefined ? result : { ...result, difference: lineDifference(older, storable(block.content)) }
  })
}

function detailOf({ sha256, leftOut }: BlockToRegister, known: KnownBlock | undefined, step: RegistrationStep): string {
  if (step.as === 'registered under another date') return `registered under ${known?.date ?? ''}`
  if (step.counts || known === undefined || step.version === known.version) return leftOut?.text ?? ''
  if (sha256 === known.sha256) return `version ${step.version} is again as that of the attempt`
  return leftOut === null
    ? `version ${step.version} waits for a re-processing order`
    : `version ${step.version} could not be processed: ${leftOut.text}`
}

async function writeBlocks(
  transaction: Transaction<Schema>,
  instrument: string,
  date: string,
  steps: readonly BlockStep[],
): Promise<void> {
  const rows = steps
    .filter(({ step }) => step.counts)
    .map(({ block: { name, ab, leftOut }, step }) => ({
      instrument,
      ab_name: name,
      date,
      version: step.version,
      state: leftOut === null ? ('pending' as const) : ('left out' as const),
      left_out_code: leftOut?.code ?? null,
      cause: leftOut?.text ?? null,
      raw_type: ab?.rawType ?? null,
      mjd_obs: ab?.mjdObs ?? null,
      program_id: ab?.programId ?? null,
      release_date: releaseDateOf(ab),
      changed_at: new Date(),
    }))
  await inBatches(rows, (batch) =>
    transaction
      .insertInto('sciproc_ab')
      .values(batch)
      .onConflict((conflict) =>
        conflict.columns(['instrument', 'ab_name']).doUpdateSet((row) => ({
          date: row.ref('excluded.date'),
          version: row.ref('excluded.version'),
          state: row.ref('excluded.state'),
          left_out_code: row.ref('excluded.left_out_code'),
          cause: row.ref('excluded.cause'),
          raw_type: row.ref('excluded.raw_type'),
          mjd_obs: row.ref('excluded.mjd_obs'),
          program_id: row.ref('excluded.program_id'),
          release_date: row.ref('excluded.release_date'),
          changed_at: row.ref('excluded.changed_at'),
        })),
      )
      .execute(),
  )
}

/** New contents with their files, and known ones that are judged otherwise than before. */
async function writeVersions(
  transaction: Transaction<Schema>,
  instrument: string,
  steps: readonly BlockStep[],
): Promise<void> {
  const touched = steps.filter(
    ({ block, known, step }) =>
      step.as !== 'registered under another date' &&
      (step.addsVersion || !isSameReason(known?.newest.leftOut ?? null, block.leftOut)),
  )
  await inBatches(touched, (batch) =>
    transaction
      .insertInto('ab_version')
      .values(
        batch.map(({ block, step }) => ({
          instrument,
          ab_name: block.name,
          version: step.version,
          sha256: block.sha256,
          content: storable(block.content),
          parsed: block.ab === null ? null : JSON.stringify(block.ab),
          left_out_code: block.leftOut?.code ?? null,
          left_out_text: block.leftOut?.text ?? null,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['instrument', 'ab_name', 'version']).doUpdateSet((row) => ({
          left_out_code: row.ref('excluded.left_out_code'),
          left_out_text: row.ref('excluded.left_out_text'),
        })),
      )
      .execute(),
  )
  const added = touched.filter(({ step }) => step.addsVersion)
  const keyOf = ({ block, step }: BlockStep) => ({ instrument, ab_name: block.name, version: step.version })
  const raws = added.flatMap((each) =>
    (each.block.ab?.rawFiles ?? []).map(({ fileName, tag }) => {
      return { ...keyOf(each), file_name: fileName, dp_id: dpId(fileName), tag }
    }),
  )
  await inBatches(raws, (batch) => transaction.insertInto('ab_raw').values(batch).execute())
  const calibrations = added.flatMap((each) =>
    (each.block.ab?.calibrations ?? []).map(({ fileName, category, flag, distanceDays }) => {
      return { ...keyOf(each), file_name: fileName, category, flag, distance_days: distanceDays }
    }),
  )
  await inBatches(calibrations, (batch) => transaction.insertInto('ab_calibration').values(batch).execute())
}

/** A proprietary period that was prolonged or ended counts for what is in the archive already. */
async function takeReleaseDates(
  transaction: Transaction<Schema>,
  instrument: string,
  steps: readonly BlockStep[],
): Promise<void> {
  const dated = steps.flatMap(({ block: { name, ab }, step }) =>
    step.as === 'changed after its attempt' && ab !== null ? [{ name, releaseDate: releaseDateOf(ab) }] : [],
  )
  if (dated.length === 0) return
  await sql`
    update sciproc_ab a set release_date = d.release_date
    from unnest(${dated.map(({ name }) => name)}::text[], ${dated.map(({ releaseDate }) => releaseDate)}::timestamptz[])
      as d (ab_name, release_date)
    where a.instrument = ${instrument} and a.ab_name = d.ab_name`.execute(transaction)
}

async function withdrawMissing(
  transaction: Transaction<Schema>,
  { instrument, date, blocks, unreadable = [] }: Registration,
  known: ReadonlyMap<string, KnownBlock>,
): Promise<readonly RegisteredBlock[]> {
  const present = new Set([...blocks.map(({ name }) => name), ...unreadable])
  const gone = [...known]
    .filter(([name, block]) => block.date === date && !present.has(name) && isWithdrawnWhenGone(block))
    .map(([name]) => name)
  if (gone.length === 0) return []
  await transaction
    .updateTable('sciproc_ab')
    .set({ state: 'withdrawn', left_out_code: null, cause: GONE, changed_at: new Date() })
    .where('instrument', '=', instrument)
    .where(sql<boolean>`ab_name = any(${gone})`)
    .execute()
  return gone.map((name) => ({ name, as: 'withdrawn', detail: GONE }))
}

/** One line for the date, and one for every block that was something else before. */
async function tell(
  transaction: Transaction<Schema>,
  { instrument, date, blocks, registeredBy }: Registration,
  results: readonly RegisteredBlock[],
): Promise<void> {
  const changed = results.filter(({ as }) => as !== 'unchanged')
  await transaction
    .updateTable('sciproc_date')
    .set({ abs: blocks.length, ...(changed.length > 0 ? { changed_at: new Date() } : {}) })
    .where('instrument', '=', instrument)
    .where('date', '=', date)
    .execute()
  if (changed.length === 0) return
  const who = registeredBy === undefined ? {} : { who: registeredBy }
  await writeEvent(transaction, {
    instrument,
    date,
    kind: 'registered',
    message: `${blocks.length} ABs, ${changed.length} new or changed`,
    ...who,
  })
  const told = changed.filter(({ as }) => as !== 'new' && as !== 'registered under another date')
  await inBatches(told, (batch) =>
    transaction
      .insertInto('event')
      .values(
        batch.map(({ name, as, detail }) => {
          return { instrument, date, ab_name: name, kind: `AB ${as}`, message: detail, ...who }
        }),
      )
      .execute(),
  )
}

function releaseDateOf(ab: AssociationBlock | null): Date | null {
  return ab === null || ab.releaseDate === null ? null : releaseMoment(ab.releaseDate)
}

/** PostgreSQL keeps no NUL in a text; such a block is malformed and shown, not lost. */
function storable(content: string): string {
  return content.replaceAll('\0', '\u{fffd}')
}
