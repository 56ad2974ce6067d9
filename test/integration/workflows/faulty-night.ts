import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { HttpArchive } from '../../../archive/http.ts'
import { FolderArchive } from '../../../archive/folder.ts'
import { activeHolds, releaseHolds } from '../../../database/holds.ts'
import type { Faults } from '../../../simulator/faulty-archive-faults.ts'
import { FaultyArchive } from '../../../simulator/faulty-archive.ts'
import { DATE, Rig, until } from './rig.ts'

/** The same rules as in operation, at the pace of a test; files of the small night have some kilobytes. */
const LIMITS = {
  idleSeconds: 5,
  stallSeconds: 0.5,
  tries: 6,
  pauseSeconds: 0.01,
  longestPauseSeconds: 1,
  maximumBytes: 300_000,
}

/** A small night whose raws and calibrations come by HTTP from a faulty archive; IDPs go to the folder. */
export class FaultyNight {
  readonly rig: Rig
  readonly server: FaultyArchive
  readonly #tokenVariable: string
  #tokens = 0

  private constructor(rig: Rig, server: FaultyArchive, tokenVariable: string) {
    this.rig = rig
    this.server = server
    this.#tokenVariable = tokenVariable
  }

  static async start(faults: Faults, { executable = 4, seed = 1 } = {}): Promise<FaultyNight> {
    const rig = await Rig.withoutWorkers({ executable })
    const server = await FaultyArchive.start({ folder: rig.archiveDir, seed, faults, token: 'token-0' })
    const tokenVariable = `PHOENIX_TEST_TOKEN_${new URL(server.address).port}`
    process.env[tokenVariable] = 'token-0'
    const source = new HttpArchive({ address: server.address, token: `env:${tokenVariable}`, limits: LIMITS })
    rig.archives = [source.name, new FolderArchive(rig.archiveDir).name]
    await rig.startOrchestration()
    await rig.startHost({ source })
    return new FaultyNight(rig, server, tokenVariable)
  }

  /**
   * Runs the date to its end with an operator who renews the token and resumes what is held, and who orders the date again when all that kept
   * it from beginning were calibrations which the archive sent without an end.
   */
  async run(): Promise<void> {
    for (;;) {
      const run = await this.rig.order()
      let isOver = false
      const state = this.rig.end(run).finally(() => {
        isOver = true
      })
      await until(async () => {
        await this.#resumeWhatIsHeld()
        return isOver
      })
      const problems = await this.rig.problems(run)
      if ((await state) === 'done') return
      if (problems.length === 0 || problems.some((problem) => !problem.includes('larger than the limit'))) {
        throw new Error(`the date ended as ${await state}: ${problems.join('; ')}`)
      }
    }
  }

  async #resumeWhatIsHeld(): Promise<void> {
    for (const { scope } of await activeHolds(this.rig.database)) {
      this.#tokens += 1
      const token = `token-${this.#tokens}`
      this.server.renewToken(token)
      process.env[this.#tokenVariable] = token
      await releaseHolds(this.rig.database, scope, 'operator')
      await this.rig.temporal.wakeDate('UVES', DATE)
    }
  }

  async close(): Promise<void> {
    await this.rig.close()
    await this.server.stop()
    delete process.env[this.#tokenVariable]
  }
}

/** Every block has one answer, each IDP of a processed one is live and whole, there once, and nothing else is left anywhere. */
export async function expectWhole({ rig }: FaultyNight): Promise<void> {
  const states = await rig.abStates()
  for (const state of states) expect(state).toMatch(/^processed$|^failed: raw .* is damaged: .*larger than the limit/)
  const processed = states.filter((state) => state === 'processed').length
  expect(processed).toBeGreaterThan(0)
  expect(rig.starts()).toHaveLength(new Set(rig.starts()).size)
  expect(rig.starts()).toHaveLength(processed)
  expect(await rig.idpStates()).toEqual(Array.from({ length: processed }, () => 'live'))
  const archived = readdirSync(join(rig.archiveDir, 'idp')).filter((name) => name.endsWith('.fits'))
  expect(archived).toHaveLength(processed)
  expect(existsSync(rig.scratchDir) ? readdirSync(rig.scratchDir) : []).toEqual([])
}

/** Every fault, as often as a date can bear it. */
export const FAULTS: Readonly<Record<string, Faults>> = {
  latency: { latencyMs: 200 },
  'little bandwidth': { bytesPerSecond: 30_000 },
  drops: { dropAfterBytes: { rate: 0.5 } },
  'wrong lengths': { wrongLength: { rate: 0.4 } },
  'damaged bytes': { damage: { rate: 0.4 } },
  'bursts of 503 and 429': { busy: { rate: 0.4, burst: 2, retryAfterSeconds: 0 } },
  'files that are missing at first': { missing: { rate: 0.5 } },
  'log-in pages': { loginPage: { rate: 0.25 } },
  'a byte now and then': { slowLoris: { rate: 0.5, pauseMs: 20 } },
  'tokens that expire': { tokenExpiresAfter: 4 },
  'redirects to a host that is not allowed': { redirect: { rate: 0.25, to: 'http://127.0.0.2:1' } },
  'packed files': { packed: { rate: 0.7 } },
  'bodies without an end': { endless: { rate: 0.25 } },
}

/** All of them in one night, each more seldom. */
export const ALL_FAULTS: Faults = {
  latencyMs: 30,
  bytesPerSecond: 1_000_000,
  dropAfterBytes: { rate: 0.2 },
  wrongLength: { rate: 0.1 },
  damage: { rate: 0.1 },
  busy: { rate: 0.05, burst: 3, retryAfterSeconds: 0 },
  missing: { rate: 0.1 },
  loginPage: { rate: 0.05 },
  slowLoris: { rate: 0.05, pauseMs: 20 },
  tokenExpiresAfter: 12,
  redirect: { rate: 0.05, to: 'http://127.0.0.2:1' },
  packed: { rate: 0.4 },
  endless: { rate: 0.03 },
}
