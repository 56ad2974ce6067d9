import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MockActivityEnvironment } from '@temporalio/testing'
import { hostFileActivities, hostRecipeActivities } from '../../../activities/index.ts'
import { fileFacts } from '../../../archive/copy-file.ts'
import type { FileFacts } from '../../../archive/archive.ts'
import { type DateRun, openRun } from '../../../database/date-runs.ts'
import { projectRoot } from '../../../settings/project.ts'
import { randomFrom } from '../../../simulator/random.ts'
import { DATE, type Rig } from '../workflows/rig.ts'

/** What became of a date whose ingestion was killed again and again, and then left alone. */
export interface KilledIngestion {
  /** Kills after which something was still waiting. */
  readonly killedOnTheWay: number
  readonly idps: readonly { readonly archiveName: string; readonly state: string; readonly facts: FileFacts }[]
  /** Rows of the ingestion log that say that an IDP went live. */
  readonly liveLogs: number
  /** What is left on the scratch disk when the date has been cleaned up. */
  readonly left: readonly string[]
}

const inTemporal = <Result>(work: () => Promise<Result>): Promise<Result> => new MockActivityEnvironment().run(work)

/**
 * Processes a small night of blocks, then ingests it in processes that are killed at random moments, `kills` times, and in one
 * that is not. `afterKill` sees the record after each kill.
 */
export async function killedIngestion(
  rig: Rig,
  address: string,
  kills: number,
  afterKill: (idps: KilledIngestion['idps']) => Promise<void>,
): Promise<KilledIngestion> {
  const run = await processed(rig)
  const random = randomFrom(`kill/ingestion/${address.slice(0, 5)}`)
  let killedOnTheWay = 0
  for (let kill = 0; kill < kills; kill += 1) {
    const child = await atWork(rig, run, address)
    await sleep(120 * random.uniform())
    await killed(child)
    const idps = await idpsOf(rig)
    if (idps.some(({ state }) => state !== 'live')) killedOnTheWay += 1
    await afterKill(idps)
  }
  const last = await atWork(rig, run, address)
  await once(last, 'exit')
  const log = await rig.database.selectFrom('ingestion_log').select('result').execute()
  const never = new AbortController().signal
  await inTemporal(() => hostFileActivities(rig.host(never, never)).cleanUp(run.runNumber))
  return {
    killedOnTheWay,
    idps: await idpsOf(rig),
    liveLogs: log.filter(({ result }) => result === 'live').length,
    left: readdirSync(rig.scratchDir),
  }
}

/** Facts of a file of a folder archive; null when it is not there. */
export async function archivedIn(folder: string, archiveName: string): Promise<FileFacts | null> {
  const path = join(folder, 'idp', archiveName)
  return existsSync(path) ? fileFacts(path) : null
}

async function processed(rig: Rig): Promise<DateRun> {
  const never = new AbortController().signal
  const host = rig.host(never, never)
  const order = { kind: 'run', orderedBy: 'test', leaveOutMissing: false, anyTime: false } as const
  const opened = await openRun(rig.database, {
    instrument: 'UVES',
    date: DATE,
    host: host.name,
    order,
    abNames: 'all',
  })
  if (!opened.opened) throw new Error('the run is open already')
  const { run } = opened
  await inTemporal(() => hostFileActivities(host).prepareHost(run.runNumber))
  await inTemporal(() => hostFileActivities(host).downloadMcalibs(run.runNumber))
  const recipes = hostRecipeActivities(host)
  for (const { name } of rig.abs) await inTemporal(() => recipes.processAB(run.runNumber, name))
  return run
}

async function atWork(rig: Rig, run: DateRun, address: string): Promise<ChildProcess> {
  const words = [
    join(projectRoot(), 'dist'),
    rig.record.url,
    rig.record.schema,
    String(run.runNumber),
    run.host,
    address,
  ]
  const child = fork(join(import.meta.dirname, 'ingest-date.mjs'), words)
  await once(child, 'message')
  return child
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function idpsOf(rig: Rig): Promise<KilledIngestion['idps']> {
  const rows = await rig.database
    .selectFrom('idp')
    .select(['archive_name', 'state', 'bytes', 'sha256'])
    .orderBy('archive_name')
    .execute()
  return rows.map(({ archive_name, state, bytes, sha256 }) => ({
    archiveName: archive_name,
    state,
    facts: { bytes, sha256 },
  }))
}
