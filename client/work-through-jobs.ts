import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../database/connect.ts'
import { jobsOf, type StoredJob, takeOverLines } from '../database/jobs.ts'
import { PreconditionError } from '../domain/failure.ts'
import { jobState } from '../domain/job.ts'
import { isOpen, nextOpening } from '../domain/night-window.ts'
import type { Settings } from '../settings/settings.ts'
import { carryOutJob } from './carry-out-job.ts'
import { isConnectionLost } from './failure-line.ts'

const LOOK_EVERY_MS = 1_000

export interface JobsWork {
  /** Neither this command nor its recipes wait for the window. */
  readonly anyTime: boolean
  readonly say: (line: string) => void
  readonly warn: (line: string) => void
  readonly until: AbortSignal
}

/** How it ended, and the jobs that were open at the beginning or came in meanwhile. */
export interface JobsEnd {
  readonly end: 'all ended' | 'window closed' | 'interrupted'
  readonly jobs: readonly StoredJob[]
}

/**
 * Works through a JOB_FILE inside the window: takes over its lines as they come, registers and orders, and tells what becomes of them.
 * It ends when every job has ended, with the window, or when it is interrupted; whatever was ordered goes on without it.
 * @throws PreconditionError when the file is not there
 */
export async function workThroughJobs(settings: Settings, database: Database, work: JobsWork): Promise<JobsEnd> {
  const { host, jobFile: path, window } = settings
  const file = { host, path }
  const ended = new Set((await jobsOf(database, file, true)).filter(hasEnded).map(({ jobId }) => jobId))
  const told = new Map<number, string>()
  const waits = new Map<number, string>()
  let [wasOpen, away] = [false, false]
  await readJobFile(path)
  for (;;) {
    const now = new Date()
    const open = work.anyTime || window === null || isOpen(window, now)
    try {
      await takeOverLines(database, file, await readJobFile(path))
      if (open) for (const job of (await jobsOf(database, file)).filter(isWaiting)) await tryOne(job)
      const jobs = (await jobsOf(database, file)).filter(({ jobId }) => !ended.has(jobId))
      for (const job of jobs) tell(job)
      if (work.until.aborted) return { end: 'interrupted', jobs }
      if (open && jobs.every(hasEnded)) return { end: 'all ended', jobs }
      if (wasOpen && !open) return { end: 'window closed', jobs }
      if (away) work.say('the database is back')
      away = false
    } catch (error) {
      if (!isConnectionLost(error)) throw error
      if (!away) work.say('the database is away: this command waits for it')
      away = true
    }
    if (!open && told.get(0) === undefined && window !== null) {
      work.say(`waits for the window: it opens at ${nextOpening(window, now).toISOString()}`)
      told.set(0, 'window')
    }
    wasOpen = open
    await delay(LOOK_EVERY_MS, undefined, { signal: work.until }).catch(() => undefined)
  }

  async function tryOne(job: StoredJob): Promise<void> {
    const why = await carryOutJob(settings, database, job, work)
    if (why === null) waits.delete(job.jobId)
    else waits.set(job.jobId, why)
  }

  function tell(job: StoredJob): void {
    const { state, detail } = jobState(job)
    const why = detail === '' ? (waits.get(job.jobId) ?? '') : detail
    const text = `${job.line}: ${state}${why === '' ? '' : `, ${why}`}`
    if (told.get(job.jobId) === text) return
    told.set(job.jobId, text)
    if (state === 'failed') work.warn(text)
    else work.say(text)
  }
}

/** @throws PreconditionError when the file is not there or cannot be read */
export async function readJobFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    const why = isMissing
      ? 'is not there: `phoenix jobs add` makes it (PHOENIX_JOB_FILE)'
      : `cannot be read: ${String(cause)}`
    throw new PreconditionError(`JOB_FILE ${path} ${why}`, { cause })
  }
}

function hasEnded(job: StoredJob): boolean {
  const { state } = jobState(job)
  return state === 'done' || state === 'failed'
}

function isWaiting(job: StoredJob): boolean {
  return jobState(job).state === 'waiting'
}
