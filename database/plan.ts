import { sql } from 'kysely'
import type { AbState } from '../domain/ab-state.ts'
import type { AssociationBlock } from '../domain/association-block.ts'
import type { LeftOut } from '../domain/certification.ts'
import { InfrastructureError } from '../domain/failure.ts'
import { isTrial, trialGeneration } from '../domain/trial.ts'
import type { Database } from './connect.ts'
import type { DateRun } from './date-runs.ts'
import { writeEvent } from './events.ts'
import { holdFence } from './fence.ts'

/** A block with what the record says of it. */
export interface RegisteredAb {
  readonly abName: string
  readonly date: string
  readonly state: AbState
  readonly generation: number
  readonly version: number
  readonly ab: AssociationBlock
}

/** The blocks that a run has to bring to an answer, in the order of their exposures: of its date, or of its list. */
export async function absToProcess(
  database: Database,
  run: Pick<DateRun, 'runNumber' | 'instrument' | 'date' | 'covers' | 'trial'>,
): Promise<readonly RegisteredAb[]> {
  if (run.trial) return trialAbs(database, run.runNumber)
  const ofDate = withoutAnswer(database, run.instrument, run.date)
  const query =
    run.covers === 'all'
      ? ofDate
      : ofDate.innerJoin('run_ab as l', (join) =>
          join
            .onRef('l.instrument', '=', 'a.instrument')
            .onRef('l.ab_name', '=', 'a.ab_name')
            .on('l.run_number', '=', run.runNumber),
        )
  return (await query.execute()).flatMap((row) => toRegistered(row) ?? [])
}

/**
 * Blocks with an attempt in this run that have been given a new generation since, in the order of their exposures. Their content is that of
 * the attempt, so that the run has their calibrations; a changed one is a later run's.
 */
export async function absToRetry(
  database: Database,
  { runNumber, instrument, date }: Pick<DateRun, 'runNumber' | 'instrument' | 'date'>,
): Promise<readonly string[]> {
  const rows = await database
    .selectFrom('sciproc_ab as a')
    .innerJoin('attempt as t', (join) =>
      join
        .onRef('t.instrument', '=', 'a.instrument')
        .onRef('t.ab_name', '=', 'a.ab_name')
        .onRef('t.version', '=', 'a.version')
        .on(sql`t.generation`, '=', sql`a.generation - 1`),
    )
    .select('a.ab_name')
    .where('t.run_number', '=', runNumber)
    .where('a.instrument', '=', instrument)
    .where('a.date', '=', date)
    .where('a.state', '=', 'pending')
    .orderBy('a.mjd_obs')
    .orderBy('a.ab_name')
    .execute()
  return rows.map((row) => row.ab_name)
}

/** The blocks of a date that still have to give an answer, in the order of their exposures. */
export async function absWithoutAnswer(
  database: Database,
  instrument: string,
  date: string,
): Promise<readonly RegisteredAb[]> {
  return (await withoutAnswer(database, instrument, date).execute()).flatMap((row) => toRegistered(row) ?? [])
}

/** One block by name. Throws an InfrastructureError when the record does not hold it as a readable block. */
export async function readRegisteredAb(database: Database, instrument: string, abName: string): Promise<RegisteredAb> {
  return readAb(registered(database), instrument, abName)
}

async function readAb(
  blocks: ReturnType<typeof registered>,
  instrument: string,
  abName: string,
): Promise<RegisteredAb> {
  const row = await blocks.where('a.instrument', '=', instrument).where('a.ab_name', '=', abName).executeTakeFirst()
  const found = row === undefined ? null : toRegistered(row)
  if (found === null)
    throw new InfrastructureError(`${abName} of ${instrument} is not in the record as a readable block`)
  return found
}

/** One block as a run takes it: a trial has a generation of its own. Null when it is not, or not any more, executable. */
export async function readAbOfRun(
  database: Database,
  run: Pick<DateRun, 'runNumber' | 'instrument' | 'trial'>,
  abName: string,
): Promise<RegisteredAb | null> {
  if (run.trial) {
    const ab = await readAb(tried(database, run.runNumber), run.instrument, abName)
    return { ...ab, generation: trialGeneration(run.runNumber) }
  }
  const { state } = await database
    .selectFrom('sciproc_ab')
    .select('state')
    .where('instrument', '=', run.instrument)
    .where('ab_name', '=', abName)
    .executeTakeFirstOrThrow()
  // A block that was registered again meanwhile may be malformed now, or gone.
  if (state === 'left out' || state === 'withdrawn') return null
  return readRegisteredAb(database, run.instrument, abName)
}

