import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MockActivityEnvironment } from '@temporalio/testing'
import { afterEach, describe, expect, test } from 'vitest'
import type { Host } from '../../../activities/dependencies.ts'
import { hostFileActivities, hostRecipeActivities } from '../../../activities/index.ts'
import { RunFolder } from '../../../activities/scratch.ts'
import { type DateRun, openRun } from '../../../database/date-runs.ts'
import { closeStart, startRecipe as recordStart } from '../../../database/recipe-starts.ts'
import { prepareRecipe, recipeState, startRecipe, waitForRecipe } from '../../../pipeline/run-recipe.ts'
import { DATE, type Fate, Rig } from '../workflows/rig.ts'

// Each test leaves the record and the disk as somebody who died between two lines has left them, and then does the job.

let rig: Rig
let run: DateRun
let host: Host
afterEach(() => rig.close())

const inTemporal = <Result>(work: () => Promise<Result>): Promise<Result> => new MockActivityEnvironment().run(work)
const processAB = () => inTemporal(() => hostRecipeActivities(host).processAB(run.runNumber, rig.ab(0).name))
const files = () => hostFileActivities(host)
const runFolder = () => new RunFolder(host.scratchDir, run)
const recipeFolder = () => join(runFolder().ab(rig.ab(0).name), 'recipe')

async function openNight(): Promise<void> {
  rig = await Rig.withoutWorkers({ executable: 1 })
  const never = new AbortController().signal
  host = rig.host(never, never)
  const place = { instrument: 'UVES', date: DATE, host: host.name }
  const opened = await openRun(rig.database, { ...place, order: { kind: 'run', orderedBy: 'test' }, abNames: 'all' })
  if (!opened.opened) throw new Error('the run is open already')
  run = opened.run
  await inTemporal(() => files().prepareHost(run.runNumber))
  expect(await inTemporal(() => files().downloadMcalibs(run.runNumber))).toEqual({ problems: [], leftOut: [] })
}

/** The start as the activity records it. */
async function startRow(): Promise<number> {
  const { name } = rig.ab(0)
  const place = { instrument: 'UVES', date: DATE, orderId: run.orderId, host: host.name, archives: host.archives }
  const request = { runNumber: run.runNumber, abName: name, generation: 1, version: 1, folder: recipeFolder(), place }
  const started = await recordStart(rig.database, { ...request, windowIsOpen: true })
  if (!started.started) throw new Error(started.decision.detail)
  return started.startId
}

/** Runs the recipe by hand to its end. */
async function recipe(fate: Fate): Promise<void> {
  rig.fate(0, fate)
  const raw = join(runFolder().ab(rig.ab(0).name), 'raw', `${rig.rawOf(0)}.fits`)
  await prepareRecipe({
    folder: recipeFolder(),
    pipeline: await host.findPipeline('uves'),
    recipe: 'uves_obs_scired',
    parameters: [],
    frames: [{ path: raw, tag: 'SCI_POINT_BLUE' }],
    limits: { wallSeconds: 60, memoryBytes: 1e9, outputBytes: 1e9 },
  })
  await startRecipe(recipeFolder())
  await waitForRecipe(recipeFolder())
}

describe('a worker that died', () => {
  test('after the row of the start, before the launcher: counted, and started again', async () => {
    await openNight()
    await startRow()
    expect(await processAB()).toEqual({ ended: true, outcome: 'processed' })
    expect(await rig.startRows()).toEqual(['without end', 'ended'])
    expect(rig.starts()).toHaveLength(1)
  })

  test('after closing a killed start, before clearing its folder: the old exit status is no answer to the new start', async () => {
    await openNight()
    const startId = await startRow()
    await recipe('killed')
    await closeStart(rig.database, { startId, endedAs: 'without end', detail: 'killed', log: null })
    expect(recipeState(recipeFolder()).state).toBe('ended')
    expect(await processAB()).toEqual({ ended: true, outcome: 'processed' })
    expect(await rig.startRows()).toEqual(['without end', 'ended'])
    expect(rig.starts()).toHaveLength(2)
  })

  test('after the answer was committed, before the folder went: nothing runs again, the folder goes', async () => {
    await openNight()
    await processAB()
    const left = runFolder().ab(rig.ab(0).name)
    expect(existsSync(left)).toBe(false)
    mkdirSync(join(left, 'raw'), { recursive: true })
    expect(await processAB()).toEqual({ ended: true, outcome: 'processed' })
    expect(existsSync(left)).toBe(false)
    expect(rig.starts()).toHaveLength(1)
    expect(await rig.idpStates()).toEqual(['pending'])
  })

  test('of another scratch disk, its recipe still at work: that one is killed before another is started', async () => {
    await openNight()
    await startRow()
    rig.fate(0, 'hang', 'succeed')
    const raw = join(runFolder().ab(rig.ab(0).name), 'raw', `${rig.rawOf(0)}.fits`)
    await prepareRecipe({
      folder: recipeFolder(),
      pipeline: await host.findPipeline('uves'),
      recipe: 'uves_obs_scired',
      parameters: [],
      frames: [{ path: raw, tag: 'SCI_POINT_BLUE' }],
      limits: { wallSeconds: 60, memoryBytes: 1e9, outputBytes: 1e9 },
    })
    await startRecipe(recipeFolder())
    await rig.started(1)
    const before = recipeFolder()
    host = { ...host, scratchDir: join(rig.folder, 'other-scratch') }
    await inTemporal(() => files().prepareHost(run.runNumber))
    await inTemporal(() => files().downloadMcalibs(run.runNumber))
    expect(await processAB()).toEqual({ ended: true, outcome: 'processed' })
    expect(recipeState(before)).toMatchObject({ state: 'ended', status: { killedBy: 'cancel' } })
    expect(await rig.startRows()).toEqual(['without end', 'ended'])
  })
})

