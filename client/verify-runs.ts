import { orphanedStarts } from '../database/archive-audit.ts'
import type { Database } from '../database/connect.ts'
import { openRuns } from '../database/date-runs.ts'
import type { Settings } from '../settings/settings.ts'
import { clockTime } from './clock-time.ts'
import { withTemporal } from './context.ts'
import type { Finding } from './verify-idps.ts'

/** Open runs that no workflow is at work on, and starts of closed runs whose end is not on record. */
export async function verifyRuns(
  settings: Settings,
  database: Database,
  repair: boolean,
): Promise<{ findings: readonly Finding[]; notes: readonly string[] }> {
  const findings: Finding[] = []
  const notes: string[] = []
  const runs = await openRuns(database)
  await withTemporal(settings, async (temporal) => {
    if (runs.length > 0 && temporal === null)
      notes.push(`Temporal is away: ${runs.length} open runs were not looked for`)
    if (temporal === null) return
    for (const run of runs) {
      if (await temporal.isAtWork(run)) continue
      const started = repair && (await temporal.ensureDateWorkflow(run))
      findings.push({
        kind: 'run without workflow',
        what: `run ${run.runNumber} of ${run.instrument} ${run.date}`,
        detail: `is ${run.state}, and no workflow is at work on it: the orchestration worker starts one within a minute (\`phoenix up\`)`,
        repaired: started ? 'workflow started' : null,
      })
    }
  })
  for (const { instrument, date, abName, runNumber, host, startedAt } of await orphanedStarts(database)) {
    findings.push({
      kind: 'start without an end',
      what: abName,
      detail: `started on ${host} at ${clockTime(startedAt)} by run ${runNumber}, which has closed: \`phoenix run ${instrument} ${date}\` takes its end up, or starts it again`,
      repaired: null,
    })
  }
  return { findings, notes }
}
