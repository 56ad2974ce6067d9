import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { CpuGate } from '../../../activities/cpu-gate.ts'
import { startIdpMaker } from '../../../activities/idp-maker.ts'
import type { Host } from '../../../activities/dependencies.ts'
import { makeDownloadMcalibs } from '../../../activities/download-mcalibs.ts'
import { makePrepareHost } from '../../../activities/prepare-host.ts'
import { makeProcessAB } from '../../../activities/process-ab.ts'
import { FolderArchive } from '../../../archive/folder.ts'
import { judgeBlocks } from '../../../client/read-blocks.ts'
import { connect } from '../../../database/connect.ts'
import { openRun } from '../../../database/date-runs.ts'
import { migrate } from '../../../database/migrate.ts'
import { registerDate } from '../../../database/registration.ts'
import { scoresOf } from '../../../database/scores.ts'
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
  put(room: 'raw' | 'mcalib' | 'gencalib', fileName: string, bytes: Uint8Array): void
  /** Registers the blocks as the command line does, then does what a run of the date does with them, two at a time. */
  process(date: string, blocks: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, Verdict>>
  close(): Promise<void>
}

/** The activities of a host on a real record, a folder archive and the real pipeline; only Temporal is not there. */
export async function install(): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-checks-'))
  const archive = join(folder, 'archive')
  for (const room of ['raw', 'mcalib', 'gencalib', 'idp']) mkdirSync(join(archive, room), { recursive: true })
  const own = await ownSchema()
  const database = connect({ url: own.url, schema: own.schema })
  await migrate(database, own.schema, join(projectRoot(), 'database', 'migrations'))
  const never = new AbortController().signal
  const source = new FolderArchive(archive)
  const host: Host = {
    name: 'muc01',
    database,
    log: pino({ level: 'silent' }),
    window: null,
    loadInstrument: (name) => loadInstrument(join(projectRoot(), 'instruments'), name),
    archives: [source.name],
    scratchDir: join(folder, 'scratch'),
    gencalibDir: join(archive, 'gencalib'),
    source,
    target: source,
    gate: new CpuGate(2),
    idpMaker: startIdpMaker(1),
    quarantine: { folder: join(folder, 'quarantine'), keepDays: 1, maximumBytes: 1e9 },
    findPipeline: (name) => findPipeline(name),
    niceness: 0,
    closing: never,
    killing: never,
  }
  const activities = { ...makePrepareHost(host), ...makeDownloadMcalibs(host), ...makeProcessAB(host) }
  const inTemporal = <Result>(work: () => Promise<Result>): Promise<Result> => new MockActivityEnvironment().run(work)

  return {
    archive,
    put: (room, fileName, bytes) => writeFileSync(join(archive, room, fileName), bytes),
    async process(date, texts) {
      const instrument = await host.loadInstrument('UVES')
      const files = [...texts].map(([name, text]) => ({ name, bytes: Buffer.from(text) }))
      const { blocks, refused } = judgeBlocks(files, instrument, date)
      if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`)
      await registerDate(database, { instrument: 'UVES', date, abDir: folder, blocks })
      const opened = await openRun(database, {
        instrument: 'UVES',
        date,
        host: host.name,
        orderedBy: 'test',
        kind: 'run',
        leaveOutMissing: false,
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
    async close() {
      await database.destroy()
      await own.drop()
      rmSync(folder, { recursive: true, force: true })
    },
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
      .executeTakeFirst()
    const starts = await database.selectFrom('recipe_start').select('start_id').where('ab_name', '=', abName).execute()
    return {
      state,
      kind: attempt?.failure_kind ?? null,
      cause: cause ?? '',
      warnings: attempt?.warnings ?? null,
      started: starts.length > 0,
      scores: await scoresOf(database, { instrument: 'UVES', abName, generation }),
    }
  }
}