describe('ingestion broken off', () => {
  const waiting = () => readdirSync(runFolder().idps)
  const archived = () => readdirSync(join(rig.archiveDir, 'idp')).filter((name) => name.endsWith('.fits'))

  test('after the file was stored, before its row went live: finished without a second file', async () => {
    await openNight()
    await processAB()
    const { archive_name: archiveName, waiting_path: path } = await rig.database
      .selectFrom('idp')
      .select(['archive_name', 'waiting_path'])
      .executeTakeFirstOrThrow()
    await host.target.store(archiveName, path ?? '')
    rmSync(path ?? '')
    expect(await inTemporal(() => files().ingest(run.runNumber))).toMatchObject({ live: 1, waiting: 0 })
    expect(archived()).toEqual([archiveName])
    expect(await inTemporal(() => files().ingest(run.runNumber))).toMatchObject({ live: 0, waiting: 0 })
  })

  test('a product that the archive gives back with other bytes is not deleted here', async () => {
    await openNight()
    await processAB()
    const target: Host['target'] = {
      name: host.target.name,
      store: (name, path) => host.target.store(name, path),
      readBack: () => Promise.resolve({ bytes: 1, sha256: 'f'.repeat(64) }),
    }
    const broken = hostFileActivities({ ...host, target })
    const ingested = await inTemporal(() => broken.ingest(run.runNumber))
    expect(ingested).toMatchObject({ live: 0, waiting: 1, why: expect.stringContaining('with other bytes') })
    expect(await rig.idpStates()).toEqual(['pending'])
    expect(waiting()).toHaveLength(1)
    const log = await rig.database.selectFrom('ingestion_log').select('result').execute()
    expect(log.map(({ result }) => result)).toEqual(['transport error', 'transport error', 'transport error'])
  })

  test('cleaning up keeps what waits, by whatever path the scratch folder is named, and nothing else', async () => {
    await openNight()
    await processAB()
    writeFileSync(join(runFolder().idps, 'left-over.fits'), 'of a crash')
    writeFileSync(join(runFolder().mcalibs, 'more.fits'), 'data')
    const [product] = waiting().filter((name) => name !== 'left-over.fits')
    renameSync(host.scratchDir, join(rig.folder, 'disk'))
    symlinkSync(join(rig.folder, 'disk'), join(rig.folder, 'link'))
    host = { ...host, scratchDir: join(rig.folder, 'link') }
    const freed = await inTemporal(() => files().cleanUp(run.runNumber))
    expect(freed).toBeGreaterThan(0)
    expect(waiting()).toEqual([product])
    expect(readdirSync(runFolder().path).toSorted()).toEqual(['.phoenix-run', 'idp'])
    expect(await inTemporal(() => files().cleanUp(run.runNumber))).toBe(0)
  })

  test("a folder without the marker is nobody's to sweep", async () => {
    await openNight()
    rmSync(join(runFolder().path, '.phoenix-run'))
    expect(await inTemporal(() => files().cleanUp(run.runNumber))).toBe(0)
    expect(existsSync(runFolder().mcalibs)).toBe(true)
  })
})

test('each calibration is fetched once: a new workflow of the run uses what is here and unharmed', async () => {
  await openNight()
  const fetched: string[] = []
  const source: Host['source'] = {
    name: host.source.name,
    fetch: (kind, name, target) => {
      fetched.push(name)
      return host.source.fetch(kind, name, target)
    },
  }
  const again = hostFileActivities({ ...host, source })
  await inTemporal(() => again.downloadMcalibs(run.runNumber))
  expect(fetched).toEqual([])
  const [harmed = ''] = readdirSync(runFolder().mcalibs)
  writeFileSync(join(runFolder().mcalibs, harmed), 'harmed')
  writeFileSync(runFolder().calibrationList, '[{"fileNa')
  expect(await inTemporal(() => again.downloadMcalibs(run.runNumber))).toEqual({ problems: [], leftOut: [] })
  expect(fetched).toHaveLength(readdirSync(runFolder().mcalibs).length)
  fetched.length = 0
  writeFileSync(join(runFolder().mcalibs, harmed), 'harmed')
  await inTemporal(() => again.downloadMcalibs(run.runNumber))
  expect(fetched).toEqual([harmed])
})

test('a scratch disk that is wiped under a running date: what is needed is fetched again, gencalibs are not touched', async () => {
  await openNight()
  const names = readdirSync(runFolder().mcalibs).toSorted()
  rmSync(host.scratchDir, { recursive: true })
  expect(await processAB()).toEqual({ ended: true, outcome: 'processed' })
  expect(readdirSync(runFolder().mcalibs).toSorted()).toEqual(names)
})

test('one calibration that has gone is enough; one that the archive lost meanwhile is no answer about the block', async () => {
  await openNight()
  const [gone = ''] = readdirSync(runFolder().mcalibs)
  rmSync(join(runFolder().mcalibs, gone))
  renameSync(join(rig.archiveDir, 'mcalib', gone), join(rig.folder, gone))
  await expect(processAB()).rejects.toThrow(`calibrations have gone from this host: ${gone}: not in the archive`)
  expect(await rig.abStates()).toEqual(['pending'])
  renameSync(join(rig.folder, gone), join(rig.archiveDir, 'mcalib', gone))
  expect(await processAB()).toEqual({ ended: true, outcome: 'processed' })
})
