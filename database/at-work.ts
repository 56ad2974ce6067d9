import type { Database } from './connect.ts'

/** The boxes of the sketch that a block goes through on its host. */
export const AB_PHASES = ['raw', 'core', 'recipe', 'products'] as const
export type AbPhase = (typeof AB_PHASES)[number]

/** The boxes of a whole date. */
export const RUN_PHASES = ['mcalibs', 'ingest', 'clean up'] as const
export type RunPhase = (typeof RUN_PHASES)[number]

export interface Work {
  readonly runNumber: number
  readonly host: string
  /** Null for the run itself. */
  readonly abName: string | null
}

/** Shows what is done at this moment. It is for the eye alone: nothing is decided by it. */
export async function showAtWork(
  database: Database,
  { runNumber, host, abName }: Work,
  phase: AbPhase | RunPhase,
): Promise<void> {
  const row = { run_number: runNumber, subject: abName ?? '', phase, host, since: new Date(), live_log: null }
  await database
    .insertInto('at_work')
    .values(row)
    .onConflict((conflict) => conflict.columns(['run_number', 'subject']).doUpdateSet(row))
    .execute()
}

/** It is not at work any more. A process that was killed leaves its row: until the next attempt, or the end of the run. */
export async function endAtWork(database: Database, { runNumber, abName }: Work): Promise<void> {
  await database
    .deleteFrom('at_work')
    .where('run_number', '=', runNumber)
    .where('subject', '=', abName ?? '')
    .execute()
}

/** Shows what the recipe of a block has logged so far, until its next phase. */
export async function showLiveLog(database: Database, runNumber: number, abName: string, log: string): Promise<void> {
  await database
    .updateTable('at_work')
    .set({ live_log: log })
    .where('run_number', '=', runNumber)
    .where('subject', '=', abName)
    .execute()
}

/** What the host of a running recipe shows of its log; null while it shows none. */
export async function liveLog(
  database: Database,
  { instrument, abName }: { readonly instrument: string; readonly abName: string },
): Promise<string | null> {
  const row = await database
    .selectFrom('at_work as w')
    .innerJoin('date_run as r', 'r.run_number', 'w.run_number')
    .select('w.live_log')
    .where('r.instrument', '=', instrument)
    .where('w.subject', '=', abName)
    .where('r.ended_at', 'is', null)
    .executeTakeFirst()
  return row?.live_log ?? null
}

/** What is done with the blocks of the open run of a date. */
export async function abPhases(
  database: Database,
  instrument: string,
  date: string,
): Promise<ReadonlyMap<string, AbPhase>> {
  const rows = await atWork(database, instrument, date)
  return new Map(rows.flatMap(({ subject, phase }) => (isAbPhase(phase) ? [[subject, phase] as const] : [])))
}

/** What the open run of a date itself is at; null when it processes blocks, waits, or is not open. */
export async function runPhase(database: Database, instrument: string, date: string): Promise<RunPhase | null> {
  const row = (await atWork(database, instrument, date)).find(({ subject }) => subject === '')
  return RUN_PHASES.find((phase) => phase === row?.phase) ?? null
}

async function atWork(database: Database, instrument: string, date: string) {
  return database
    .selectFrom('at_work as w')
    .innerJoin('date_run as r', 'r.run_number', 'w.run_number')
    .select(['w.subject', 'w.phase'])
    .where('r.instrument', '=', instrument)
    .where('r.date', '=', date)
    .where('r.ended_at', 'is', null)
    .execute()
}

function isAbPhase(phase: string): phase is AbPhase {
  return AB_PHASES.some((known) => known === phase)
}
