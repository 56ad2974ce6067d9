import { lastBeat } from '../database/heartbeats.ts'
import { hosts } from '../database/status.ts'
import type { Settings } from '../settings/settings.ts'
import { clockTime } from './clock-time.ts'
import { withRecord, withTemporal } from './context.ts'

/** Parts tell the record every half minute (hosts) or minute (orchestration) that they are at work. */
const SILENT_MS = 180_000

/** What is not at work, a line each; empty when an installation lives. For a watchdog outside, so whatever fails is an answer too. */
export async function lifeless(settings: Settings, now = new Date()): Promise<readonly string[]> {
  const problems: string[] = []
  if ((await withTemporal(settings, async (temporal) => temporal)) === null) problems.push('Temporal does not answer')
  try {
    await withRecord(settings, async (database) => {
      problems.push(...silence('the orchestration worker', await lastBeat(database, 'orchestration'), now))
      const known = await hosts(database)
      const newest = known.map(({ seenAt }) => seenAt).toSorted((a, b) => b.getTime() - a.getTime())[0]
      problems.push(...silence('every host worker', newest ?? null, now))
    })
  } catch (error) {
    problems.push(`the record does not answer: ${error instanceof Error ? error.message : String(error)}`)
  }
  return problems
}

function silence(part: string, at: Date | null, now: Date): string[] {
  if (at === null) return [`${part} was never at work`]
  return now.getTime() - at.getTime() > SILENT_MS ? [`${part} is silent since ${clockTime(at)}`] : []
}
