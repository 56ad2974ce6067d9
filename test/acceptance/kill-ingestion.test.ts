import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { NgasStandIn } from '../../simulator/ngas-stand-in.ts'
import { archivedIn, killedIngestion } from '../integration/archive/killed-ingestion.ts'
import { Rig } from '../integration/workflows/rig.ts'

const KILLS = 20
const BLOCKS = 12

let rig: Rig
afterEach(() => rig.close())

test('into a folder, killed at 20 random moments: each file is there once, whole, with one row', async () => {
  rig = await Rig.withoutWorkers({ executable: BLOCKS })
  const end = await killedIngestion(rig, rig.archiveDir, KILLS, async (idps) => {
    for (const { archiveName, state, facts } of idps) {
      const stored = await archivedIn(rig.archiveDir, archiveName)
      expect(stored).toEqual(state === 'live' || stored !== null ? facts : null)
    }
  })
  expect(end.killedOnTheWay).toBeGreaterThanOrEqual(KILLS / 2)
  expect(end.idps.map(({ state }) => state)).toEqual(Array.from({ length: BLOCKS }, () => 'live'))
  expect([end.liveLogs, end.left]).toEqual([BLOCKS, []])
  const stored = readdirSync(join(rig.archiveDir, 'idp')).filter((name) => name.endsWith('.fits'))
  expect(stored).toEqual(end.idps.map(({ archiveName }) => archiveName))
})

test('into NGAS, killed at 20 random moments: each file has one version, whole, and one row', async () => {
  rig = await Rig.withoutWorkers({ executable: BLOCKS })
  const server = await NgasStandIn.start({ commitMs: 100 })
  try {
    const end = await killedIngestion(rig, server.address, KILLS, async (idps) => {
      for (const { archiveName, state } of idps.filter((idp) => idp.state === 'live')) {
        expect([state, server.versionsOf(archiveName)]).toEqual(['live', [expect.anything()]])
      }
    })
    expect(end.killedOnTheWay).toBeGreaterThanOrEqual(KILLS / 2)
    expect(end.idps.map(({ state }) => state)).toEqual(Array.from({ length: BLOCKS }, () => 'live'))
    expect([end.liveLogs, end.left]).toEqual([BLOCKS, []])
    for (const { archiveName, facts } of end.idps) {
      expect(server.versionsOf(archiveName).map(({ bytes }) => bytes)).toEqual([facts.bytes])
    }
  } finally {
    await server.stop()
  }
})
