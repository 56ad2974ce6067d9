import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { FaultyArchive } from '../simulator/faulty-archive.ts'
import { simulateNight } from '../simulator/night.ts'
import { listSchedule } from './plain-recipes.ts'
import { DATE, type PhoenixNight, phoenixNight } from './phoenix-night.ts'

/**
 * Whether downloads hide behind recipes: `npm run bench:overlap [-- BLOCKS]`.
 *
 * Raws come from a local HTTP archive whose connections are so slow that the download of one takes as long as a recipe does. On 2 cores with
 * a look-ahead of 2 the night must not take longer than 1.05 × (the larger of CPU bound and network bound + the first download); the run
 * without look-ahead is printed beside it. The seconds depend on what else the machine does, the ratios much less.
 */
const [CORES, LOOK_AHEAD, TARGET] = [2, 2, 1.05]

async function main(blocks: number): Promise<void> {
  const folder = await mkdtemp(join(os.tmpdir(), 'phoenix-bench-'))
  await chmod(folder, 0o711) // the account of the database must pass through
  try {
    const plan = { executable: blocks, settings: [346, 390, 437], withExtras: false } as const
    await simulateNight({ instrument: 'UVES', date: DATE, seed: 1, folder, plan })
    const archive = join(folder, 'archive')
    const common = { PHOENIX_ARCHIVE: archive, PHOENIX_AB_DIR: join(folder, 'ab') }
    const near = await phoenixNight(join(folder, 'near'), common, CORES)
    const seconds = mean(near.recipeSeconds)
    const bytesPerSecond = (await meanBytes(join(archive, 'raw'))) / seconds
    console.log(`${blocks} blocks; a recipe takes ${seconds.toFixed(2)} s, and so does the download of a raw`)
    const server = await FaultyArchive.start({ folder: archive, seed: 1, faults: { bytesPerSecond } })
    try {
      const http = { ...common, PHOENIX_RAW_SOURCE: server.address }
      const ahead = { ...http, PHOENIX_LOOK_AHEAD: String(LOOK_AHEAD) }
      show(`look-ahead of ${LOOK_AHEAD}`, LOOK_AHEAD, await phoenixNight(join(folder, 'ahead'), ahead, CORES), seconds)
      const without = { ...http, PHOENIX_LOOK_AHEAD: '0' }
      show('no look-ahead', 0, await phoenixNight(join(folder, 'without'), without, CORES), seconds)
    } finally {
      await server.stop()
    }
    console.log(`target with look-ahead: at most ${TARGET}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function show(title: string, lookAhead: number, night: PhoenixNight, downloadSeconds: number): void {
  const downloads = night.recipes.map(() => downloadSeconds)
  const networkBound = listSchedule(downloads, CORES + lookAhead)
  const bound = Math.max(night.ownBound, networkBound) + downloadSeconds
  const makespan = downloadSeconds + night.makespan
  const [load = Number.NaN] = os.loadavg()
  const figures = [
    `CPU bound ${night.ownBound.toFixed(1)} s`,
    `network bound ${networkBound.toFixed(1)} s`,
    `first download to last answer ${makespan.toFixed(1)} s`,
    `ratio ${(makespan / bound).toFixed(3)}`,
    `load ${load.toFixed(1)}`,
  ]
  console.log(`${title}: ${figures.join(', ')}`)
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

async function meanBytes(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.fits'))
  return mean(await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size)))
}

await main(Number(process.argv[2] ?? 24))
