import { makeCleanUp } from './clean-up.ts'
import { makeControl } from './control.ts'
import type { Host, Orchestration } from './dependencies.ts'
import { makeDownloadMcalibs } from './download-mcalibs.ts'
import { makeIngest } from './ingest.ts'
import { makePlanDate } from './plan-date.ts'
import { makePrepareHost } from './prepare-host.ts'
import { makeProcessAB } from './process-ab.ts'
import { makeRecordDate } from './record-date.ts'

/** Activities by the worker that runs them. */
export const orchestrationActivities = (orchestration: Orchestration) => ({
  ...makePlanDate(orchestration),
  ...makeControl(orchestration),
  ...makeRecordDate(orchestration),
})

export const hostFileActivities = (host: Host) => ({
  ...makePrepareHost(host),
  ...makeDownloadMcalibs(host),
  ...makeIngest(host),
  ...makeCleanUp(host),
})

export const hostRecipeActivities = (host: Host) => makeProcessAB(host)

export type OrchestrationActivities = ReturnType<typeof orchestrationActivities>
export type HostFileActivities = ReturnType<typeof hostFileActivities>
export type HostRecipeActivities = ReturnType<typeof hostRecipeActivities>
