import { chmod, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { simulateNight } from '../simulator/night.ts'
import { listSchedule, runPlain, runPool } from './plain-recipes.ts'
import { DATE, phoenixNight } from './phoenix-night.ts'

/**
 * How long the demo night takes, held against what a perfect scheduler could do with the same recipes on the same cores:
 * `npm run bench:makespan [-- ROUNDS]`.
 *
 * Each round processes the night with phoenix in an installation of its own, then runs every recipe of it alone, then all of them in a plain
 * pool of processes that does nothing else. Figures count when the machine has nothing else to do.
 */
async function main(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(os.tmpdir(), 'phoenix-bench-'))
  await chmod(folder, 0o711) // the account of the database must pass through
  const cores = Number(process.env['PHOENIX_CORES'] ?? os.availableParallelism())
  try {
    const plan = { settings: [346, 390, 437] } as const
    await simulateNight({ instrument: 'UVES', date: DATE, seed: 1, folder, plan })
    const done: Round[] = []
    while (done.length < rounds) {
      done.push(await runRound(folder, join(folder, `round-${done.length + 1}`), cores))
      console.log(`round ${done.length} of ${rounds} done`)
    }
    console.log(
      `\n${cores} cores of ${os.cpus()[0]?.model ?? 'an unknown CPU'}${' '.repeat(8)}each round, then the median`,
    )
    for (const { title, of } of MEASURES) {
      const values = [...done.map(of), median(done.map(of))]
      console.log(title.padEnd(44) + values.map((value) => value.toFixed(3).padStart(9)).join(''))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Round {
  /** List schedule of the recipes' times when each runs alone. */
  readonly bound: number
  readonly pool: number
  /** First recipe start to last recorded answer. */
  readonly makespan: number
  /** Order to closed run: with plan, downloads, ingestion, clean-up. */
  readonly run: number
  /** List schedule of the recipes' times as they were in phoenix. */
  readonly ownBound: number
  /** Processes that wanted a core before the round: 0 on a machine that has nothing else to do. */
  readonly load: number
}

const MEASURES: readonly { readonly title: string; readonly of: (round: Round) => number }[] = [
  { title: 'list-scheduling bound of the solo times, s', of: ({ bound }) => bound },
  { title: 'plain pool of processes, s', of: ({ pool }) => pool },
  { title: 'phoenix, first start to last answer, s', of: ({ makespan }) => makespan },
  { title: 'phoenix, order to closed run, s', of: ({ run }) => run },
  { title: 'phoenix / bound of the solo times', of: ({ makespan, bound }) => makespan / bound },
  { title: 'phoenix / plain pool', of: ({ makespan, pool }) => makespan / pool },
  { title: 'phoenix / bound of its own recipe times', of: ({ makespan, ownBound }) => makespan / ownBound },
  { title: 'load of the machine before', of: ({ load }) => load },
]

async function runRound(nightFolder: string, home: string, cores: number): Promise<Round> {
  const [load = Number.NaN] = os.loadavg()
  const variables = { PHOENIX_ARCHIVE: join(nightFolder, 'archive'), PHOENIX_AB_DIR: join(nightFolder, 'ab') }
  const { recipes, settings, ...times } = await phoenixNight(home, variables, cores)
  const solo: number[] = []
  for (const recipe of recipes) solo.push(await runPlain(settings, recipe))
  const pool = await runPool(settings, recipes, cores)
  return { load, bound: listSchedule(solo, cores), pool, ...times }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return ((sorted[half] ?? Number.NaN) + (sorted[(sorted.length - 1) >> 1] ?? Number.NaN)) / 2
}

await main(Number(process.argv[2] ?? 3))
