import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { blocksAtOnce } from '../../activities/plan-date.ts'
import { DATE, Rig } from '../integration/workflows/rig.ts'

const [BLOCKS, CORES] = [100, 2]

let rig: Rig
afterEach(() => rig.close())

// With the real pipeline and in bytes: `npm run bench:scratch`.
test.each([1, 2])(
  'a night of a hundred blocks with a look-ahead of %i never has more blocks on the disk than it may, and nothing but its IDPs stays',
  async (lookAhead) => {
    rig = await Rig.start({ executable: BLOCKS, cores: CORES, lookAhead })
    const run = await rig.order()
    const folder = join(rig.scratchDir, 'UVES', DATE, `run-${run.runNumber}`)
    const looks: Record<'blocks' | 'idps' | 'raws' | 'mcalibs', number>[] = []
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
    const most = (what: keyof (typeof looks)[number]) => Math.max(...looks.map((look) => look[what]))
    expect(looks.length).toBeGreaterThan(BLOCKS)
    expect(most('blocks')).toBeGreaterThan(1)
    expect(most('blocks')).toBeLessThanOrEqual(blocksAtOnce(CORES, lookAhead))
    expect(most('raws')).toBeLessThanOrEqual(blocksAtOnce(CORES, lookAhead))
    expect(most('idps')).toBeLessThanOrEqual(BLOCKS)
    const calibrations = new Set(rig.abs.flatMap(({ calibrations: all }) => all.map(({ fileName }) => fileName)))
    expect(most('mcalibs')).toBeLessThanOrEqual(calibrations.size)
    expect(readdirSync(rig.scratchDir)).toEqual([])
    expect(rig.starts()).toHaveLength(BLOCKS)
  },
)

/** Names of what is there and whole. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'))
  } catch {
    return [] // it has just gone
  }
}
