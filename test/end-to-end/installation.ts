import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { TestContext } from 'vitest'
import { connect, type Database } from '../../database/connect.ts'
import { runningProcess } from '../../services/process.ts'
import { findServices, startServices } from '../../services/services.ts'
import { readSettings, type Settings } from '../../settings/settings.ts'
import { processesOf } from '../processes-of.ts'

/** How a command ended. */
export interface Answer {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

const program = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'phoenix')

/** An installation of its own in a new folder, used as an operator does: by the built program `bin/phoenix`. */
export class Installation {
  readonly home: string
  readonly settings: Settings
  readonly #env: NodeJS.ProcessEnv
  #database: Database | null = null

  /** Whatever becomes of the test, the installation is stopped at its end, and nothing of it may be left running. */
  constructor({ onTestFinished }: TestContext) {
    const folder = mkdtempSync(join(os.tmpdir(), 'phoenix-e2e-'))
    chmodSync(folder, 0o711) // the account of the database must pass through
    this.home = join(folder, 'home')
    this.#env = environmentIn(folder)
    this.settings = readSettings(this.#env)
    onTestFinished(async () => {
      await this.#database?.destroy()
      const { stderr } = await this.phoenix('down', '--grace-seconds', '0')
      const left = processesOf(this.home)
      await killAtOnce(left.map(({ pid }) => pid))
      rmSync(folder, { recursive: true, force: true })
      if (left.length > 0) {
        const lines = left.map(({ pid, commandLine }) => `${pid} ${commandLine.join(' ')}`)
        throw new Error(`still running after \`phoenix down\` (${stderr.trim()}):\n${lines.join('\n')}`)
      }
    })
  }

  /** Runs one command to its end, whatever its exit code. */
  async phoenix(...words: string[]): Promise<Answer> {
    return this.#run(words, {})
  }

  /** The same under another operator's name. */
  async phoenixAs(operator: string, ...words: string[]): Promise<Answer> {
    return this.#run(words, { PHOENIX_OPERATOR: operator })
  }

  /** Runs a command that has to end with exit code 0 and returns its standard output. */
  async fine(...words: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.phoenix(...words)
    if (exitCode !== 0) throw new Error(`phoenix ${words.join(' ')} ended with ${exitCode}: ${stderr}\n${stdout}`)
    return stdout
  }

  /** Starts PostgreSQL and Temporal without any worker, to look at the record of an installation that is down. */
  async servicesUp(): Promise<void> {
    await startServices(this.settings)
    await this.#database?.destroy()
    this.#database = null
  }

  /** The record, straight from the database. */
  async record(): Promise<Database> {
    if (this.#database !== null) return this.#database
    const { postgres } = await findServices(this.settings)
    if (postgres === null) throw new Error('PostgreSQL does not run')
    this.#database = connect({ url: postgres.url, schema: this.settings.databaseSchema, connections: 2 })
    return this.#database
  }

  /** Looks until there is something to see. Only a run that hangs lets it end otherwise. */
  async until<T>(what: string, look: () => Promise<T | null> | T | null): Promise<T> {
    const deadline = performance.now() + 180_000
    for (;;) {
      const seen = await look()
      if (seen !== null) return seen
      if (performance.now() > deadline) throw new Error(`in vain: ${what}\n${await this.#lastLines()}`)
      await delay(50)
    }
  }

  /** Processes of this installation, whoever started them: the home is in their command line or in their environment. */
  processes(): { pid: number; commandLine: readonly string[] }[] {
    return processesOf(this.home)
  }

  workers(): { pid: number }[] {
    return this.processes().filter(({ commandLine }) => commandLine.includes('worker'))
  }

  /** Recipes that run, and their launchers; one that waits for a core has no recipe yet, and does not count. */
  recipes(): { esorex: number[]; launchers: number[] } {
    const found = this.processes()
    const of = (test: (words: readonly string[]) => boolean) =>
      found.filter(({ commandLine }) => test(commandLine)).map(({ pid }) => pid)
    return {
      esorex: of(([program = '']) => program.endsWith('esorex')),
      launchers: of(([, launcher = '', job = '']) => {
        return launcher.endsWith('/launcher.js') && existsSync(join(dirname(job), 'launcher.json'))
      }),
    }
  }

  postmaster(): number {
    return this.#one('postmaster', (words) => words.includes('-D') && words.some((word) => word.startsWith(this.home)))
  }

  temporalServer(): number {
    return this.#one('Temporal server', (words) => words.includes('start-dev'))
  }

  #one(what: string, test: (words: readonly string[]) => boolean): number {
    const [found, ...others] = this.processes().filter(({ commandLine }) => test(commandLine))
    if (found === undefined || others.length > 0) throw new Error(`${others.length + (found ? 1 : 0)} × ${what}`)
    return found.pid
  }

  async #run(words: string[], variables: NodeJS.ProcessEnv): Promise<Answer> {
    const { exitCode, stdout, stderr } = await execa(program, words, {
      env: { ...this.#env, ...variables },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    })
    return { exitCode: exitCode ?? -1, stdout, stderr }
  }

  async #lastLines(): Promise<string> {
    const logs = join(this.home, 'log')
    return readdirSync(logs)
      .map((name) => `${name}:\n${readFileSync(join(logs, name), 'utf8').split('\n').slice(-6).join('\n')}`)
      .join('\n')
  }
}

/** kill -9, and the process is gone when this returns. */
export async function killAtOnce(pids: readonly number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  while (pids.some((pid) => runningProcess(pid) !== null)) await delay(5)
}

/** Nothing of the person's own installation, but for the programs in the cache. */
function environmentIn(folder: string): NodeJS.ProcessEnv {
  const { PATH, HOME, XDG_CACHE_HOME, PHOENIX_CACHE } = process.env
  return {
    PATH,
    HOME,
    XDG_CACHE_HOME,
    PHOENIX_CACHE,
    PHOENIX_HOME: join(folder, 'home'),
    PHOENIX_CORES: '2',
    PHOENIX_OPERATOR: 'night operator',
    TEMPORAL_CONFIG_FILE: join(folder, 'no-profile.toml'),
  }
}
