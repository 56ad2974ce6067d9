import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { slotsFor } from '../../activities/plan-date.ts'
import { DATE, Rig } from '../integration/workflows/rig.ts'

const [BLOCKS, CORES] = [100, 2]
const SLOTS = slotsFor(CORES, null)

let rig: Rig
afterEach(() => rig.close())

// With the real pipeline and in bytes: `npm run bench:scratch`.
test('a night of a hundred blocks never has more blocks on the disk than cores and look-ahead, and nothing but its IDPs stays', async () => {
  rig = await Rig.start({ executable: BLOCKS, cores: CORES })
  const run = await rig.order()
  const folder = join(rig.scratchDir, 'UVES', DATE, `run-${run.runNumber}`)
  const looks: { blocks: number; idps: number; raws: number; mcalibs: number }[] = []
  const timer = setInterval(() => {
    const blocks = namesIn(join(folder, 'ab'))
    looks.push({
      blocks: blocks.length,
      raws: blocks.flatMap((name) => namesIn(join(folder, 'ab', name, 'raw'))).length,
      idps: namesIn(join(folder, 'idp')).length,
      mcalibs: namesIn(join(folder, 'mcalib')).length,
    })
  }, 5)
  expect(await rig.end(run)).toBe('done')
  clearInterval(timer)
  const most = (what: 'blocks' | 'raws' | 'idps' | 'mcalibs') => Math.max(...looks.map((look) => look[what]))
  expect(looks.length).toBeGreaterThan(BLOCKS)
  expect(most('blocks')).toBeGreaterThan(1)
  expect(most('blocks')).toBeLessThanOrEqual(SLOTS)
  expect(most('raws')).toBeLessThanOrEqual(SLOTS)
  expect(most('idps')).toBeLessThanOrEqual(BLOCKS)
  const calibrations = new Set(rig.abs.flatMap(({ calibrations: all }) => all.map(({ fileName }) => fileName)))
  expect(most('mcalibs')).toBeLessThanOrEqual(calibrations.size)
  expect(readdirSync(rig.scratchDir)).toEqual([])
  expect(rig.starts()).toHaveLength(BLOCKS)
})

/** Names of what is there and whole. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'))
  } catch {
    return [] // it has just gone
  }
}
