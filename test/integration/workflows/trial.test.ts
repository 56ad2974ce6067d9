import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { campaignProgress } from '../../../database/campaign-progress.ts'
import { campaignRuns } from '../../../database/campaigns.ts'
import { trialAbs } from '../../../database/trials.ts'
import { rawStatus } from '../../../database/raw-status.ts'
import { asRead } from '../../as-read.ts'
import { DATE, Rig } from './rig.ts'
import { smallInstrument } from './small-night.ts'

let rig: Rig
afterEach(() => rig.close())

const archived = () => readdirSync(join(rig.archiveDir, 'idp')).filter((name) => name.endsWith('.fits'))
const blockRows = () => rig.database.selectFrom('sciproc_ab').selectAll().orderBy('ab_name').execute()

test('a trial does everything but the ingestion, and leaves its blocks as they were; the date goes on after it', async () => {
  rig = await Rig.start({ executable: 2 })
  await rig.end(await rig.order({ abNames: [rig.ab(0).name] }))
  const before = await blockRows()
  const statusBefore = await rawStatus(rig.database, [rig.rawOf(1)])
  const names = [rig.ab(0).name, rig.ab(1).name]
  const trial = await rig.order({ abNames: names, trial: true })
  expect(await rig.end(trial)).toBe('done')

  expect(await blockRows()).toEqual(before)
  expect(await rawStatus(rig.database, [rig.rawOf(1)])).toEqual(statusBefore)
  expect(await rig.idpStates()).toEqual(['live'])
  expect(archived()).toHaveLength(1)
  const generations = await rig.database.selectFrom('attempt').select('generation').orderBy('generation').execute()
  expect(generations.map(({ generation }) => generation)).toEqual([-trial.runNumber, -trial.runNumber, 1])
  const abs = await trialAbs(rig.database, trial.runNumber)
  expect(abs.map(({ outcome, products }) => [outcome, products.length])).toEqual([
    ['processed', 1],
    ['processed', 1],
  ])
  // Its products are kept although the folder of the run is gone; beside the one that is live there is something to compare.
  expect(abs.flatMap(({ products }) => products.map(({ path }) => existsSync(path)))).toEqual([true, true])
  expect(existsSync(rig.scratchDir) ? readdirSync(rig.scratchDir) : []).toEqual([])
  expect(abs.map(({ products: [product], qc1 }) => [product?.live === null, qc1.length > 0])).toEqual([
    [false, true],
    [true, false],
  ])

  await rig.end(await rig.order())
  expect(await rig.abStates()).toEqual(['processed', 'processed'])
  expect(archived()).toHaveLength(2)
})

describe('a trial of a campaign', () => {
  const again = { kind: 'reprocess', reason: 'pipeline 6.2.0', trial: true } as const
  const SECOND = '2026-03-02'

  test('tries each date in a run of its own, with the newest content of its blocks, and leaves all as it was', async () => {
    rig = await Rig.withoutWorkers({ executable: 2 })
    const [other] = await rig.addNight(SECOND, 1)
    await rig.startOrchestration()
    await rig.startHost()
    await rig.campaignEnd(await rig.orderCampaign())
    const changed = { ...rig.ab(0), recipeParameters: ['--reduce.extract.method=average'] }
    await rig.register([changed, rig.ab(1)])
    const before = await blockRows()
    const orderId = await rig.orderCampaign(again)
    expect(await rig.campaignEnd(orderId)).toEqual({ as: 'done', dates: { [DATE]: 'done', [SECOND]: 'done' } })

    expect(await blockRows()).toEqual(before)
    expect(await rig.idpStates()).toEqual(['live', 'live', 'live'])
    expect(archived()).toHaveLength(3)
    const tried = []
    for (const { runNumber, date } of await campaignRuns(rig.database, orderId)) {
      for (const { abName, outcome } of await trialAbs(rig.database, runNumber)) tried.push([date, abName, outcome])
    }
    expect(tried).toEqual([
      [DATE, rig.ab(0).name, 'processed'],
      [DATE, rig.ab(1).name, 'processed'],
      [SECOND, other?.name, 'processed'],
    ])
    expect(await campaignProgress(rig.database, orderId)).toMatchObject({ abs: 3, processed: 3 })
    expect(rig.parameters()[rig.rawOf(0)]).toEqual(['--reduce.extract.method=average'])
  })
})

test('parameters of the instrument file reach esorex, but where the block has another value of the same name', async () => {
  const file = smallInstrument()
  const parameters = { 'reduce.extract.method': 'optimal', debug: true, 'reduce.rebin.wlstep': 0.02 }
  const instrument = asRead({ ...file, modes: file.modes.map((mode) => ({ ...mode, parameters })) })
  rig = await Rig.withoutWorkers({ executable: 2, host: { loadInstrument: () => Promise.resolve(instrument) } })
  await rig.register([
    { ...rig.ab(0), recipeParameters: ['--debug=FALSE', '--reduce.merge=sum'] },
    { ...rig.ab(1), recipeParameters: [] },
  ])
  await rig.startOrchestration()
  await rig.startHost()
  await rig.end(await rig.order())
  const given = {
    [rig.rawOf(0)]: [
      '--reduce.extract.method=optimal',
      '--debug=FALSE',
      '--reduce.rebin.wlstep=0.02',
      '--reduce.merge=sum',
    ],
    [rig.rawOf(1)]: ['--reduce.extract.method=optimal', '--debug=TRUE', '--reduce.rebin.wlstep=0.02'],
  }
  expect(rig.parameters()).toEqual(given)
  // What the record says is what the recipe was given.
  const starts = await rig.database.selectFrom('recipe_start').select(['ab_name', 'parameters']).execute()
  expect(Object.fromEntries(starts.map((row) => [row.ab_name.replace(/\.ab$/, ''), row.parameters]))).toEqual(given)
})
