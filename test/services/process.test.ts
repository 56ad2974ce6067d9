import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { endProcess, hasEnded, runningProcess, runningProcesses } from '../../services/process.ts'

async function start(script: string) {
  const child = spawn('/bin/sh', ['-c', script, 'a name', 'with an argument'], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data') // it says something once its traps are set
  const { pid } = child
  if (pid === undefined) throw new Error('no process')
  return { child, pid }
}

test('a running process shows its command line and its account', async () => {
  const { child, pid } = await start('echo up; exec sleep 60')
  const sleeping = { pid, commandLine: ['sleep', '60'], userId: process.getuid?.() }
  await expect.poll(() => runningProcess(pid)).toMatchObject(sleeping)
  expect(runningProcesses().map((running) => running.pid)).toContain(pid)
  child.kill('SIGKILL')
  expect(await hasEnded(pid, 10)).toBe(true)
  expect(runningProcess(pid)).toBeNull()
})

test('a process that has ended and was not reaped does not run', async () => {
  // The shell's child ends while the shell, replaced by sleep, never asks for it.
  const { child } = await start('sleep 0 & echo up; exec sleep 60')
  const zombies = () => runningProcesses().filter(({ commandLine }) => commandLine.join(' ') === 'sleep 0')
  await expect.poll(zombies).toEqual([])
  child.kill('SIGKILL')
})

test('a number that no process has does not run', () => {
  expect(runningProcess(2 ** 31 - 1)).toBeNull()
})

test('a process that heeds the signal is not killed', async () => {
  const { child, pid } = await start('trap "exit 7" TERM; echo up; while :; do sleep 0.02; done')
  const ended = once(child, 'exit')
  await endProcess(pid, 'SIGTERM', 30)
  expect(await ended).toEqual([7, null])
})

test('a process that does not heed the signal is killed', async () => {
  const { child, pid } = await start('trap "" TERM; echo up; while :; do sleep 0.02; done')
  const ended = once(child, 'exit')
  await endProcess(pid, 'SIGTERM', 0.1)
  expect(await ended).toEqual([null, 'SIGKILL'])
})

test('to end a process that has ended is fine', async () => {
  await expect(endProcess(2 ** 31 - 1, 'SIGTERM', 1)).resolves.toBeUndefined()
})
