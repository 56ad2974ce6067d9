import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { simulateNight } from '../simulator/night.ts'
import { DATE, phoenixNight } from './phoenix-night.ts'

/**
 * How much of the scratch disk a long night takes at most: `npm run bench:scratch [-- BLOCKS]`.
 *
 * Promised are the mcalibs, (cores + look-ahead) × what one block needs, and the IDPs that have not been ingested, however long the night is.
 * The disk is looked at as often as it can be while the night runs.
 */
const CORES = 2
const SLOTS = 3

async function main(blocks: number): Promise<void> {
  const folder = await mkdtemp(join(os.tmpdir(), 'phoenix-bench-'))
  await chmod(folder, 0o711) // the account of the database must pass through
  try {
    const plan = { executable: blocks, settings: [346, 390, 437], withExtras: false } as const
    await simulateNight({ instrument: 'UVES', date: DATE, seed: 1, folder, plan })
    const home = join(folder, 'home')
    const variables = { PHOENIX_ARCHIVE: join(folder, 'archive'), PHOENIX_AB_DIR: join(folder, 'ab') }
    const watching = new AbortController()
    const peaks = watch(join(home, 'scratch'), watching.signal)
    const { recipes, run } = await phoenixNight(home, variables, CORES)
    watching.abort()
    const { whole, mcalibs, block, blocksAtOnce, idps, looks, left } = await peaks
    const promised = mcalibs + SLOTS * block + idps
    console.log(`${recipes.length} blocks in ${run.toFixed(0)} s, looked at ${looks} times`)
    console.log(`peak of the scratch disk        ${megabytes(whole)}`)
    console.log(`mcalibs                         ${megabytes(mcalibs)}`)
    console.log(`largest block                   ${megabytes(block)}, at most ${blocksAtOnce} at once of ${SLOTS}`)
    console.log(`IDPs before they are ingested   ${megabytes(idps)}`)
    console.log(
      `promised at most                ${megabytes(promised)}; peak / promised ${(whole / promised).toFixed(3)}`,
    )
    console.log(`left at the end                 ${megabytes(left)}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Peaks {
  readonly whole: number
  readonly mcalibs: number
  readonly block: number
  readonly blocksAtOnce: number
  readonly idps: number
  readonly looks: number
  readonly left: number
}

async function watch(scratch: string, signal: AbortSignal): Promise<Peaks> {
  let peaks = { whole: 0, mcalibs: 0, block: 0, blocksAtOnce: 0, idps: 0, looks: 0 }
  while (!signal.aborted) {
    const run = join(scratch, 'UVES', DATE, 'run-1')
    const blocks = await Promise.all((await namesIn(join(run, 'ab'))).map((name) => bytesIn(join(run, 'ab', name))))
    const [mcalibs, idps] = [await bytesIn(join(run, 'mcalib')), await bytesIn(join(run, 'idp'))]
    const whole = mcalibs + idps + blocks.reduce((sum, bytes) => sum + bytes, 0)
    peaks = {
      whole: Math.max(peaks.whole, whole),
      mcalibs: Math.max(peaks.mcalibs, mcalibs),
      block: Math.max(peaks.block, ...blocks),
      blocksAtOnce: Math.max(peaks.blocksAtOnce, blocks.length),
      idps: Math.max(peaks.idps, idps),
      looks: peaks.looks + 1,
    }
    await sleep(20)
  }
  return { ...peaks, left: await bytesIn(scratch) }
}

async function bytesIn(path: string): Promise<number> {
  const facts = await stat(path).catch(() => null)
  if (facts === null) return 0
  if (!facts.isDirectory()) return facts.size
  const sizes = await Promise.all((await namesIn(path)).map((name) => bytesIn(join(path, name))))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Empty when it has gone since it was seen. */
async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => [])
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

await main(Number(process.argv[2] ?? 100))
