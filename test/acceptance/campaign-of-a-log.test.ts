import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { campaignProgress } from '../../database/campaign-progress.ts'
import { readCampaign } from '../../database/campaigns.ts'
import { placeHold, releaseHolds } from '../../database/holds.ts'
import { reconcile } from '../../reconciler.ts'
import { DATE, Rig, until } from '../integration/workflows/rig.ts'
import { layLoggedNight, loggedNights } from './logged-nights.ts'

let rig: Rig
afterEach(() => rig.close())

/** So many dates of the log, the smallest first, for a try; all of them when it is not set. */
const MOST_DATES = Number(process.env['PHOENIX_LOG_DATES'] ?? Number.POSITIVE_INFINITY)
const CLOCK_TICKS_PER_SECOND = 100

test('all dates of a real observing log, with a recipe that costs nothing and every disturbance: one attempt of each AB', {
  timeout: 3 * 3_600_000,
}, async () => {
  const log = await loggedNights()
  expect(log.size).toBe(95)
  expect([...log.values()].flat()).toHaveLength(4903)
  expect(Math.max(...[...log.values()].map((night) => night.length))).toBe(384)
  const nights = [...log].toSorted(([, a], [, b]) => a.length - b.length).slice(0, MOST_DATES)
  const total = nights.reduce((sum, [, exposures]) => sum + exposures.length, 0)
  const pipeline = { esorex: join(import.meta.dirname, 'null-esorex.sh') }
  rig = await Rig.withoutWorkers({ executable: 1, pipeline })
  // The night that every rig has brings the calibrations; its block is no part of the log.
  await rig.database.updateTable('sciproc_ab').set({ state: 'withdrawn' }).where('date', '=', DATE).execute()
  for (const [date, exposures] of nights) {
    await rig.addCalibrations(date)
    await rig.register(await layLoggedNight(rig.archiveDir, date, exposures), date)
  }
  await rig.startOrchestration()
  let host = await rig.startHost()
  const cpuBefore = cpuSeconds()
  const startedAt = Date.now()
  const input = { queuePrefix: rig.prefix, longAfterDates: 10 }
  const orderId = await rig.orderCampaign({ datesAtOnce: 3, longAfterDates: 10, newestFirst: true })
  const answered = async () => (await campaignProgress(rig.database, orderId)).processed
  const past = (part: number) => until(async () => (await answered()) >= total * part)

  await past(0.2)
  const scope = { type: 'campaign', orderId } as const
  await placeHold(rig.database, { kind: 'pause', scope, reason: 'test', placedBy: 'tester' })
  await rig.temporal.wakeCampaign(orderId)
  await until(async () => (await readCampaign(rig.database, orderId))?.waitsFor === 'pause by tester: test')
  await releaseHolds(rig.database, scope, 'tester')
  await rig.wakeAll()

  await past(0.4)
  await host.end('kill')
  host = await rig.startHost()

  await past(0.6)
  await rig.loseTemporalStore()
  await rig.startLongCampaign({ ...input, orderId })
  await reconcile(rig.database, rig.temporal)

  expect((await rig.campaignEnd(orderId)).as).toBe('done')
  const seconds = (Date.now() - startedAt) / 1000
  const cpu = cpuSeconds() - cpuBefore

  expect(await campaignProgress(rig.database, orderId)).toMatchObject({
    abs: total,
    processed: total,
    failed: 0,
    dates: { done: nights.length },
  })
  const perDate = await rig.database
    .selectFrom('attempt as t')
    .innerJoin('sciproc_ab as a', 'a.ab_name', 't.ab_name')
    .select(['a.date', sql<number>`count(*)`.as('attempts')])
    .where('t.outcome', '=', 'processed')
    .groupBy('a.date')
    .execute()
  expect(new Map(perDate.map(({ date, attempts }) => [date, attempts]))).toEqual(
    new Map(nights.map(([date, exposures]) => [date, exposures.length])),
  )
  // One attempt, one IDP; what was killed with the worker was not attempted.
  expect(await rig.idpStates()).toEqual(Array.from({ length: total }, () => 'live'))
  const starts = await rig.startRows()
  expect(starts.filter((end) => end === 'ended')).toHaveLength(total)
  expect(starts.filter((end) => end !== 'ended' && end !== 'not attempted')).toEqual([])
  console.info(
    `${total} ABs of ${nights.length} dates in ${seconds.toFixed(0)} s, ${((1000 * cpu) / total).toFixed(0)} ms of CPU per AB in workers, launchers and recipes`,
  )
})

/** CPU of this process, in which the workers run, and of the children that it has waited for: launchers and recipes. */
function cpuSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return ticks / CLOCK_TICKS_PER_SECOND
}
