import { rmSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { NgasStandIn } from '../../simulator/ngas-stand-in.ts'
import { ngasArchive } from '../archive/ngas-servers.ts'
import { ALL_FAULTS, expectWhole, FAULTS, FaultyNight } from '../integration/workflows/faulty-night.ts'
import { Rig } from '../integration/workflows/rig.ts'

const toStop: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of toStop.splice(0)) await stop()
})

test.each(Object.entries(FAULTS))('a night over HTTP with %s', async (_, faults) => {
  const night = await FaultyNight.start(faults, { executable: 6, seed: 3 })
  toStop.push(() => night.close())
  await night.run()
  await expectWhole(night)
  // It did happen; what has no name of its own among the answers is there in every one.
  const [kind] = Object.keys(faults)
  const named = kind === 'tokenExpiresAfter' ? '401' : kind
  const always = ['latencyMs', 'bytesPerSecond', 'packed']
  const hits = night.server.served.filter(({ fault }) => fault === named || always.includes(kind ?? '')).length
  expect(hits).toBeGreaterThan(0)
})

test.each([11, 12, 13])('a night of twenty blocks over HTTP with all faults at once (seed %i)', async (seed) => {
  const night = await FaultyNight.start(ALL_FAULTS, { executable: 20, seed })
  toStop.push(() => night.close())
  await night.run()
  await expectWhole(night)
  expect(new Set(night.server.served.map(({ fault }) => fault)).size).toBeGreaterThan(6)
})

test('NGAS away for the whole ingestion: blocked, products kept, scratch otherwise clean; back again: they go in', async () => {
  const rig = await Rig.withoutWorkers({ executable: 3 })
  const server = await NgasStandIn.start()
  toStop.push(
    () => rig.close(),
    () => server.stop(),
  )
  const target = ngasArchive(server.address)
  await rig.startOrchestration()
  await rig.startHost({ target })
  server.state = 'OFFLINE'
  expect(await rig.end(await rig.order())).toBe('blocked')
  expect(await rig.idpStates()).toEqual(['pending', 'pending', 'pending'])
  rmSync(`${rig.archiveDir}/raw`, { recursive: true }) // nothing is fetched or run again
  server.state = 'ONLINE'
  expect(await rig.end(await rig.order())).toBe('done')
  expect(await rig.idpStates()).toEqual(['live', 'live', 'live'])
  expect(rig.starts()).toHaveLength(3)
})