/**
 * Readable blocks in whatever state, with their newest content, in the order of their exposures: what a trial may choose from. Those of a
 * date, or those named.
 */
export async function absToTry(
  database: Database,
  instrument: string,
  of: { readonly date: string } | { readonly abNames: readonly string[] },
): Promise<readonly RegisteredAb[]> {
  let query = registered(database, newestVersion)
    .where('a.instrument', '=', instrument)
    .where('a.state', '!=', 'withdrawn')
    .orderBy('a.mjd_obs')
    .orderBy('a.ab_name')
  if ('date' in of) query = query.where('a.date', '=', of.date)
  else query = query.where(sql<boolean>`a.ab_name = any(${[...of.abNames]})`)
  return (await query.execute()).flatMap((row) => toRegistered(row) ?? [])
}

/** The blocks of a trial that have no answer in it yet. What they are beside it does not matter. */
async function trialAbs(database: Database, runNumber: number): Promise<readonly RegisteredAb[]> {
  const generation = trialGeneration(runNumber)
  const rows = await tried(database, runNumber)
    .innerJoin('run_ab as l', (join) =>
      join.onRef('l.instrument', '=', 'a.instrument').onRef('l.ab_name', '=', 'a.ab_name'),
    )
    .where('l.run_number', '=', runNumber)
    .where(
      sql<boolean>`not exists (select from attempt t
        where t.instrument = a.instrument and t.ab_name = a.ab_name and t.generation = ${generation})`,
    )
    .select(
      sql<boolean>`exists (select from recipe_start s where s.instrument = a.instrument and s.ab_name = a.ab_name
        and s.generation = ${generation} and s.ended_at is null)`.as('is_started'),
    )
    .orderBy('a.mjd_obs')
    .orderBy('a.ab_name')
    .execute()
  return rows.flatMap((row) => {
    const ab = toRegistered(row)
    return ab === null
      ? []
      : [{ ...ab, generation, state: row.is_started ? ('running' as const) : ('pending' as const) }]
  })
}

/** Leaves a pending block out of a run, with its reason: for calibrations that the archive turned out not to have. */
export async function leaveOut(
  database: Database,
  runNumber: number,
  ab: RegisteredAb,
  reason: LeftOut,
): Promise<void> {
  const { instrument } = ab.ab
  await database.transaction().execute(async (transaction) => {
    await holdFence(transaction, runNumber)
    // A trial changes nothing of its blocks.
    if (isTrial(ab.generation)) return
    const result = await transaction
      .updateTable('sciproc_ab')
      .set({ state: 'left out', left_out_code: reason.code, cause: reason.text, changed_at: new Date() })
      .where('instrument', '=', instrument)
      .where('ab_name', '=', ab.abName)
      .where('state', '=', 'pending')
      .executeTakeFirst()
    if (result.numUpdatedRows === 0n) return
    const place = { instrument, date: ab.date, runNumber, abName: ab.abName }
    await writeEvent(transaction, { ...place, kind: 'left out', message: reason.text })
  })
}

function withoutAnswer(database: Database, instrument: string, date: string) {
  return registered(database)
    .where('a.instrument', '=', instrument)
    .where('a.date', '=', date)
    .where('a.state', 'in', ['pending', 'running'])
    .orderBy('a.mjd_obs')
    .orderBy('a.ab_name')
}

const newestVersion = sql<number>`(select max(n.version) from ab_version n where n.instrument = a.instrument and n.ab_name = a.ab_name)`

/** Blocks with the content that a trial takes: the newest that was on record when its run was opened, as after a re-processing. */
function tried(database: Database, runNumber: number) {
  const version = sql<number>`(select max(n.version) from ab_version n
    where n.instrument = a.instrument and n.ab_name = a.ab_name
      and n.registered_at <= (select started_at from date_run where run_number = ${runNumber}))`
  return registered(database, version)
}

/** Blocks with one of their contents; unless another is asked for that of their generation. */
function registered(database: Database, version = sql<number>`a.version`) {
  return database
    .selectFrom('sciproc_ab as a')
    .innerJoin('ab_version as v', (join) =>
      join
        .onRef('v.instrument', '=', 'a.instrument')
        .onRef('v.ab_name', '=', 'a.ab_name')
        .on('v.version', '=', version),
    )
    .select(['a.ab_name', 'a.date', 'a.state', 'a.generation', 'v.version', 'v.parsed'])
}

type Row = Awaited<ReturnType<ReturnType<typeof registered>['executeTakeFirstOrThrow']>>

function toRegistered(row: Row): RegisteredAb | null {
  if (row.parsed === null) return null
  const { date, state, generation, version } = row
  return { abName: row.ab_name, date, state, generation, version, ab: row.parsed }
}
