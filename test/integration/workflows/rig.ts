import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection, type ScheduleHandle, type WorkflowHandle } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { pino } from 'pino'
import { inject } from 'vitest'
import { z } from 'zod'
import { CpuGate } from '../../../activities/cpu-gate.ts'
import { startIdpMaker } from '../../../activities/idp-maker.ts'
import type { Host } from '../../../activities/dependencies.ts'
import { hostFileActivities, hostRecipeActivities, orchestrationActivities } from '../../../activities/index.ts'
import { blocksAtOnce, slotsFor } from '../../../activities/plan-date.ts'
import { FolderArchive } from '../../../archive/folder.ts'
import { TemporalClient } from '../../../client/temporal.ts'
import { campaigns, type NewCampaign, orderDates, placeCampaign, readCampaign } from '../../../database/campaigns.ts'
import { connect, type Database } from '../../../database/connect.ts'
import { type DateRun, findOpenRun, openRun, openRuns, readRun } from '../../../database/date-runs.ts'
import { placeHold, releaseHolds } from '../../../database/holds.ts'
import { migrate } from '../../../database/migrate.ts'
import { type Selection, selectAbs } from '../../../database/order-selection.ts'
import { registerDate } from '../../../database/registration.ts'
import type { AssociationBlock } from '../../../domain/association-block.ts'
import type { CampaignEnd } from '../../../domain/campaign.ts'
import type { RunState } from '../../../domain/date-run.ts'
import { PreconditionError } from '../../../domain/failure.ts'
import type { HoldKind } from '../../../domain/hold.ts'
import type { OrderKind } from '../../../domain/order.ts'
import type { Instrument } from '../../../domain/instrument.ts'
import { writeAssociationBlock } from '../../../domain/write-association-block.ts'
import type { Pipeline } from '../../../pipeline/find-pipeline.ts'
import { projectRoot } from '../../../settings/project.ts'
import type { SettingName } from '../../../simulator/set-up.ts'
import { workerIsEnding } from '../../../worker.ts'
import type { CampaignInput } from '../../../workflows/campaign.ts'
import {
  campaignWorkflowId,
  dailyId,
  dateWorkflowId,
  filesQueue,
  orchestrationQueue,
  recipesQueue,
} from '../../../workflows/ids.ts'
import { searchable } from '../../../workflows/search-attributes.ts'
import type { DateInput } from '../../../workflows/process-date.ts'
import { ownSchema } from '../own-schema.ts'
import { asRead } from '../../as-read.ts'
import { laySmallNight, makeSmallNight, smallInstrument, smallProduct } from './small-night.ts'

export const DATE = '2026-03-01'
const HOST = 'muc01'
const silent = new DefaultLogger('ERROR', () => undefined)
Runtime.install({ logger: silent })

const bundle = bundleWorkflowCode({ workflowsPath: join(projectRoot(), 'workflows/index.ts'), logger: silent })

/** What becomes of a start of the fake recipe (fake-esorex.mjs). */
export type Fate = 'succeed' | 'no product' | 'fail' | 'exit 1' | 'killed' | 'hang' | 'wait' | 'eat' | 'write'

export interface RigOptions {
  readonly executable: number
  readonly settings?: readonly SettingName[]
  /** Instead of these: another night on paper. */
  readonly night?: { readonly date: string; readonly plan: Parameters<typeof laySmallNight>[1] }
  /** Exposures of one template; one unless it is said. */
  readonly templateExposures?: number
  readonly cores?: number
  /** As PHOENIX_LOOK_AHEAD; a quarter of the cores and at least one unless it is said. */
  readonly lookAhead?: number
  readonly limits?: Partial<Instrument['limits']>
  readonly pipeline?: Partial<Pipeline>
  /** Replaces parts of the host before its worker starts. */
  readonly host?: Partial<Host>
}

/** What differs from an operator's `phoenix run` of the date. */
export interface RigOrder {
  readonly kind?: OrderKind
  readonly abNames?: readonly string[]
  readonly leaveOutMissing?: boolean
  readonly anyTime?: boolean
  readonly trial?: boolean
  readonly longAfterEvents?: number
}

