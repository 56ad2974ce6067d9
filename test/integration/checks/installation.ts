import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { CpuGate } from '../../../activities/cpu-gate.ts'
import { slotsFor } from '../../../activities/plan-date.ts'
import { startIdpMaker } from '../../../activities/idp-maker.ts'
import { makeCleanUp } from '../../../activities/clean-up.ts'
import type { Host } from '../../../activities/dependencies.ts'
import { makeDownloadMcalibs } from '../../../activities/download-mcalibs.ts'
import { type Ingested, makeIngest } from '../../../activities/ingest.ts'
import { makePrepareHost } from '../../../activities/prepare-host.ts'
import { makeProcessAB } from '../../../activities/process-ab.ts'
import { makeRecordDate } from '../../../activities/record-date.ts'
import { FolderArchive } from '../../../archive/folder.ts'
import { judgeBlocks } from '../../../client/read-blocks.ts'
import { connect, type Database } from '../../../database/connect.ts'
import { findOpenRun, openRun } from '../../../database/date-runs.ts'
import { migrate } from '../../../database/migrate.ts'
import { registerDate } from '../../../database/registration.ts'
import { scoresOf } from '../../../database/scores.ts'
import { InfrastructureError } from '../../../domain/failure.ts'
import type { Score } from '../../../domain/scores.ts'
import { findPipeline } from '../../../pipeline/find-pipeline.ts'
import { loadInstrument } from '../../../settings/instruments.ts'
import { projectRoot } from '../../../settings/project.ts'
import { ownSchema } from '../own-schema.ts'

/** What a person reads of a block, or of the date that could not begin. */
export interface Verdict {
  readonly state: string
  readonly kind: string | null
  readonly cause: string
  readonly warnings: number | null
  /** Whether a recipe was started. */
  readonly started: boolean
  readonly scores: readonly Score[]
}

export interface Installation {
  readonly archive: string
  readonly host: Host
  readonly database: Database
  put(room: 'raw' | 'mcalib' | 'gencalib', fileName: string, bytes: Uint8Array): void
  /** Registers the blocks as the command line does. */
  register(date: string, blocks: ReadonlyMap<string, string>): Promise<void>
  /** Registers the blocks, then does what a run of the date does with them, two at a time. The run stays open. */
  process(date: string, blocks: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, Verdict>>
  /** The end of the open run of the date: ingest, clean up, record. */
  end(date: string): Promise<Ingested>
  close(): Promise<void>
}

/**
 * The activities of a host on a real record, a folder archive and the real pipeline; only Temporal is not there.
 *
 * @param change what is to be different on this host
 */
export async function install(
  change: (host: Host) => Host = (host) => host,
  instrument = 'UVES',
): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-checks-'))
  const archive = join(folder, 'archive')
  for (const room of ['raw', 'mcalib', 'gencalib', 'idp']) mkdirSync(join(archive, room), { recursive: true })
  const own = await ownSchema()
  const database = connect({ url: own.url, schema: own.schema })
  await migrate(database, own.schema, join(projectRoot(), 'database', 'migrations'))
  const never = new AbortController().signal
  const source = new FolderArchive(archive)
  const host = change({
    name: 'muc01',
    database,
    log: pino({ level: 'silent' }),
    window: null,
    coresByDay: 0,
    dailyNights: 3,
    loadInstrument: (name) => loadInstrument(join(projectRoot(), 'instruments'), name),
    archives: [source.name],
    idpArchive: source.name,
    ownHost: 'muc01',
    datePage: () => null,
    scratchDir: join(folder, 'scratch'),
    gencalibDir: join(archive, 'gencalib'),
    source,
    target: source,
    calibrationCache: null,
    neededBytes: 0,
    load: () => 0,
    maximumLoad: null,
    sayHostIsSeen: async () => {},
    gate: new CpuGate(2),
    slots: new CpuGate(slotsFor(2, null)),
    idpMaker: startIdpMaker(1),
    quarantine: { folder: join(folder, 'quarantine'), keepDays: 1, maximumBytes: 1e9 },
    findPipeline: (name) => findPipeline(name),
    niceness: 0,
    closing: never,
    killing: never,
  })
  const activities = {
    ...makePrepareHost(host),
    ...makeDownloadMcalibs(host),
    ...makeProcessAB(host),
    ...makeIngest(host),
    ...makeCleanUp(host),
    ...makeRecordDate(host),
  }

