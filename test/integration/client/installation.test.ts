import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { findWorker, startWorker, workerReady } from '../../../client/worker-process.ts'
import { runningProcesses } from '../../../services/process.ts'
import { projectRoot } from '../../../settings/project.ts'
import { readSettings } from '../../../settings/settings.ts'

/** The built command in processes of its own, on an installation of its own. */
const program = join(projectRoot(), 'bin', 'phoenix')
const installation = z.object({
  postgres: z.object({ found: z.string() }),
  temporal: z.object({ address: z.string() }),
  workers: z.array(
    z.object({ role: z.string(), pid: z.number(), found: z.enum(['started', 'adopted']), logPath: z.string() }),
  ),
})

let home: string
beforeEach(() => {
  home = join(mkdtempSync(join(os.tmpdir(), 'phoenix-up-')), 'home')
  chmodSync(join(home, '..'), 0o711)
})
afterEach(async () => {
  await phoenix('down', '--grace-seconds', '0')
  rmSync(join(home, '..'), { recursive: true, force: true })
})

async function phoenix(...commandLine: readonly string[]) {
  return execa(program, [...commandLine], {
    env: { PHOENIX_HOME: home, TEMPORAL_CONFIG_FILE: join(home, 'no-profile.toml'), PHOENIX_QUEUE_PREFIX: '' },
    reject: false,
  })
}

async function up() {
  const { stdout, stderr, exitCode } = await phoenix('up', '--json')
  expect(stderr.split('\n').filter((line) => line.startsWith('phoenix:'))).toEqual([])
  expect(exitCode).toBe(0)
  return installation.parse(JSON.parse(stdout))
}

/** Processes of this installation, by its folder in their command line or working folder. */
function ours(pids: readonly number[]): number[] {
  const alive = new Set(runningProcesses().map(({ pid }) => pid))
  const inHome = runningProcesses().filter(({ commandLine }) => commandLine.some((word) => word.includes(home)))
  return [...pids.filter((pid) => alive.has(pid)), ...inHome.map(({ pid }) => pid)]
}

test('two ups at once: one starts, the other adopts; a killed worker is started again; down leaves nothing', async () => {
  const [one, other] = await Promise.all([up(), up()])
  const roles = (all: typeof one) => all.workers.map(({ role }) => role)
  expect(roles(one)).toEqual(['orchestration', 'host'])
  expect(one.workers.map(({ pid }) => pid)).toEqual(other.workers.map(({ pid }) => pid))
  expect([one, other].map(({ workers }) => workers.map(({ found }) => found).join()).toSorted()).toEqual([
    'adopted,adopted',
    'started,started',
  ])

  const [orchestration, host] = one.workers
  if (orchestration === undefined || host === undefined) throw new Error('no workers')
  process.kill(host.pid, 'SIGKILL')
  const again = await up()
  expect(again.workers.map(({ found }) => found)).toEqual(['adopted', 'started'])
  expect(again.postgres.found).toBe('adopted')

  const doctor = await phoenix('doctor', '--json')
  expect(JSON.parse(doctor.stdout)).toContainEqual(
    expect.objectContaining({ name: 'worker host', works: true, advice: null }),
  )

  const pids = again.workers.map(({ pid }) => pid)
  const { stdout, exitCode } = await phoenix('down')
  expect(exitCode).toBe(0)
  for (const pid of pids) expect(stdout).toContain(`process ${pid}`)
  expect(stdout).toMatch(/Temporal server .* stopped/)
  expect(stdout).toMatch(/PostgreSQL .* stopped/)
  expect(ours(pids)).toEqual([])
  expect((await phoenix('down')).stdout).toBe('nothing was running')
})

test('a worker that dies at its start is told with its last log lines', async () => {
  vi.stubEnv('DATABASE_URL', 'postgres://127.0.0.1:1/nothing')
  mkdirSync(home)
  const settings = readSettings({ PHOENIX_HOME: home, TEMPORAL_CONFIG_FILE: join(home, 'no-profile.toml') })
  const worker = startWorker(settings, 'host', 30)
  await expect(workerReady(worker)).rejects.toThrow(
    /worker host ended at its start[^]*DATABASE_URL: no answer from 127\.0\.0\.1:1/,
  )
  expect(findWorker(home, 'host')).toBeNull()
  vi.unstubAllEnvs()
})

test('the command as a process: one line for a mistake, one document with --json', async () => {
  const mistake = await phoenix('run', 'UVES', 'yesterday')
  expect(mistake.exitCode).toBe(2)
  expect(mistake.stderr).toMatch(/^phoenix: 'yesterday' is not a date: [^\n]*$/)
  expect(mistake.stdout).toBe('')
  const doctor = await phoenix('doctor', '--json')
  expect(
    z.array(z.object({ name: z.string(), works: z.boolean() })).parse(JSON.parse(doctor.stdout)).length,
  ).toBeGreaterThan(7)
  expect(existsSync(join(home, 'postgres'))).toBe(false)
})
