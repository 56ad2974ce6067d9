import type { Transaction } from 'kysely'
import type { AbState } from '../domain/ab-state.ts'
import type { AssociationBlock } from '../domain/association-block.ts'
import type { LeftOut } from '../domain/certification.ts'
import { dpId } from '../domain/file-name.ts'
import { releaseMoment } from '../domain/release-date.ts'
import type { Database } from './connect.ts'
import { writeEvent } from './events.ts'
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
}

export type RegisteredAs =
  | 'new'
  | 'unchanged'
  | 'changed'
  | 'changed after its attempt'
  | 'withdrawn'
  | 'registered under another date'

export interface RegisteredBlock {
  readonly name: string
  readonly as: RegisteredAs
  readonly detail: string
}

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
    await transaction
      .insertInto('sciproc_date')
      .values({ instrument, date, ab_dir: abDir })
      .onConflict((conflict) => conflict.columns(['instrument', 'date']).doUpdateSet({ ab_dir: abDir }))
      .execute()
    // The row of the date serialises registrations of it.
    await transaction
      .selectFrom('sciproc_date')
      .select('date')
      .where('instrument', '=', instrument)
      .where('date', '=', date)
      .forUpdate()
      .execute()
    const known = await knownBlocks(transaction, registration)
    const results: RegisteredBlock[] = []
    for (const block of blocks) {
      results.push(await registerBlock(transaction, registration, block, known.get(block.name)))
    }
    results.push(...(await withdrawMissing(transaction, registration, known)))
    const changed = results.filter(({ as }) => as !== 'unchanged')
    await transaction
      .updateTable('sciproc_date')
      .set({ abs: blocks.length, ...(changed.length > 0 ? { changed_at: new Date() } : {}) })
      .where('instrument', '=', instrument)
      .where('date', '=', date)
      .execute()
    if (changed.length > 0) {
      await writeEvent(transaction, {
        instrument,
        date,
        kind: 'registered',
        message: `${blocks.length} ABs, ${changed.length} new or changed`,
      })
    }
    return results
  })
}

interface KnownBlock {
  readonly date: string
  readonly version: number
  readonly state: AbState
  readonly leftOutCode: string | null
  readonly cause: string | null
}

async function knownBlocks(
  transaction: Transaction<Schema>,
  { instrument, date, blocks }: Registration,
): Promise<Map<string, KnownBlock>> {
  const names = blocks.map(({ name }) => name)
  const rows = await transaction
    .selectFrom('sciproc_ab as a')
    .select(['a.ab_name', 'a.date', 'a.version', 'a.state', 'a.left_out_code', 'a.cause'])
    .where('a.instrument', '=', instrument)
    .where((where) => where.or([where('a.date', '=', date), where('a.ab_name', 'in', names.length > 0 ? names : [''])]))
    .forUpdate('a')
    .execute()
  return new Map(rows.map((row) => [row.ab_name, { ...row, leftOutCode: row.left_out_code }]))
}

async function registerBlock(
  transaction: Transaction<Schema>,
  registration: Registration,
  block: BlockToRegister,
  known: KnownBlock | undefined,
): Promise<RegisteredBlock> {
  const { instrument, date } = registration
  const { name, leftOut } = block
  if (known !== undefined && known.date !== date) {
    return { name, as: 'registered under another date', detail: `${name} is registered under ${known.date}` }
  }
  const state = leftOut === null ? ('pending' as const) : ('left out' as const)
  const columns = { state, left_out_code: leftOut?.code ?? null, cause: leftOut?.text ?? null, ...descriptionOf(block) }
  if (known === undefined) {
    await transaction
      .insertInto('sciproc_ab')
      .values({ instrument, ab_name: name, date, ...columns })
      .execute()
    await insertVersion(transaction, instrument, block, 1)
    return { name, as: 'new', detail: leftOut?.text ?? '' }
  }
  const newest = await newestVersion(transaction, instrument, name)
  const changed = newest.sha256 !== block.sha256
  const attempted = known.state !== 'pending' && known.state !== 'left out' && known.state !== 'withdrawn'
  const version = changed ? newest.version + 1 : newest.version
  if (changed) await insertVersion(transaction, instrument, block, version)
  if (attempted) {
    // The version of the attempt stays the current one; only an order to re-process takes the new content up.
    const detail = version === known.version ? '' : `version ${version} waits for a re-processing order`
    // A proprietary period that was prolonged or ended counts for what is in the archive already.
    if (changed && block.ab !== null) {
      await transaction
        .updateTable('sciproc_ab')
        .set({ release_date: releaseDateOf(block.ab) })
        .where('instrument', '=', instrument)
        .where('ab_name', '=', name)
        .execute()
    }
    return { name, as: changed ? 'changed after its attempt' : 'unchanged', detail }
  }
  if (
    !changed &&
    known.state === state &&
    known.leftOutCode === columns.left_out_code &&
    known.cause === columns.cause
  ) {
    return { name, as: 'unchanged', detail: leftOut?.text ?? '' }
  }
  await transaction
    .updateTable('sciproc_ab')
    .set({ ...columns, version, changed_at: new Date() })
    .where('instrument', '=', instrument)
    .where('ab_name', '=', name)
    .execute()
  return { name, as: 'changed', detail: leftOut?.text ?? '' }
}

