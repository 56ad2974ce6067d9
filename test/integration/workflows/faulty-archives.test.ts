import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { HttpArchive } from '../../../archive/http.ts'
import { FaultyArchive } from '../../../simulator/faulty-archive.ts'
import { NgasStandIn } from '../../../simulator/ngas-stand-in.ts'
import { BadLine, ngasArchive, ngasServer } from '../../archive/ngas-servers.ts'
import { ALL_FAULTS, expectWhole, FaultyNight } from './faulty-night.ts'
import { Rig, until } from './rig.ts'

const toStop: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of toStop.splice(0)) await stop()
})

// Each fault by itself: test/acceptance.
test('a night over HTTP with all faults at once: each block has its one answer, each IDP is there once', async () => {
  const night = await FaultyNight.start(ALL_FAULTS, { executable: 8, seed: 7 })
  toStop.push(() => night.close())
  await night.run()
  await expectWhole(night)
  expect(new Set(night.server.served.map(({ fault }) => fault)).size).toBeGreaterThan(4)
})

test('a night with NGAS for everything, over a line that cuts uploads and loses replies: one version of each IDP', async () => {
  const rig = await Rig.withoutWorkers({ executable: 4 })
  const server = await NgasStandIn.start({ commitMs: 50 })
  const line = await BadLine.to(server.address)
  toStop.push(
    () => rig.close(),
    () => line.stop(),
    () => server.stop(),
  )
  for (const room of ['raw', 'mcalib']) {
    for (const name of readdirSync(join(rig.archiveDir, room)).filter((one) => one.endsWith('.fits'))) {
      const path = join(rig.archiveDir, room, name)
      const data = readFileSync(path)
      await ngasServer(server.address).archive({ fileId: name, path, bytes: data.length, crc32: crc32(data) })
    }
  }
  line.plan.push('lose reply', 'fine', 'lose reply')
  const archive = ngasArchive(line.address)
  rig.archives = [archive.name]
  await rig.startOrchestration()
  await rig.startHost({ source: archive, target: archive })
  expect(await rig.end(await rig.order())).toBe('done')
  expect(await rig.abStates()).toEqual(Array.from({ length: 4 }, () => 'processed'))
  const idps = await rig.database.selectFrom('idp').select(['archive_name', 'state', 'bytes']).execute()
  expect(idps.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'live'))
  for (const { archive_name: name, bytes } of idps) {
    expect(server.versionsOf(name).map((version) => version.bytes)).toEqual([bytes])
  }
  expect(line.plan).toEqual([])
})

test('an HTTP archive that goes away in the middle of the downloads, and comes back: nothing fails, everything goes on', async () => {
  const rig = await Rig.withoutWorkers({ executable: 3 })
  toStop.push(() => rig.close())
  const options = { folder: rig.archiveDir, seed: 1 }
  const server = await FaultyArchive.start({ ...options, faults: { latencyMs: 100 } })
  const limits = { tries: 2, pauseSeconds: 0.01, longestPauseSeconds: 0.1, connectSeconds: 1 }
  const source = new HttpArchive({ address: server.address, limits })
  rig.archives = [source.name]
  await rig.startOrchestration()
  await rig.startHost({ source })
  const run = await rig.order()
  const served = (what: RegExp) => server.served.filter(({ path }) => what.test(path)).length
  await until(() => served(/UV_/) > 0)
  await server.stop()
  const isTriedAgain = async () => {
    const { raw } = await rig.workflow.describe()
    return (raw.pendingActivities ?? []).some(({ attempt }) => Number(attempt) > 2)
  }
  await until(isTriedAgain)
  const again = await FaultyArchive.start({ ...options, port: Number(new URL(server.address).port) })
  toStop.push(() => again.stop())
  await until(() => again.served.some(({ path }) => path.includes('UVES.')))
  expect(await rig.end(run)).toBe('done')
  expect(await rig.abStates()).toEqual(['processed', 'processed', 'processed'])
})
