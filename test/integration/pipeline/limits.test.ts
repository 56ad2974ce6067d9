import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startRecipe, waitForRecipe } from '../../../pipeline/run-recipe.ts'
import type { RecipeStatus } from '../../../pipeline/run-recipe.ts'
import { newFolder, noted, prepareFake, runs, until } from './fake-recipe.ts'
import type { FakeOptions } from './fake-recipe.ts'

async function run(folder: string, recipe: string, options?: FakeOptions): Promise<RecipeStatus> {
  await prepareFake(folder, recipe, options)
  await startRecipe(folder)
  return waitForRecipe(folder)
}

describe('the launcher tells how a recipe ended', () => {
  test('by itself, with exit code 0 and what it used', async () => {
    const { folder } = newFolder()
    const status = await run(folder, 'succeed')
    expect(status).toMatchObject({ exitCode: 0, signal: null, killedBy: null, startError: null })
    expect(status.cpuSeconds).toBeGreaterThan(0)
    expect(status.peakRssBytes).toBeGreaterThan(1e6)
    expect(status.bytesWritten).toBeGreaterThan(0)
    expect(Date.parse(status.endedAt)).toBeGreaterThanOrEqual(Date.parse(status.startedAt))
  })

  test('with its own exit code', async () => {
    const { folder } = newFolder()
    expect(await run(folder, 'fail')).toMatchObject({ exitCode: 10, signal: null, killedBy: null })
  })

  test('by a crash', async () => {
    const { folder } = newFolder()
    expect(await run(folder, 'crash')).toMatchObject({ exitCode: null, signal: 'SIGSEGV', killedBy: null })
  })

  test('by a SIGKILL that was not ours, as the kernel sends it when memory is out', async () => {
    const { folder } = newFolder()
    expect(await run(folder, 'killed')).toMatchObject({ exitCode: null, signal: 'SIGKILL', killedBy: null })
  })

  test('not at all, when esorex cannot be started', async () => {
    const { folder } = newFolder()
    await prepareFake(folder, 'succeed')
    const job = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'))
    writeFileSync(join(folder, 'job.json'), JSON.stringify({ ...job, esorex: '/nowhere/esorex' }))
    await startRecipe(folder)
    const status = await waitForRecipe(folder)
    expect(status).toMatchObject({ exitCode: null, signal: null, killedBy: null })
    expect(status.startError).toContain('ENOENT')
  })
})

describe('limits', () => {
  test('wall', async () => {
    const { folder } = newFolder()
    expect(await run(folder, 'hang', { wallSeconds: 0.5 })).toMatchObject({ signal: 'SIGKILL', killedBy: 'wall' })
  })

  test('memory, of a child too', async () => {
    for (const recipe of ['eat', 'eat-in-child']) {
      const { folder } = newFolder()
      const status = await run(folder, recipe, { memoryBytes: 300e6 })
      expect(status).toMatchObject({ signal: 'SIGKILL', killedBy: 'memory' })
      expect(status.peakRssBytes).toBeGreaterThan(300e6)
    }
  })

  test('output', async () => {
    const { folder } = newFolder()
    const status = await run(folder, 'write', { outputBytes: 20e6 })
    expect(status).toMatchObject({ signal: 'SIGKILL', killedBy: 'output' })
    expect(statSync(join(folder, 'big.fits')).size).toBeGreaterThan(19e6)
  })

  test('talk on the terminal is cut, and the recipe is not blocked by it', async () => {
    const { folder } = newFolder()
    expect(await run(folder, 'talk')).toMatchObject({ exitCode: 0 })
    const stdout = readFileSync(join(folder, 'stdout.txt'), 'utf8')
    expect(stdout.length).toBeLessThan(1024 * 1024 + 100)
    expect(stdout).toContain('[cut after 1048576 bytes]')
    expect(readFileSync(join(folder, 'stderr.txt'), 'utf8')).toBe('said at the end\n')
  })
})

test('nothing of the recipe outlives it: neither its group nor a process in a session of its own', async () => {
  const { folder, scratch } = newFolder()
  const note = join(scratch, 'note')
  const end = join(scratch, 'end')
  await prepareFake(folder, 'orphans', { parameters: [`--note=${note}`, `--until=${end}`] })
  await startRecipe(folder)
  await until(() => noted(note).length === 3)
  writeFileSync(end, '')
  expect(await waitForRecipe(folder)).toMatchObject({ exitCode: 0, killedBy: null })
  expect(noted(note).filter(runs)).toEqual([])
})

test('a recipe gets a clean environment: its folder as home and working directory, one thread, nothing of ours', async () => {
  const { folder } = newFolder()
  process.env['ESOREX_OUTPUT_DIR'] = '/elsewhere'
  process.env['DATABASE_URL'] = 'postgres://secret'
  try {
    await run(folder, 'environment')
  } finally {
    delete process.env['ESOREX_OUTPUT_DIR']
    delete process.env['DATABASE_URL']
  }
  const { PATH, ...rest } = JSON.parse(readFileSync(join(folder, 'environment.json'), 'utf8'))
  expect(PATH).toBe(process.env['PATH'])
  delete rest.LD_LIBRARY_PATH
  expect(rest).toEqual({
    LANG: 'C',
    HOME: folder,
    TMPDIR: folder,
    OMP_NUM_THREADS: '1',
    PHOENIX_RECIPE_FOLDER: folder,
    cwd: folder,
  })
  expect(existsSync(join(folder, 'status.json'))).toBe(true)
})
