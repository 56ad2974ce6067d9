import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Rig } from '../workflows/rig.ts'
import { archivedIn, killedIngestion } from './killed-ingestion.ts'

let rig: Rig
afterEach(() => rig.close())

// 20 kills, and with NGAS: test/acceptance.
test('the ingestion of a date, killed at 3 random moments: each file is there once, whole, with one row', async () => {
  rig = await Rig.withoutWorkers({ executable: 4 })
  const end = await killedIngestion(rig, rig.archiveDir, 3, async (idps) => {
    for (const { archiveName, state, facts } of idps) {
      const stored = await archivedIn(rig.archiveDir, archiveName)
      expect(stored).toEqual(state === 'live' || stored !== null ? facts : null)
    }
  })
  expect(end.killedOnTheWay).toBeGreaterThan(0)
  expect(end.idps.map(({ state }) => state)).toEqual(['live', 'live', 'live', 'live'])
  expect(end.liveLogs).toBe(4)
  expect(end.left).toEqual([])
  const stored = readdirSync(join(rig.archiveDir, 'idp')).filter((name) => name.endsWith('.fits'))
  expect(stored).toEqual(end.idps.map(({ archiveName }) => archiveName))
})
