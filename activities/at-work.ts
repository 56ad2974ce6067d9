import { type AbPhase, endAtWork, type RunPhase, showAtWork, showLiveLog, type Work } from '../database/at-work.ts'
import type { Host } from './dependencies.ts'

/** Does a step of a run while the record shows that it is at work. What is shown is for the eye: it never keeps the work from going on. */
export async function whileShown<Result>(
  host: Host,
  runNumber: number,
  phase: RunPhase,
  step: () => Promise<Result>,
): Promise<Result> {
  const work = { runNumber, host: host.name, abName: null }
  await forTheEye(host, work, showAtWork(host.database, work, phase))
  try {
    return await step()
  } finally {
    await forTheEye(host, work, endAtWork(host.database, work))
  }
}

/** Shows where a block is; null: nothing is done with it any more. */
export async function showPhase(host: Host, runNumber: number, abName: string, phase: AbPhase | null): Promise<void> {
  const work = { runNumber, host: host.name, abName }
  const { database } = host
  await forTheEye(host, work, phase === null ? endAtWork(database, work) : showAtWork(database, work, phase))
}

/** Shows to other hosts what the recipe of a block has logged so far. */
export async function showLog(host: Host, runNumber: number, abName: string, log: string): Promise<void> {
  const work = { runNumber, host: host.name, abName }
  await forTheEye(host, work, showLiveLog(host.database, runNumber, abName, log))
}

async function forTheEye(host: Host, work: Work, shown: Promise<void>): Promise<void> {
  try {
    await shown
  } catch (error) {
    host.log.warn({ err: error, ...work }, 'cannot show what is at work')
  }
}
