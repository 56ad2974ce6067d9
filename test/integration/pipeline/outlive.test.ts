import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { recipeProcessOf } from '../../../pipeline/recipe-folder.ts'
import {
  cancelRecipe,
  clearLost,
  readyLauncher,
  recipeState,
  startRecipe,
  waitForRecipe,
} from '../../../pipeline/run-recipe.ts'
import { launcherPid, newFolder, noted, prepareFake, projectRoot, runs, until } from './fake-recipe.ts'

function waiting(scratch: string): { note: string; end: string; parameters: string[] } {
  const note = join(scratch, 'note')
  const end = join(scratch, 'end')
  return { note, end, parameters: [`--note=${note}`, `--until=${end}`] }
}

/** Launchers at work for a folder, whether they have claimed it or not. */
function launchersOf(folder: string): readonly number[] {
  const job = join(folder, 'job.json')
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && runs(pid) && commandLineOf(pid).includes(job))
}

function commandLineOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return [] // it has just ended
  }
}

describe('a recipe outlives its worker', () => {
  test('kill -9 of the worker and its whole process group, as by Ctrl-C: it runs on, is joined, and its status is read', async () => {
    const { folder, scratch } = newFolder()
    const { note, end, parameters } = waiting(scratch)
    await prepareFake(folder, 'wait', { parameters })
    const module = pathToFileURL(join(projectRoot, 'dist/pipeline/run-recipe.js')).href
    const worker = spawn(process.execPath, [join(projectRoot, 'test/fixtures/recipes/worker.mjs'), module, folder], {
      detached: true,
    })
    await new Promise((resolve) => worker.stdout.once('data', resolve))
    const dead = new Promise((resolve) => worker.once('exit', resolve))
    process.kill(-(worker.pid ?? Number.NaN), 'SIGKILL')
    await dead

    expect(recipeState(folder)).toMatchObject({ state: 'running', recipePid: recipeProcessOf(folder)?.pid })
    await startRecipe(folder)
    const joined = waitForRecipe(folder)
    writeFileSync(end, '')
    expect(await joined).toMatchObject({ exitCode: 0, killedBy: null })
    expect(noted(note)).toHaveLength(1)
  })

  test('a worker that comes after the end reads the status and starts nothing', async () => {
    const { folder, scratch } = newFolder()
    const { note, parameters } = waiting(scratch)
    await prepareFake(folder, 'succeed', { parameters })
    await startRecipe(folder)
    const first = await waitForRecipe(folder)
    await prepareFake(folder, 'fail', { parameters })
    await startRecipe(folder)
    expect(await waitForRecipe(folder)).toEqual(first)
    expect(noted(note)).toHaveLength(1)
  })

  test('of many starts at once one recipe runs', async () => {
    const { folder, scratch } = newFolder()
    const { note, end, parameters } = waiting(scratch)
    await prepareFake(folder, 'wait', { parameters })
    await Promise.all(Array.from({ length: 6 }, () => startRecipe(folder)))
    writeFileSync(end, '')
    expect(await waitForRecipe(folder)).toMatchObject({ exitCode: 0 })
    expect(noted(note)).toHaveLength(1)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('an abort ends the waiting, not the recipe', async () => {
    const { folder, scratch } = newFolder()
    const { end, parameters } = waiting(scratch)
    await prepareFake(folder, 'wait', { parameters })
    await startRecipe(folder)
    const abort = new AbortController()
    const wait = waitForRecipe(folder, { signal: abort.signal })
    abort.abort()
    await expect(wait).rejects.toMatchObject({ name: 'AbortError' })
    expect(recipeState(folder).state).toBe('running')
    writeFileSync(end, '')
    expect(await waitForRecipe(folder)).toMatchObject({ exitCode: 0 })
  })

  test('a folder in which a recipe runs is not prepared again', async () => {
    const { folder } = newFolder()
    await prepareFake(folder, 'hang')
    await startRecipe(folder)
    const before = readFileSync(join(folder, 'job.json'), 'utf8')
    await prepareFake(folder, 'succeed')
    expect(readFileSync(join(folder, 'job.json'), 'utf8')).toBe(before)
    expect(await cancelRecipe(folder)).toMatchObject({ killedBy: 'cancel' })
  })
})

describe('a launcher that waits for a core', () => {
  test('starts nothing until it gets its word, and then at once', async () => {
    const { folder, scratch } = newFolder()
    const { note, end, parameters } = waiting(scratch)
    await prepareFake(folder, 'wait', { parameters })
    const launcher = readyLauncher(folder)
    await until(() => launchersOf(folder).length === 1)
    expect(recipeState(folder)).toEqual({ state: 'none' })
    await startRecipe(folder, launcher)
    expect(recipeState(folder).state).toBe('running')
    launcher.dismiss()
    writeFileSync(end, '')
    expect(await waitForRecipe(folder)).toMatchObject({ exitCode: 0, killedBy: null })
    expect(noted(note)).toHaveLength(1)
  })

  test('goes when it is dismissed, and leaves the folder to the next one', async () => {
    const { folder } = newFolder()
    await prepareFake(folder, 'succeed')
    const launcher = readyLauncher(folder)
    launcher.dismiss()
    await until(() => launcher.hasEnded())
    expect(recipeState(folder)).toEqual({ state: 'none' })
    await startRecipe(folder)
    expect(await waitForRecipe(folder)).toMatchObject({ exitCode: 0 })
  })

  test('goes when its worker dies by kill -9', async () => {
    const { folder } = newFolder()
    await prepareFake(folder, 'succeed')
    const module = pathToFileURL(join(projectRoot, 'dist/pipeline/run-recipe.js')).href
    const worker = spawn(process.execPath, [
      join(projectRoot, 'test/fixtures/recipes/ready-worker.mjs'),
      module,
      folder,
    ])
    await new Promise((resolve) => worker.stdout.once('data', resolve))
    await until(() => launchersOf(folder).length === 1)
    worker.kill('SIGKILL')
    await until(() => launchersOf(folder).length === 0)
    expect(recipeState(folder)).toEqual({ state: 'none' })
    expect(readdirSync(folder).toSorted()).toEqual(['in.sof', 'job.json', 'launcher.log', 'products'])
  })

  test('one that has died does not keep its caller waiting', async () => {
    const { folder } = newFolder()
    await prepareFake(folder, 'succeed')
    const launcher = readyLauncher(folder)
    await until(() => launchersOf(folder).length === 1)
    for (const pid of launchersOf(folder)) process.kill(pid, 'SIGKILL')
    await until(() => launcher.hasEnded())
    await expect(startRecipe(folder, launcher)).rejects.toThrow('ended before its recipe started')
  })
})

describe('a lost recipe', () => {
  test('kill -9 of the launcher: lost, its processes are killed, the folder can be used again', async () => {
    const { folder, scratch } = newFolder()
    const { note, parameters } = waiting(scratch)
    await prepareFake(folder, 'family', { parameters })
    await startRecipe(folder)
    await until(() => noted(note).length === 4)
    const launcher = launcherPid(folder)
    process.kill(launcher, 'SIGKILL')
    await until(() => !runs(launcher))

    expect(recipeState(folder)).toEqual({ state: 'lost' })
    await expect(waitForRecipe(folder)).rejects.toThrow('has no end to wait for: lost')
    await expect(startRecipe(folder)).rejects.toThrow('clear it first')
    expect(noted(note).filter(runs)).toHaveLength(4)

    await clearLost(folder)
    expect(noted(note).filter(runs)).toEqual([])
    expect(recipeState(folder)).toEqual({ state: 'none' })
    expect(readdirSync(folder)).toEqual([])
    await prepareFake(folder, 'succeed')
    await startRecipe(folder)
    expect(await waitForRecipe(folder)).toMatchObject({ exitCode: 0 })
  })

  test('one that waits is told when the launcher dies', async () => {
    const { folder } = newFolder()
    await prepareFake(folder, 'hang')
    await startRecipe(folder)
    const wait = waitForRecipe(folder).catch(String)
    process.kill(launcherPid(folder), 'SIGKILL')
    expect(await wait).toContain('has no end to wait for: lost')
    expect(await cancelRecipe(folder)).toBeNull()
    expect(runs(recipeProcessOf(folder)?.pid ?? 0)).toBe(false)
  })

  test('a running recipe is not cleared', async () => {
    const { folder } = newFolder()
    await prepareFake(folder, 'hang')
    await startRecipe(folder)
    await expect(clearLost(folder)).rejects.toThrow('is not lost but running')
    expect(recipeState(folder).state).toBe('running')
  })
})

describe('cancel', () => {
  test('kills the group, grandchildren and those that ignore SIGTERM or left the group', async () => {
    const { folder, scratch } = newFolder()
    const { note, parameters } = waiting(scratch)
    await prepareFake(folder, 'family', { parameters })
    await startRecipe(folder)
    await until(() => noted(note).length === 4)
    expect(await cancelRecipe(folder)).toMatchObject({ exitCode: null, signal: 'SIGTERM', killedBy: 'cancel' })
    expect(noted(note).filter(runs)).toEqual([])
  })

  test('a recipe that ignores SIGTERM gets SIGKILL after its grace', async () => {
    const { folder, scratch } = newFolder()
    const { note, parameters } = waiting(scratch)
    await prepareFake(folder, 'ignore', { parameters, graceSeconds: 0.3 })
    await startRecipe(folder)
    await until(() => noted(note).length === 1)
    expect(await cancelRecipe(folder)).toMatchObject({ signal: 'SIGKILL', killedBy: 'cancel' })
    expect(readFileSync(note, 'utf8')).toContain('SIGTERM')
  })

  test('a launcher that does not answer is killed with its recipe, and the status is written for it', async () => {
    const { folder, scratch } = newFolder()
    const { note, parameters } = waiting(scratch)
    await prepareFake(folder, 'hang', { parameters, graceSeconds: 0 })
    await startRecipe(folder)
    await until(() => noted(note).length === 1)
    process.kill(launcherPid(folder), 'SIGSTOP')
    expect(await cancelRecipe(folder)).toMatchObject({ signal: 'SIGKILL', killedBy: 'cancel', cpuSeconds: null })
    expect(noted(note).filter(runs)).toEqual([])
    expect(recipeState(folder).state).toBe('ended')
  })

  test('of a recipe that has ended gives its own end; of none gives null', async () => {
    const { folder } = newFolder()
    await prepareFake(folder, 'fail')
    expect(await cancelRecipe(folder)).toBeNull()
    await startRecipe(folder)
    await waitForRecipe(folder)
    expect(await cancelRecipe(folder)).toMatchObject({ exitCode: 10, killedBy: null })
  })
})

test('status and recipe files are whole at any moment', async () => {
  const { folder } = newFolder()
  await prepareFake(folder, 'succeed')
  let looks = 0
  const timer = setInterval(() => {
    looks += 1
    for (const name of ['launcher.json', 'recipe.json', 'status.json']) {
      if (existsSync(join(folder, name))) JSON.parse(readFileSync(join(folder, name), 'utf8'))
    }
  }, 1)
  await startRecipe(folder)
  await waitForRecipe(folder)
  clearInterval(timer)
  expect(looks).toBeGreaterThan(0)
})

test('a launcher that cannot start is an error with its message', async () => {
  const { folder } = newFolder()
  await prepareFake(folder, 'succeed')
  writeFileSync(join(folder, 'job.json'), '{ broken')
  await expect(startRecipe(folder)).rejects.toThrow(/ended before its recipe started[\s\S]*JSON/)
})