  return {
    archive,
    host,
    database,
    put: (room, fileName, bytes) => writeFileSync(join(archive, room, fileName), bytes),
    register: async (date, texts) => void (await register(date, texts)),
    async process(date, texts) {
      const blocks = await register(date, texts)
      const opened = await openRun(database, {
        instrument,
        date,
        host: host.name,
        order: { kind: 'run', orderedBy: 'test' },
        abNames: 'all',
      })
      if (!opened.opened) throw new Error(`a run of ${date} is open`)
      const { runNumber } = opened.run
      const unready = await inTemporal(() => activities.prepareHost(runNumber))
      const { problems } = await inTemporal(() => activities.downloadMcalibs(runNumber))
      const missing = [...unready, ...problems].join('; ')
      if (missing !== '') {
        const verdict = { state: 'error', kind: null, cause: missing, warnings: null, started: false, scores: [] }
        return new Map([...texts.keys()].map((name) => [name, verdict]))
      }
      const queue = blocks.filter(({ leftOut }) => leftOut === null).values()
      const lane = async () => {
        for (const { name } of queue) await inTemporal(() => activities.processAB(runNumber, name))
      }
      await Promise.all([lane(), lane()])
      const verdicts = await Promise.all([...texts.keys()].map(async (name) => [name, await verdictOf(name)] as const))
      return new Map(verdicts)
    },
    async end(date) {
      const open = await findOpenRun(database, instrument, date)
      if (open === null) throw new Error(`no run of ${date} is open`)
      const { runNumber } = open.openRun
      const ingested = await inTemporal(() => activities.ingest(runNumber))
      const bytesFreed = await inTemporal(() => activities.cleanUp(runNumber))
      const archiveRefuses = ingested.waiting > 0
      await inTemporal(() =>
        activities.recordDate(runNumber, {
          preconditionProblems: [],
          stoppedByOperator: false,
          archiveRefuses,
          bytesFreed,
        }),
      )
      return ingested
    },
    async close() {
      await database.destroy()
      await own.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }

  async function register(date: string, texts: ReadonlyMap<string, string>) {
    const rules = await host.loadInstrument(instrument)
    const files = [...texts].map(([name, text]) => ({ name, bytes: Buffer.from(text) }))
    const { blocks, refused } = judgeBlocks(files, rules, date)
    if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`)
    await registerDate(database, { instrument, date, abDir: folder, blocks })
    return blocks
  }

  async function verdictOf(abName: string): Promise<Verdict> {
    const { state, cause, generation } = await database
      .selectFrom('sciproc_ab')
      .select(['state', 'cause', 'generation'])
      .where('ab_name', '=', abName)
      .executeTakeFirstOrThrow()
    const attempt = await database
      .selectFrom('attempt')
      .select(['failure_kind', 'warnings'])
      .where('ab_name', '=', abName)
      .where('generation', '=', generation)
      .executeTakeFirst()
    const starts = await database.selectFrom('recipe_start').select('start_id').where('ab_name', '=', abName).execute()
    return {
      state,
      kind: attempt?.failure_kind ?? null,
      cause: cause ?? '',
      warnings: attempt?.warnings ?? null,
      started: starts.length > 0,
      scores: await scoresOf(database, { instrument, abName, generation }),
    }
  }
}

/** Repeats what the machines did to an activity, as Temporal would; five times, not for ever. */
async function inTemporal<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await new MockActivityEnvironment({ attempt }).run(work)
    } catch (error) {
      if (!(error instanceof InfrastructureError) || attempt === 5) throw error
    }
  }
}
