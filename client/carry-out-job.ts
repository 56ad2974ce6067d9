import { dirname, join, resolve } from 'node:path'
import { chooseHost } from '../database/choose-host.ts'
import type { Database } from '../database/connect.ts'
import { findOpenRun, openRun } from '../database/date-runs.ts'
import { endJob, linkRun, type StoredJob } from '../database/jobs.ts'
import { dateStatuses } from '../database/status.ts'
import { PreconditionError } from '../domain/failure.ts'
import type { Settings } from '../settings/settings.ts'
import { ensureWorkflow } from './ensure-workflow.ts'
import { knownInstrument } from './place.ts'
import { registerOneDate } from './register-date.ts'
import { hasWork } from './run.ts'

/**
 * Registers the date of a job and orders it: nothing else. It may be killed between any two lines and done again; the run is opened and
 * noted in the job in one transaction. Returns in words what it has to wait for, or null when it was carried out.
 */
export async function carryOutJob(
  settings: Settings,
  database: Database,
  { jobId, job }: StoredJob,
  { anyTime, warn }: { readonly anyTime: boolean; readonly warn: (line: string) => void },
): Promise<string | null> {
  if (job === null) return null
  const { date } = job
  try {
    const file = await knownInstrument(settings, job.instrument)
    const { instrument } = file
    const open = await findOpenRun(database, instrument, date)
    if (open !== null)
      return `run ${open.openRun.runNumber} of ${instrument} ${date}, ordered by ${open.orderedBy}, is open`
    const root = job.abDir === null ? settings.abDir : resolve(dirname(settings.jobFile), job.abDir)
    const place = { date, folder: join(root, instrument, date), registeredBy: settings.operator }
    const { refused, warnings } = await registerOneDate(database, file, place)
    for (const { name, why } of refused) warn(`${name} in the folder of ${date} is not registered: it ${why}`)
    for (const warning of warnings) warn(warning)
    const [status] = await dateStatuses(database, instrument, date)
    if (status === undefined || !(await hasWork(database, status))) {
      await endJob(database, jobId, 'nothing to do')
      return null
    }
    const opened = await openRun(
      database,
      {
        instrument,
        date,
        host: await chooseHost(database, { instrument, date }, settings.host),
        order: { kind: 'job file', orderedBy: settings.operator, anyTime },
        abNames: 'all',
      },
      (transaction, runNumber) => linkRun(transaction, jobId, runNumber),
    )
    if (opened.opened) await ensureWorkflow(settings, opened.run, warn)
    return null
  } catch (error) {
    if (!(error instanceof PreconditionError)) throw error
    await endJob(database, jobId, { problem: error.message })
    return null
  }
}