/** What differs from an order to back-process every date, one at a time, oldest first. */
export interface RigCampaign extends Partial<NewCampaign> {
  readonly selection?: Partial<Selection>
  readonly longAfterDates?: number
}

const everyDate: NewCampaign = {
  kind: 'back-process',
  instrument: 'UVES',
  orderedBy: 'test',
  reason: null,
  newestFirst: false,
  datesAtOnce: 1,
  anyTime: true,
  leaveOutMissing: false,
  trial: false,
}

const everyAb = {
  range: null,
  abNames: null,
  programId: null,
  onlyFailed: false,
  onlyChanged: false,
  used: null,
  pipeline: null,
}

/** A worker of the host that a test may end and start again, as an operator does. */
export interface HostWorker {
  /** First signal: nothing new. With `kill`: the grace is over at once. Resolves when the worker has ended. */
  end(how: 'close' | 'kill'): Promise<void>
}

/**
 * A whole installation for one test: a schema and task queues of its own, a small night, the workers in this process, and a fake
 * recipe. Everything else is real. `close` replays every history that the test has made.
 */
export class Rig {
  readonly folder: string
  readonly archiveDir: string
  readonly scratchDir: string
  readonly date: string
  readonly prefix = `${randomUUID()}.`
  /** Where the record is, for a process of its own. */
  readonly record: { readonly url: string; readonly schema: string }
  readonly database: Database
  readonly abs: readonly AssociationBlock[]
  readonly client: Client
  readonly temporal: TemporalClient
  /** Names of the archives that the date needs; to be set before the workers start. */
  archives: readonly string[]
  readonly #recipeDir: string
  readonly #options: RigOptions
  readonly #native: NativeConnection
  readonly #drop: () => Promise<void>
  readonly #hosts = new Set<HostWorker>()
  #kept: { name: string; type: string } | null = null
  #orchestration: { worker: Worker; running: Promise<void> } | null = null

  private constructor(parts: {
    folder: string
    record: Rig['record']
    database: Database
    abs: readonly AssociationBlock[]
    client: Client
    native: NativeConnection
    drop: () => Promise<void>
    options: RigOptions
  }) {
    this.folder = parts.folder
    this.date = parts.options.night?.date ?? DATE
    this.archiveDir = join(parts.folder, 'archive')
    this.scratchDir = join(parts.folder, 'scratch')
    this.archives = [`folder:${this.archiveDir}`]
    this.#recipeDir = join(parts.folder, 'uves-6.1.8')
    this.record = parts.record
    this.database = parts.database
    this.abs = parts.abs
    this.client = parts.client
    this.temporal = new TemporalClient(parts.client, { queuePrefix: this.prefix })
    this.#native = parts.native
    this.#drop = parts.drop
    this.#options = parts.options
  }

  /** The night is registered and both workers run. */
  static async start(options: RigOptions): Promise<Rig> {
    const rig = await Rig.withoutWorkers(options)
    await rig.startOrchestration()
    await rig.startHost()
    return rig
  }

