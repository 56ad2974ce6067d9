import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { captureTo } from '../../pipeline/bounded-capture.ts'
import { identify } from '../../pipeline/process-table.ts'
import { clearLost, liveLogPath, recipeState } from '../../pipeline/recipe-folder.ts'
import { cancelRecipe, prepareRecipe } from '../../pipeline/run-recipe.ts'
import { writeDurably } from '../../pipeline/write-durably.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-folder-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const startedAt = '2026-03-02T03:36:00.000Z'
const writeProcess = (name: string, identity: object) =>
  writeFileSync(join(folder, name), JSON.stringify({ ...identity, startedAt }))
const dead = { pid: 2 ** 30, startTicks: 1, bootId: 'x' }

const recipe = {
  pipeline: {
    name: 'uves',
    version: '6.1.8',
    esorex: '/usr/bin/esorex',
    esorexVersion: '3.13.6',
    recipeDir: '/plugins/uves-6.1.8',
    recipes: ['uves_obs_scired'],
  },
  recipe: 'uves_obs_scired',
  parameters: ['--reduce.merge=sum'],
  frames: [{ path: '/data/raw.fits', tag: 'SCI_POINT_BLUE' }],
  limits: { wallSeconds: 600, memoryBytes: 2e9, outputBytes: 1e9 },
}

describe('recipeState', () => {
  test('none, running, lost', () => {
    expect(recipeState(join(folder, 'not-there'))).toEqual({ state: 'none' })
    expect(recipeState(folder)).toEqual({ state: 'none' })
    writeProcess('launcher.json', identify(process.pid) ?? {})
    const running = { state: 'running', launcherPid: process.pid }
    expect(recipeState(folder)).toEqual({ ...running, recipePid: null, startedAt: null })
    writeProcess('recipe.json', dead)
    expect(recipeState(folder)).toEqual({ ...running, recipePid: dead.pid, startedAt })
    writeProcess('launcher.json', dead)
    expect(recipeState(folder)).toEqual({ state: 'lost' })
  })

  test('a file that is not what it must be is told, not guessed', () => {
    writeFileSync(join(folder, 'launcher.json'), '{}')
    expect(() => recipeState(folder)).toThrow('launcher.json')
  })
})

test('clearing a lost recipe empties its folder; only a lost one is cleared', async () => {
  await expect(clearLost(folder)).rejects.toThrow('not lost but none')
  await prepareRecipe({ folder, ...recipe })
  writeProcess('launcher.json', dead)
  await clearLost(folder)
  expect(readdirSync(folder)).toEqual([])
})

test('cancelling a lost recipe gives no status', async () => {
  writeProcess('launcher.json', dead)
  expect(await cancelRecipe(folder)).toBeNull()
  expect(recipeState(folder)).toEqual({ state: 'lost' })
})

describe('prepareRecipe', () => {
  test('writes set of frames, job and folder of products, as often as asked', async () => {
    for (let i = 0; i < 2; i++) expect(await prepareRecipe({ folder, ...recipe })).toEqual({ state: 'none' })
    expect(readdirSync(folder).toSorted()).toEqual(['in.sof', 'job.json', 'products'])
    expect(readFileSync(join(folder, 'in.sof'), 'utf8')).toBe('/data/raw.fits SCI_POINT_BLUE\n')
    expect(JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'))).toEqual({
      folder,
      esorex: '/usr/bin/esorex',
      arguments: [
        '--recipe-dir=/plugins/uves-6.1.8',
        '--output-dir=products',
        '--log-dir=.',
        '--log-file=esorex.log',
        '--suppress-prefix=TRUE',
        '--suppress-link=TRUE',
        '--products-sof=products.json',
        '--time=TRUE',
        '--msg-level=warning',
        'uves_obs_scired',
        '--reduce.merge=sum',
        'in.sof',
      ],
      limits: recipe.limits,
      graceSeconds: 5,
      nice: 0,
    })
  })

  test('leaves a folder alone in which a recipe was started', async () => {
    writeProcess('launcher.json', dead)
    expect(await prepareRecipe({ folder, ...recipe })).toEqual({ state: 'lost' })
    expect(readdirSync(folder)).toEqual(['launcher.json'])
  })

  test('bad frames leave nothing behind', async () => {
    const bad = { folder, ...recipe, frames: [{ path: '/a b.fits', tag: 'X' }] }
    await expect(prepareRecipe(bad)).rejects.toThrow('blanks')
    expect(readdirSync(folder)).toEqual([])
  })
})

test('the live log is .logfile until esorex gives it its name', () => {
  expect(liveLogPath(folder)).toBe(join(folder, '.logfile'))
  writeFileSync(join(folder, 'esorex.log'), '')
  expect(liveLogPath(folder)).toBe(join(folder, 'esorex.log'))
})

test('writeDurably replaces the file and leaves no other', () => {
  const path = join(folder, 'a.json')
  writeDurably(path, 'one')
  writeDurably(path, 'two')
  expect(readFileSync(path, 'utf8')).toBe('two')
  expect(readdirSync(folder)).toEqual(['a.json'])
  expect(() => writeDurably(join(folder, 'none/a.json'), 'x')).toThrow('ENOENT')
})

test('captureTo keeps so many bytes and drains the rest', async () => {
  for (const [text, expected] of [
    ['short', 'short'],
    ['exactly10!', 'exactly10!'],
    ['more than ten bytes', 'more than \n[cut after 10 bytes]\n'],
  ] as const) {
    const stream = new PassThrough()
    const capture = captureTo(join(folder, 'out'), stream, 10)
    for (const character of text) stream.write(character)
    stream.end()
    await capture.finished()
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe(expected)
  }
})