/** After an attempt several versions may wait; the newest is the content that was registered last. */
async function newestVersion(
  transaction: Transaction<Schema>,
  instrument: string,
  abName: string,
): Promise<{ version: number; sha256: string }> {
  return transaction
    .selectFrom('ab_version')
    .select(['version', 'sha256'])
    .where('instrument', '=', instrument)
    .where('ab_name', '=', abName)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
}

function descriptionOf({ ab }: BlockToRegister): {
  raw_type: string | null
  mjd_obs: number | null
  program_id: string | null
  release_date: Date | null
} {
  return {
    raw_type: ab?.rawType ?? null,
    mjd_obs: ab?.mjdObs ?? null,
    program_id: ab?.programId ?? null,
    release_date: releaseDateOf(ab),
  }
}

function releaseDateOf(ab: AssociationBlock | null): Date | null {
  return ab === null || ab.releaseDate === null ? null : releaseMoment(ab.releaseDate)
}

async function insertVersion(
  transaction: Transaction<Schema>,
  instrument: string,
  block: BlockToRegister,
  version: number,
): Promise<void> {
  const key = { instrument, ab_name: block.name, version }
  await transaction
    .insertInto('ab_version')
    .values({
      ...key,
      sha256: block.sha256,
      // PostgreSQL keeps no NUL in a text; such a block is malformed and shown, not lost.
      content: block.content.replaceAll('\0', '\u{fffd}'),
      parsed: block.ab === null ? null : JSON.stringify(block.ab),
    })
    .onConflict((conflict) => conflict.columns(['instrument', 'ab_name', 'version']).doNothing())
    .execute()
  const { ab } = block
  if (ab === null) return
  await transaction
    .insertInto('ab_raw')
    .values(ab.rawFiles.map((raw) => ({ ...key, file_name: raw.fileName, dp_id: dpId(raw.fileName), tag: raw.tag })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  if (ab.calibrations.length === 0) return
  await transaction
    .insertInto('ab_calibration')
    .values(
      ab.calibrations.map(({ fileName, category, flag, distanceDays }) => ({
        ...key,
        file_name: fileName,
        category,
        flag,
        distance_days: distanceDays,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function withdrawMissing(
  transaction: Transaction<Schema>,
  { instrument, date, blocks }: Registration,
  known: ReadonlyMap<string, KnownBlock>,
): Promise<readonly RegisteredBlock[]> {
  const present = new Set(blocks.map(({ name }) => name))
  const gone = [...known].filter(
    ([name, block]) =>
      block.date === date && !present.has(name) && (block.state === 'pending' || block.state === 'left out'),
  )
  for (const [name] of gone) {
    await transaction
      .updateTable('sciproc_ab')
      .set({
        state: 'withdrawn',
        left_out_code: null,
        cause: 'gone from the AB directory before its attempt',
        changed_at: new Date(),
      })
      .where('instrument', '=', instrument)
      .where('ab_name', '=', name)
      .execute()
  }
  return gone.map(([name]) => ({ name, as: 'withdrawn', detail: 'gone from the AB directory before its attempt' }))
}