  static async withoutWorkers(options: RigOptions): Promise<Rig> {
    const folder = mkdtempSync(join(tmpdir(), 'phoenix-rig-'))
    const own = await ownSchema()
    const { url, schema } = own
    const database = connect({ url, schema })
    await migrate(database, schema, join(projectRoot(), 'database', 'migrations'))
    const { executable, settings = [437], templateExposures = 1, night } = options
    const small = { date: DATE, executable, settings, templateExposures }
    const archive = join(folder, 'archive')
    const abs = await (night ? laySmallNight(archive, night.plan) : makeSmallNight(archive, small))
    const address = inject('temporalAddress')
    const client = new Client({ connection: await Connection.connect({ address }) })
    const native = await NativeConnection.connect({ address })
    const rig = new Rig({
      folder,
      record: { url, schema },
      database,
      abs,
      client,
      native,
      drop: () => own.drop(),
      options,
    })
    mkdirSync(rig.#recipeDir)
    writeFileSync(join(rig.#recipeDir, 'product.fits'), smallProduct())
    await database
      .insertInto('host')
      .values({ host: HOST, cores: options.cores ?? 2, look_ahead: options.lookAhead ?? null })
      .execute()
    await rig.register(abs, rig.date)
    return rig
  }

  /** Lays and registers a further night. */
  async addNight(date: string, executable: number): Promise<readonly AssociationBlock[]> {
    const abs = await makeSmallNight(this.archiveDir, { date, executable, settings: [437] })
    await this.register(abs, date)
    return abs
  }

  /** Lays the calibrations of a night, and no block that needs them. */
  async addCalibrations(date: string): Promise<void> {
    await makeSmallNight(this.archiveDir, { date, executable: 1, settings: [437] })
  }

  /** Tells everything that runs to look at the record. */
  async wakeAll(): Promise<void> {
    for (const { instrument, date } of await openRuns(this.database)) await this.temporal.wakeDate(instrument, date)
    for (const { orderId } of await campaigns(this.database, 'open')) await this.temporal.wakeCampaign(orderId)
  }

  /** The blocks of a date, those that are not told being gone; `promised` of them need a calibration that is not made yet. */
  async register(
    abs: readonly AssociationBlock[],
    date = DATE,
    promised: readonly AssociationBlock[] = [],
  ): Promise<void> {
    const blocks = [...abs, ...promised].map((ab) => {
      const isPromised = promised.includes(ab)
      const content = `${writeAssociationBlock(ab)}${isPromised ? '# as first written\n' : ''}`
      const sha256 = createHash('sha256').update(content).digest('hex')
      const leftOut = isPromised ? ({ code: 'virtual calibration', text: 'only promised' } as const) : null
      return { name: ab.name, content, sha256, ab, leftOut }
    })
    await registerDate(this.database, { instrument: 'UVES', date, abDir: this.folder, blocks })
  }

  /** The first, second, ... start of this block's recipe ends so; all that is not said succeeds. */
  fate(index: number, ...fates: Fate[]): void {
    this.fateOf(this.ab(index), ...fates)
  }

  /** The same for a block of a further night. */
  fateOf({ name }: AssociationBlock, ...fates: Fate[]): void {
    writeFileSync(join(this.#recipeDir, `${name.replace(/\.ab$/, '')}.json`), JSON.stringify(fates))
  }

  /** Lets all waiting recipes end. */
  go(): void {
    writeFileSync(join(this.#recipeDir, 'go'), '')
  }

  /** Those that start from now on wait again. */
  stay(): void {
    rmSync(join(this.#recipeDir, 'go'))
  }

  /** Raw of every start of a recipe, in their order: written by the recipe itself. */
  starts(): readonly string[] {
    const path = join(this.#recipeDir, 'starts')
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []
  }

  /** What each start of a recipe was given after the name of the recipe, by its raw. */
  parameters(): Readonly<Record<string, readonly string[]>> {
    const lines = readFileSync(join(this.#recipeDir, 'arguments'), 'utf8').trimEnd().split('\n')
    const starts = lines.map((line) => z.array(z.string()).parse(JSON.parse(line)))
    return Object.fromEntries(
      starts.map(([raw = '', ...words]) => [raw, words.slice(words.indexOf('uves_obs_scired') + 1, -1)]),
    )
  }

  rawOf(index: number): string {
    return this.ab(index).name.replace(/\.ab$/, '')
  }

  ab(index: number): AssociationBlock {
    const ab = this.abs[index]
    if (ab === undefined) throw new Error(`the night has no block ${index}`)
    return ab
  }

  async startOrchestration(): Promise<void> {
    const worker = await Worker.create({
      connection: this.#native,
      taskQueue: orchestrationQueue(this.prefix),
      workflowBundle: await bundle,
      activities: orchestrationActivities(this.#orchestrationParts()),
    })
    this.#orchestration = { worker, running: worker.run() }
  }

  async startHost(parts: Partial<Host> = {}): Promise<HostWorker> {
    const closing = new AbortController()
    const killing = new AbortController()
    const host = { ...this.host(closing.signal, killing.signal), ...parts }
    const cores = this.#options.cores ?? 2
    const options = {
      connection: this.#native,
      shutdownGraceTime: '10 minutes',
      maxHeartbeatThrottleInterval: '1 second',
    } as const
    const workers = await Promise.all([
      Worker.create({ ...options, taskQueue: filesQueue(this.prefix, HOST), activities: hostFileActivities(host) }),
      Worker.create({
        ...options,
        taskQueue: recipesQueue(this.prefix, HOST),
        activities: hostRecipeActivities(host),
        maxConcurrentActivityTaskExecutions: blocksAtOnce(cores, this.#options.lookAhead ?? null),
      }),
    ])
    const running = Promise.all(workers.map((worker) => worker.run()))
    const hostWorker = {
      end: async (how: 'close' | 'kill') => {
        if (how === 'kill') killing.abort()
        if (!closing.signal.aborted) {
          closing.abort(workerIsEnding())
          for (const worker of workers) worker.shutdown()
        }
        await running
        this.#hosts.delete(hostWorker)
      },
    }
    this.#hosts.add(hostWorker)
    return hostWorker
  }

  host(closing: AbortSignal, killing: AbortSignal): Host {
    const archive = new FolderArchive(this.archiveDir)
    const pipeline: Pipeline = {
      name: 'uves',
      version: '6.1.8',
      esorex: join(import.meta.dirname, 'fake-esorex.mjs'),
      esorexVersion: '3.13.6',
      recipeDir: this.#recipeDir,
      recipes: ['uves_obs_scired'],
      ...this.#options.pipeline,
    }
    return {
      ...this.#orchestrationParts(),
      name: HOST,
      scratchDir: this.scratchDir,
      gencalibDir: join(this.archiveDir, 'gencalib'),
      source: archive,
      target: archive,
      calibrationCache: null,
      neededBytes: 0,
      load: () => 0,
      maximumLoad: null,
      sayHostIsSeen: async () => {},
      gate: new CpuGate(this.#options.cores ?? 2),
      slots: new CpuGate(slotsFor(this.#options.cores ?? 2, this.#options.lookAhead ?? null)),
      idpMaker: startIdpMaker(1),
      quarantine: { folder: join(this.folder, 'quarantine'), keepDays: 1, maximumBytes: 1e9 },
      findPipeline: () => Promise.resolve(pipeline),
      niceness: 0,
      closing,
      killing,
      ...this.#options.host,
    }
  }

  /** What `phoenix back-process` and `phoenix reprocess` do: the rows, then the workflow. Gives the order's number. */
  async orderCampaign({ selection = {}, longAfterDates, ...options }: RigCampaign = {}): Promise<number> {
    const campaign = { ...everyDate, ...options }
    const { kind, instrument } = campaign
    const abs = await selectAbs(this.database, { ...everyAb, kind, instrument, ...selection })
    const { orderId } = await placeCampaign(this.database, campaign, abs)
    if (orderId === null) throw new PreconditionError('nothing is left to order')
    if (longAfterDates === undefined) await this.temporal.ensureCampaignWorkflow({ ...campaign, orderId })
    else await this.startLongCampaign({ orderId, queuePrefix: this.prefix, longAfterDates })
    return orderId
  }

  async startLongCampaign(input: CampaignInput): Promise<void> {
    await this.client.workflow.start('campaign', {
      workflowId: campaignWorkflowId(this.prefix, input.orderId),
      taskQueue: orchestrationQueue(this.prefix),
      args: [input],
      typedSearchAttributes: searchable({ Instrument: 'UVES', Kind: 'back-process', State: 'running' }),
    })
  }

  campaignWorkflow(orderId: number): WorkflowHandle {
    return this.client.workflow.getHandle(campaignWorkflowId(this.prefix, orderId))
  }

  /** Waits for the end of a campaign; how it ended, and the state of each of its dates. */
  async campaignEnd(orderId: number): Promise<{ as: CampaignEnd; dates: Readonly<Record<string, string>> }> {
    for (;;) {
      const as = (await readCampaign(this.database, orderId))?.endedAs ?? null
      if (as !== null) return { as, dates: await this.campaignDates(orderId) }
      await until(async () => (await readCampaign(this.database, orderId))?.endedAs !== null)
    }
  }

  async campaignDates(orderId: number): Promise<Readonly<Record<string, string>>> {
    const dates = await orderDates(this.database, orderId)
    return Object.fromEntries(dates.map(({ date, state }) => [date, state]))
  }

  /** What `phoenix run` does: the row, then the workflow. */
  async order(options: RigOrder = {}): Promise<DateRun> {
    const {
      kind = 'run',
      abNames = 'all',
      leaveOutMissing = false,
      anyTime = false,
      trial = false,
      longAfterEvents,
    } = options
    const opened = await openRun(this.database, {
      instrument: 'UVES',
      date: this.date,
      host: HOST,
      order: { kind, orderedBy: 'test', leaveOutMissing, anyTime, trial },
      abNames,
    })
    if (!opened.opened) throw new PreconditionError(`run ${opened.openRun.runNumber} of ${opened.orderedBy} is open`)
    const { run } = opened
    if (longAfterEvents === undefined) await until(() => this.temporal.ensureDateWorkflow(run))
    else await this.#startLong({ runNumber: run.runNumber, queuePrefix: this.prefix, longAfterEvents })
    return run
  }

  get workflow(): WorkflowHandle {
    return this.client.workflow.getHandle(dateWorkflowId(this.prefix, 'UVES', this.date))
  }

  /** The Schedule of daily processing. */
  schedule(): ScheduleHandle {
    return this.client.schedule.getHandle(dailyId(this.prefix, 'UVES'))
  }

  /** Waits for the end of the workflow and gives the state in which the run closed. */
  async end(run: DateRun): Promise<RunState> {
    await until(async () => (await findOpenRun(this.database, 'UVES', this.date))?.openRun.runNumber !== run.runNumber)
    return (await readRun(this.database, run.runNumber))?.state ?? 'running'
  }

  async runIs(run: DateRun, state: RunState): Promise<void> {
    await until(async () => (await readRun(this.database, run.runNumber))?.state === state)
  }

  /** Waits until so many starts have been made. */
  async started(count: number): Promise<void> {
    await until(() => this.starts().length >= count)
  }

  /** What the command line does: the row, then a wake. */
  async hold(kind: HoldKind): Promise<void> {
    await placeHold(this.database, { kind, scope: this.scope, reason: 'test', placedBy: 'tester' })
    await this.temporal.wakeDate('UVES', this.date)
  }

  async resume(): Promise<void> {
    await releaseHolds(this.database, this.scope, 'tester')
    await this.temporal.wakeDate('UVES', this.date)
  }

  /** The archive does not have a calibration of the night any more, nor does the scratch disk of this run. */
  loseCalibration({ runNumber }: DateRun): void {
    const fileName = this.ab(0).calibrations[0]?.fileName ?? ''
    const runFolder = join(this.scratchDir, 'UVES', this.date, `run-${runNumber}`)
    for (const folder of [this.archiveDir, runFolder]) rmSync(join(folder, 'mcalib', fileName))
  }

  /** Marks the histories of one type of this test as fixtures in test/fixtures/histories/<workflow> (its README tells how to renew them). */
  keepHistoryAs(name: string, type = 'processDate'): void {
    this.#kept = { name, type }
  }

  /** As if the archive were not mounted where IDPs go. */
  loseArchive(): void {
    rmSync(join(this.archiveDir, 'idp'), { recursive: true })
  }

  get scope() {
    return { type: 'date', instrument: 'UVES', date: this.date } as const
  }

  /** State of every block by its place in the night, `failed` with its cause. */
  async abStates(): Promise<readonly string[]> {
    const rows = await this.database.selectFrom('sciproc_ab').select(['state', 'cause']).orderBy('ab_name').execute()
    return rows.map(({ state, cause }) => (cause === null ? state : `${state}: ${cause}`))
  }

  async problems(run: DateRun): Promise<readonly string[]> {
    const row = await this.database
      .selectFrom('date_run')
      .select('problems')
      .where('run_number', '=', run.runNumber)
      .executeTakeFirstOrThrow()
    return row.problems
  }

  /** Number of rows of the record, by how the start ended. */
  async startRows(): Promise<readonly string[]> {
    const rows = await this.database.selectFrom('recipe_start').select('ended_as').orderBy('start_id').execute()
    return rows.map(({ ended_as }) => ended_as ?? 'open')
  }

  async idpStates(): Promise<readonly string[]> {
    const rows = await this.database.selectFrom('idp').select('state').orderBy('archive_name').execute()
    return rows.map(({ state }) => state)
  }

  /** Ends everything, then replays every history of this test: a workflow that is not deterministic fails here. */
  async close(): Promise<void> {
    try {
      await Promise.all([...this.#hosts].map((host) => host.end('kill')))
      this.#orchestration?.worker.shutdown()
      await this.#orchestration?.running
      await this.#replayAll()
    } finally {
      await this.#terminateOpen()
      await this.#native.close()
      await this.client.connection.close()
      await this.database.destroy()
      await this.#drop()
      rmSync(this.folder, { recursive: true, force: true })
    }
  }

  /** Every workflow that the test has made, also those continued as new: stored as fixtures where the test says so. */
  async #replayAll(): Promise<void> {
    const parts = new Map<string, number>()
    for (const { workflowId, runId, type } of (await this.executions()).toReversed()) {
      const history = await this.client.workflow.getHandle(workflowId, runId).fetchHistory()
      await Worker.runReplayHistory({ workflowBundle: await bundle }, history, workflowId)
      const part = (parts.get(type) ?? 0) + 1
      parts.set(type, part)
      if (this.#kept?.type !== type || process.env['PHOENIX_RENEW_HISTORIES'] !== 'yes') continue
      const folder = join(projectRoot(), 'test/fixtures/histories', type)
      mkdirSync(folder, { recursive: true })
      writeFileSync(
        join(folder, `${this.#kept.name}${part === 1 ? '' : `-${part}`}.json`),
        `${historyToJSON(history)}\n`,
      )
    }
  }

  #orchestrationParts() {
    const instrument = asRead(smallInstrument(this.#options.limits))
    return {
      database: this.database,
      log: pino({ level: 'silent' }),
      window: this.#options.host?.window ?? null,
      coresByDay: this.#options.host?.coresByDay ?? 0,
      dailyNights: this.#options.host?.dailyNights ?? 3,
      loadInstrument: () => Promise.resolve(instrument),
      archives: this.archives,
      idpArchive: `folder:${this.archiveDir}`,
      ownHost: HOST,
      datePage: ({ instrument, date }: { instrument: string; date: string }) =>
        `http://127.0.0.1:7391/dates/${instrument}/${date}`,
    }
  }

  async #startLong(input: DateInput): Promise<void> {
    await this.client.workflow.start('processDate', {
      workflowId: dateWorkflowId(this.prefix, 'UVES', DATE),
      taskQueue: orchestrationQueue(this.prefix),
      args: [input],
      memo: { runNumber: input.runNumber },
      typedSearchAttributes: searchable({ Instrument: 'UVES', ObservingDate: DATE, Kind: 'run', State: 'running' }),
    })
  }

  /** Every workflow execution of this test, newest first, also those continued as new. */
  async executions(): Promise<readonly { workflowId: string; runId: string; type: string }[]> {
    const executions: { workflowId: string; runId: string; type: string }[] = []
    const query = `WorkflowId STARTS_WITH "${this.prefix}"`
    for await (const { workflowId, runId, type } of this.client.workflow.list({ query })) {
      executions.push({ workflowId, runId, type })
    }
    return executions
  }

  /** As if the store of the Temporal server had been deleted: of our workflows nothing is left. */
  async loseTemporalStore(): Promise<void> {
    const { workflowService, options } = this.client
    for (const workflowExecution of await this.executions()) {
      await workflowService.deleteWorkflowExecution({ namespace: options.namespace, workflowExecution })
    }
    await until(async () => (await this.executions()).length === 0)
  }

  async #terminateOpen(): Promise<void> {
    const query = `WorkflowId STARTS_WITH "${this.prefix}" and ExecutionStatus = "Running"`
    for await (const { workflowId } of this.client.workflow.list({ query })) {
      await this.client.workflow.getHandle(workflowId).terminate('test is over')
    }
  }
}

/** Waits for something to come true; the test's own time limit is the only one. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((wake) => setTimeout(wake, 25))
}
