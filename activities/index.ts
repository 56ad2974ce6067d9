import { whileShown } from './at-work.ts'
import { makeCampaign } from './campaign.ts'
import { makeCleanUp } from './clean-up.ts'
import { makeControl } from './control.ts'
import type { Host, Orchestration } from './dependencies.ts'
import { makeDaily } from './daily.ts'
import { makeDownloadMcalibs } from './download-mcalibs.ts'
import { makeIngest } from './ingest.ts'
import { makePlanDate } from './plan-date.ts'
import { makePrepareHost } from './prepare-host.ts'
import { makeProcessAB } from './process-ab.ts'
import { makeRecordDate } from './record-date.ts'

/** Activities by the worker that runs them. */
export const orchestrationActivities = (orchestration: Orchestration) => ({
  ...makeCampaign(orchestration),
  ...makePlanDate(orchestration),
  ...makeControl(orchestration),
  ...makeDaily(orchestration),
  ...makeRecordDate(orchestration),
})

export const hostFileActivities = (host: Host) => {
  const mcalibs = makeDownloadMcalibs(host)
  const ingestion = makeIngest(host)
  const end = makeCleanUp(host)
  return {
    ...makePrepareHost(host),
    downloadMcalibs: (run: number) => whileShown(host, run, 'mcalibs', () => mcalibs.downloadMcalibs(run)),
    ingest: (run: number) => whileShown(host, run, 'ingest', () => ingestion.ingest(run)),
    cleanUp: (run: number) => whileShown(host, run, 'clean up', () => end.cleanUp(run)),
  }
}

export const hostRecipeActivities = (host: Host) => makeProcessAB(host)

export type OrchestrationActivities = ReturnType<typeof orchestrationActivities>
export type HostFileActivities = ReturnType<typeof hostFileActivities>
export type HostRecipeActivities = ReturnType<typeof hostRecipeActivities>
