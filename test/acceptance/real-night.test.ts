import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { FaultyArchive } from '../../simulator/faulty-archive.ts'
import { NgasStandIn } from '../../simulator/ngas-stand-in.ts'
import { ngasServer } from '../archive/ngas-servers.ts'
import { Installation } from '../end-to-end/installation.ts'
import { DATE, expectWholeNight, newestRun, recipeStarts, simulatedBlocks } from '../end-to-end/night.ts'

/** The settings of the installation, as an operator writes them. */
function configure({ home }: Installation, variables: Readonly<Record<string, string>>): void {
  mkdirSync(home, { mode: 0o711, recursive: true })
  const lines = Object.entries(variables).map(([name, value]) => `${name}: '${value}'\n`)
  writeFileSync(join(home, 'phoenix.yaml'), lines.join(''))
}

test('the real pipeline on a night over HTTP, from a faulty archive: the same as from a folder', async (context) => {
  const installation = new Installation(context)
  const { dir: folder } = installation.settings.archive
  const faults = {
    latencyMs: 50,
    dropAfterBytes: { rate: 0.3 },
    wrongLength: { rate: 0.1 },
    damage: { rate: 0.1 },
    busy: { rate: 0.1, burst: 2, retryAfterSeconds: 0 },
    missing: { rate: 0.1 },
    packed: { rate: 0.3 },
  }
  const server = await FaultyArchive.start({ folder, seed: 5, faults })
  onTestFinished(() => server.stop())
  configure(installation, { PHOENIX_RAW_SOURCE: server.address, PHOENIX_CALIBRATION_SOURCE: server.address })
  await installation.fine('demo', '--exit', '--executable', '6')
  await installation.servicesUp()
  await expectWholeNight(installation)
  const seen = new Set(server.served.map(({ fault }) => fault))
  expect([...seen]).toEqual(expect.arrayContaining(['dropAfterBytes', 'damage', 'busy']))
})

test('the real pipeline on a night with NGAS for everything: one version of each IDP, as on record', async (context) => {
  const installation = new Installation(context)
  const server = await NgasStandIn.start({ commitMs: 50 })
  onTestFinished(() => server.stop())
  await installation.fine('simulate', '--date', DATE, '--executable', '4')
  for (const room of ['raw', 'mcalib']) {
    const folder = join(installation.settings.archive.dir, room)
    for (const name of readdirSync(folder).filter((one) => one.endsWith('.fits'))) {
      const path = join(folder, name)
      const data = readFileSync(path)
      await ngasServer(server.address).archive({ fileId: name, path, bytes: data.length, crc32: crc32(data) })
    }
  }
  configure(installation, {
    PHOENIX_RAW_SOURCE: server.address,
    PHOENIX_CALIBRATION_SOURCE: server.address,
    PHOENIX_IDP_TARGET: server.address,
  })
  await installation.fine('demo', '--exit', '--executable', '4')
  await installation.servicesUp()
  expect((await newestRun(installation))?.state).toBe('done')
  const processed = simulatedBlocks(installation).filter(({ expect: end }) => end === 'processed')
  const database = await installation.record()
  const idps = await database.selectFrom('idp').selectAll().orderBy('ab_name').execute()
  expect(idps.map(({ ab_name }) => ab_name)).toEqual(processed.map(({ name }) => name).toSorted())
  for (const { state, archive_name: name, bytes } of idps) {
    expect([state, server.versionsOf(name).map((version) => version.bytes)]).toEqual(['live', [bytes]])
  }
  expect((await recipeStarts(installation)).every(({ ended_as }) => ended_as === 'ended')).toBe(true)
  expect(readdirSync(installation.settings.scratchDir)).toEqual([])
})
