import { setTimeout as delay } from 'node:timers/promises'
import { readRun } from '../database/date-runs.ts'
import type { Database } from '../database/connect.ts'
import { type AbStatus, abStatuses } from '../database/status.ts'
import { trialAbs } from '../database/trials.ts'
import { type ClosedRunState, isOpenRun, type RunState } from '../domain/date-run.ts'
import type { AbState } from '../domain/ab-state.ts'
import { isConnectionLost } from './failure-line.ts'
import { timeLeft } from './progress.ts'

const LOOK_EVERY_MS = 1_000

export interface FollowedRun {
  readonly runNumber: number
  readonly instrument: string
  readonly date: string
}

/**
 * Follows a run in the record until it is closed: a line for every block that changes its state, and for every change of the run. The
 * database may be away meanwhile. Returns null when `until` aborts; the run goes on then.
 */
export async function followRun(
  database: Database,
  run: FollowedRun,
  say: (line: string) => void,
  until: AbortSignal,
): Promise<ClosedRunState | null> {
  let seen: Look | null = null
  const pace = { from: Date.now(), endedBefore: 0 }
  let away = false
  for (;;) {
    try {
      const look = await lookAt(database, run)
      if (away) say('the database is back')
      away = false
      if (seen === null) pace.endedBefore = look.abs.filter(({ state }) => isEnd(state)).length
      const left = (ended: number, total: number) =>
        timeLeft(Date.now() - pace.from, ended - pace.endedBefore, total - ended)
      for (const line of changes(seen, look, left)) say(line)
      if (!isOpenRun(look.state)) return look.state
      seen = look
    } catch (error) {
      if (!isConnectionLost(error)) throw error
      if (!away) say('the database is away: the run waits for it, and so does this command')
      away = true
    }
    try {
      await delay(LOOK_EVERY_MS, undefined, { signal: until })
    } catch (error) {
      if (until.aborted) return null
      throw error
    }
  }
}

export interface Look {
  readonly runNumber: number
  readonly state: RunState
  readonly waitsFor: string | null
  readonly abs: readonly AbStatus[]
}

/** What has changed between two looks, in lines. At the first look only what is under way or has ended is worth a line. */
export function changes(
  before: Look | null,
  now: Look,
  left: (ended: number, total: number) => string = () => '',
): string[] {
  const lines: string[] = []
  const why = now.waitsFor === null ? '' : `: ${now.waitsFor}`
  const ofRun =
    before?.state === now.state && before.waitsFor === now.waitsFor ? [] : [`run ${now.runNumber} ${now.state}${why}`]
  const known = new Map(before?.abs.map((ab) => [ab.abName, ab.state]))
  const total = now.abs.filter(({ state }) => state !== 'left out' && state !== 'withdrawn').length
  let ended = now.abs.filter(({ abName, state }) => isEnd(state) && known.get(abName) === state).length
  for (const ab of now.abs) {
    const earlier = known.get(ab.abName)
    if (earlier === ab.state || (earlier === undefined && (!isUnderWay(ab.state) || before !== null))) continue
    if (isEnd(ab.state)) ended += 1
    lines.push(lineOf(ab, isEnd(ab.state) ? ` (${ended} of ${total}${left(ended, total)})` : ''))
  }
  // The end of the run comes after the blocks that led to it.
  return isOpenRun(now.state) ? [...ofRun, ...lines] : [...lines, ...ofRun]
}

function lineOf({ abName, state, wallSeconds, cause }: AbStatus, count: string): string {
  const seconds = isEnd(state) && wallSeconds !== null ? ` ${wallSeconds.toFixed(1)} s` : ''
  return `  ${abName} ${state}${seconds}${count}${cause === null ? '' : `: ${cause}`}`
}

async function lookAt(database: Database, { runNumber, instrument, date }: FollowedRun): Promise<Look> {
  // The run first: when it is closed, the states read after it are final.
  const run = await readRun(database, runNumber)
  if (run === null) throw new Error(`run ${runNumber} has gone from the record`)
  const abs = run.trial ? await trialStatuses(database, runNumber) : await abStatuses(database, instrument, date)
  return { runNumber, state: run.state, waitsFor: run.waitsFor, abs }
}

/** A block has its own state beside a trial: what counts here is what the trial has made of it. */
async function trialStatuses(database: Database, runNumber: number): Promise<readonly AbStatus[]> {
  return (await trialAbs(database, runNumber)).map(({ abName, outcome, cause, wallSeconds }) => {
    return { abName, state: outcome ?? 'pending', cause, leftOutCode: null, wallSeconds }
  })
}

function isEnd(state: AbState): boolean {
  return state === 'processed' || state === 'failed' || state === 'interrupted'
}

function isUnderWay(state: AbState): boolean {
  return state === 'running' || isEnd(state)
}
