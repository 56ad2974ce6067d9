import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { JobFacts } from '../domain/job.ts'
import { completeLines, parseJobLine } from '../domain/job-line.ts'
import type { Database } from './connect.ts'

/** A JOB_FILE of one host. */
export interface JobFile {
  readonly host: string
  readonly path: string
}

export interface StoredJob extends JobFacts {
  readonly jobId: number
  readonly part: number
  readonly lineNumber: number
  readonly line: string
  /** Null when the line could not be read. */
  readonly job: { readonly instrument: string; readonly date: string; readonly abDir: string | null } | null
}

const READ_LOCK = 7_406_585
const RUN_LOCK = 7_406_586

/**
 * Takes over what has been written to the file since the last time: every line that has its end becomes a job, once, whoever else reads the
 * file meanwhile. Returns how many there were.
 */
export async function takeOverLines(database: Database, file: JobFile, content: Buffer): Promise<number> {
  return database.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${READ_LOCK}, hashtext(${nameOf(file)}))`.execute(transaction)
    const { part, lines, linesBefore, byteLength } = await newLines(transaction, file, content)
    const row = {
      ...file,
      part,
      bytes_read: byteLength,
      lines_read: linesBefore + lines.length,
      sha256: sha256(content.subarray(0, byteLength)),
    }
    await transaction
      .insertInto('job_file')
      .values(row)
      .onConflict((conflict) => conflict.columns(['host', 'path', 'part']).doUpdateSet(row))
      .execute()
    const jobs = lines.flatMap((line, index) => jobRow(line, linesBefore + index + 1))
    for (const job of jobs)
      await transaction
        .insertInto('job')
        .values({ ...file, part, ...job })
        .execute()
    return jobs.length
  })
}

/** Lines of the file that nobody has taken over yet, as they are written. */
export async function linesToTakeOver(database: Database, file: JobFile, content: Buffer): Promise<readonly string[]> {
  return (await newLines(database, file, content)).lines.filter((line) => parseJobLine(line) !== null)
}

/** Jobs of the file as it is now, in the order of its lines; with `every`, also of what it held before. */
export async function jobsOf(
  database: Database,
  { host, path }: JobFile,
  every = false,
): Promise<readonly StoredJob[]> {
  const rows = await database
    .selectFrom('job as j')
    .leftJoin('date_run as r', 'r.run_number', 'j.run_number')
    .selectAll('j')
    .select(['r.state', 'r.waits_for', 'r.problems'])
    .where('j.host', '=', host)
    .where('j.path', '=', path)
    .orderBy('j.job_id')
    .execute()
  const part = Math.max(0, ...rows.map((row) => row.part))
  return rows
    .filter((row) => every || row.part === part || isOpen(row))
    .map((row) => ({
      jobId: row.job_id,
      part: row.part,
      lineNumber: row.line_number,
      line: row.line,
      job:
        row.instrument === null || row.date === null
          ? null
          : { instrument: row.instrument, date: row.date, abDir: row.ab_dir },
      problem: row.problem,
      nothingToDo: row.nothing_to_do,
      run:
        row.run_number === null || row.state === null
          ? null
          : { runNumber: row.run_number, state: row.state, waitsFor: row.waits_for, problems: row.problems ?? [] },
    }))
}

/** Ends a job without a run. */
export async function endJob(
  database: Database,
  jobId: number,
  end: { problem: string } | 'nothing to do',
): Promise<void> {
  await database
    .updateTable('job')
    .set(end === 'nothing to do' ? { nothing_to_do: true } : end)
    .where('job_id', '=', jobId)
    .where('problem', 'is', null)
    .where('run_number', 'is', null)
    .where('nothing_to_do', '=', false)
    .execute()
}

/** The run that carries a job out: for the transaction that opens it. Throws when the job has had its run, so that this one is not opened. */
export async function linkRun(transaction: Database, jobId: number, runNumber: number): Promise<void> {
  const result = await transaction
    .updateTable('job')
    .set({ run_number: runNumber })
    .where('job_id', '=', jobId)
    .where('problem', 'is', null)
    .where('run_number', 'is', null)
    .where('nothing_to_do', '=', false)
    .executeTakeFirst()
  if (result.numUpdatedRows === 0n) throw new Error(`job ${jobId} was carried out by somebody else`)
}

/** Runs `work` while nobody else works through this file; null when somebody does. It ends with the process, however that ends. */
export async function whileOnlyRunner<Result>(
  database: Database,
  file: JobFile,
  work: () => Promise<Result>,
): Promise<Result | null> {
  return database.connection().execute(async (connection) => {
    const key = sql`${RUN_LOCK}, hashtext(${nameOf(file)})`
    const { rows } = await sql<{ got: boolean }>`select pg_try_advisory_lock(${key}) as got`.execute(connection)
    if (rows[0]?.got !== true) return null
    try {
      return await work()
    } finally {
      await sql`select pg_advisory_unlock(${key})`.execute(connection)
    }
  })
}

/** What is new in the file, and in which part. The bytes that were taken over must still be there as they were. */
async function newLines(database: Database, { host, path }: JobFile, content: Buffer) {
  const last = await database
    .selectFrom('job_file')
    .selectAll()
    .where('host', '=', host)
    .where('path', '=', path)
    .orderBy('part', 'desc')
    .limit(1)
    .executeTakeFirst()
  const goesOn = last !== undefined && sha256(content.subarray(0, last.bytes_read)) === last.sha256
  const before = goesOn ? last : { part: (last?.part ?? 0) + 1, bytes_read: 0, lines_read: 0 }
  const { lines, byteLength } = completeLines(content.subarray(before.bytes_read))
  return { part: before.part, linesBefore: before.lines_read, lines, byteLength: before.bytes_read + byteLength }
}

interface NewJob {
  readonly line_number: number
  readonly line: string
  readonly instrument?: string
  readonly date?: string
  readonly ab_dir?: string | null
  readonly problem?: string
}

/** A line that asks for nothing becomes no job. PostgreSQL keeps no NUL in a text. */
function jobRow(line: string, lineNumber: number): NewJob[] {
  const parsed = parseJobLine(line)
  if (parsed === null) return []
  const row = { line_number: lineNumber, line: line.replaceAll('\0', '\u{fffd}') }
  if (!parsed.valid) return [{ ...row, problem: `line ${lineNumber}: ${parsed.problem}` }]
  const { instrument, date, abDir } = parsed.job
  return [{ ...row, instrument, date, ab_dir: abDir }]
}

function isOpen(row: { problem: string | null; nothing_to_do: boolean; run_number: number | null }): boolean {
  return row.problem === null && !row.nothing_to_do && row.run_number === null
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function nameOf({ host, path }: JobFile): string {
  return `${host} ${path}`
}
