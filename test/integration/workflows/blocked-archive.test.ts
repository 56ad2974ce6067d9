import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { readCampaign } from '../../../database/campaigns.ts'
import { activeHolds, placeHold, releaseHolds } from '../../../database/holds.ts'
import { PHOENIX } from '../../../domain/hold.ts'
import { reconcile } from '../../../reconciler.ts'
import { DATE, Rig, until } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const SECOND = '2026-03-02'
const THIRD = '2026-03-03'

const runs = async () => {
  const rows = await rig.database.selectFrom('date_run').select(['date', 'state']).orderBy('run_number').execute()
  return rows.map(({ date, state }) => `${date} ${state}`)
}

test('two blocked dates hold all starts; a probe releases the hold when the archive is back, and the rest goes on', async () => {
  rig = await Rig.withoutWorkers({ executable: 1 })
  await rig.addNight(SECOND, 1)
  await rig.addNight(THIRD, 1)
  rig.loseArchive()
  await rig.startOrchestration()
  await rig.startHost()
  await rig.database.updateTable('host').set({ seen_at: new Date() }).execute()
  const scope = { type: 'archive', archive: rig.archives[0] ?? '' } as const

  const orderId = await rig.orderCampaign()
  await until(
    async () => (await readCampaign(rig.database, orderId))?.waitsFor?.startsWith('pause by phoenix') === true,
  )
  expect(await runs()).toEqual([`${DATE} blocked`, `${SECOND} blocked`])
  const [hold] = await activeHolds(rig.database)
  expect(hold).toMatchObject({ kind: 'pause', scope, placedBy: PHOENIX, probe: true })
  expect(hold?.reason).toMatch(`2 dates are blocked, UVES ${DATE} and UVES ${SECOND}: `)
  expect(rig.starts()).toHaveLength(2)

  // A person's hold of the same archive is one of its own.
  await placeHold(rig.database, { kind: 'pause', scope, reason: 'moving it', placedBy: 'ada' })
  expect(await activeHolds(rig.database)).toHaveLength(2)
  mkdirSync(join(rig.archiveDir, 'idp'))
  await reconcile(rig.database, rig.temporal)
  await until(async () => (await activeHolds(rig.database)).every(({ placedBy }) => placedBy === 'ada'))
  expect(await runs()).toEqual([`${DATE} blocked`, `${SECOND} blocked`, `${DATE} done`])
  expect(await activeHolds(rig.database)).toHaveLength(1)
  expect(rig.starts()).toHaveLength(2)

  await releaseHolds(rig.database, scope, 'ada')
  await rig.wakeAll()
  expect(await rig.campaignEnd(orderId)).toEqual({
    as: 'done',
    dates: { [DATE]: 'done', [SECOND]: 'done', [THIRD]: 'done' },
  })
  expect(await rig.idpStates()).toEqual(['live', 'live', 'live'])
  expect(rig.starts()).toHaveLength(3)
})
