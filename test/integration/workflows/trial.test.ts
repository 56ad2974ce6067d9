import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { trialAbs } from '../../../database/trials.ts'
import { rawStatus } from '../../../database/raw-status.ts'
import { Rig } from './rig.ts'

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
