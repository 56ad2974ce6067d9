import { spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { settingsHash, workerEnvironment } from '../../client/worker-environment.ts'
import { findWorker, signalWorker, type WorkerProcess, workerEnded, workerReady } from '../../client/worker-process.ts'
import { identify } from '../../pipeline/process-table.ts'
import { readSettings } from '../../settings/settings.ts'

const running = new Set<{ kill: (signal: NodeJS.Signals) => boolean }>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

/** A process that stands for a worker, with the state file that `up` would have written. */
function fakeWorker(): { home: string; worker: WorkerProcess; write: (line: string) => void } {
  const home = mkdtempSync(join(os.tmpdir(), 'phoenix-worker-'))
  for (const folder of ['run', 'log']) mkdirSync(join(home, folder))
  const commandLine = [process.execPath, '-e', 'setInterval(() => undefined, 1000)']
  const child = spawn(process.execPath, commandLine.slice(1), { stdio: 'ignore' })
  running.add(child)
  const identity = child.pid === undefined ? null : identify(child.pid)
  if (identity === null) throw new Error('the process did not start')
  const logPath = join(home, 'log', 'worker-host.log')
  const earlier = '{"pid":1,"msg":"worker ready"}\n'
  writeFileSync(logPath, earlier)
  const state = { ...identity, commandLine, logPath, logOffset: earlier.length, settings: 'x' }
  writeFileSync(join(home, 'run', 'worker-host.json'), JSON.stringify(state))
  return { home, worker: { ...state, role: 'host' }, write: (line) => appendFileSync(logPath, `${line}\n`) }
}

test('a running worker is found by its state file, of its role only', () => {
  const { home, worker } = fakeWorker()
  expect(findWorker(home, 'host')).toEqual(worker)
  expect(findWorker(home, 'orchestration')).toBeNull()
  expect(findWorker('/no/such/home', 'host')).toBeNull()
})

test('a number that was given to another process is no worker', () => {
  const { home, worker } = fakeWorker()
  const path = join(home, 'run', 'worker-host.json')
  writeFileSync(path, JSON.stringify({ ...worker, startTicks: worker.startTicks - 1 }))
  expect(findWorker(home, 'host')).toBeNull()
  writeFileSync(path, JSON.stringify({ ...worker, commandLine: ['node', 'something-else.js'] }))
  expect(findWorker(home, 'host')).toBeNull()
})

test('a state file that was broken off, or is of another form, counts for nothing', () => {
  const { home } = fakeWorker()
  for (const text of ['', '{"pid":', '{"pid":1}', 'null']) {
    writeFileSync(join(home, 'run', 'worker-host.json'), text)
    expect(findWorker(home, 'host')).toBeNull()
  }
})

test('ready is what this process has said, not an earlier one', async () => {
  const { worker, write } = fakeWorker()
  let ready = false
  const waiting = workerReady(worker).then(() => {
    ready = true
  })
  write(`{"pid":${worker.pid + 1},"msg":"worker ready"}`)
  await new Promise((resolve) => setImmediate(resolve))
  expect(ready).toBe(false)
  write(`{"pid":${worker.pid},"role":"host","msg":"worker ready"}`)
  await waiting
})

test('a worker that ends at its start is told with the last lines of its log', async () => {
  const { home, worker, write } = fakeWorker()
  write('phoenix: the reason')
  signalWorker(worker, 'SIGKILL')
  await expect(workerReady(worker)).rejects.toThrow(
    /worker host ended at its start; its log .* ends with:\nphoenix: the reason$/,
  )
  expect(await workerEnded(worker, 10)).toBe(true)
  expect(findWorker(home, 'host')).toBeNull()
  expect(signalWorker(worker, 'SIGTERM')).toBe(false)
})

test('a worker that does not end in time is told', async () => {
  expect(await workerEnded(fakeWorker().worker, 0)).toBe(false)
})

test('a worker reads the same settings from any folder', () => {
  const env = {
    PHOENIX_HOME: 'relative/home',
    PHOENIX_ARCHIVE: 'relative/archive',
    PHOENIX_CORES: '3',
    TEMPORAL_CONFIG_FILE: 'x.toml',
  }
  const settings = readSettings({ ...env, TEMPORAL_CONFIG_FILE: join(os.tmpdir(), 'none.toml') })
  const passed = workerEnvironment(settings, env)
  expect(passed['TEMPORAL_CONFIG_FILE']).toBe(join(process.cwd(), 'x.toml'))
  const here = process.cwd()
  try {
    process.chdir('/')
    const again = readSettings({ ...passed, TEMPORAL_CONFIG_FILE: join(os.tmpdir(), 'none.toml') })
    expect(again).toEqual(settings)
    expect(settingsHash(again)).toBe(settingsHash(settings))
  } finally {
    process.chdir(here)
  }
})

test('who gives the orders is no matter of the workers, cores are', () => {
  const env = { TEMPORAL_CONFIG_FILE: join(os.tmpdir(), 'none.toml'), PHOENIX_CORES: '2' }
  const hash = settingsHash(readSettings(env))
  expect(settingsHash(readSettings({ ...env, PHOENIX_OPERATOR: 'somebody' }))).toBe(hash)
  expect(settingsHash(readSettings({ ...env, PHOENIX_CORES: '3' }))).not.toBe(hash)
})
