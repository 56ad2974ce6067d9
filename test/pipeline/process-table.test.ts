import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  childrenOf,
  identify,
  isAlive,
  killRecipeProcesses,
  memoryOf,
  parseStat,
  recipeProcesses,
  signalProcess,
} from '../../pipeline/process-table.ts'

describe('parseStat', () => {
  test('any command name', () => {
    const rest = Array.from({ length: 44 }, (_, i) => i)
    fc.assert(
      fc.property(fc.nat(), fc.string({ maxLength: 15 }), fc.nat(), fc.nat(), (pid, name, group, startTicks) => {
        const fields = [...rest]
        fields[0] = group
        fields[17] = startTicks
        const text = `${pid} (${name}) S 1 ${fields.join(' ')}\n`
        expect(parseStat(text)).toEqual({ pid, state: 'S', group, session: 1, startTicks })
      }),
    )
  })

  test('not a stat line', () => {
    expect(parseStat('')).toBeNull()
    expect(parseStat('12 (x) S 1 2')).toBeNull()
  })
})

describe('a process', () => {
  test('is known by number and start: another with its number is not it', () => {
    const self = identify(process.pid)
    expect(self).not.toBeNull()
    if (self === null) return
    expect(isAlive(self)).toBe(true)
    expect(isAlive({ ...self, startTicks: self.startTicks + 1 })).toBe(false)
    expect(isAlive({ ...self, bootId: 'an earlier one' })).toBe(false)
    expect(signalProcess({ ...self, startTicks: self.startTicks + 1 }, 'SIGKILL')).toBe(false)
  })

  test('there is none with an impossible number', () => {
    expect(identify(2 ** 30)).toBeNull()
    expect(memoryOf(2 ** 30)).toEqual({ rssBytes: 0, peakRssBytes: 0 })
    expect(childrenOf(2 ** 30)).toEqual([])
  })

  test('its memory and children', async () => {
    expect(memoryOf(process.pid).rssBytes).toBeGreaterThan(1e6)
    const child = spawn('sleep', ['600'])
    expect(childrenOf(process.pid)).toContain(child.pid)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(childrenOf(process.pid)).not.toContain(child.pid)
  })
})

test('the processes of a recipe: of its group, or marked; nobody else is found or killed', async () => {
  const folder = `/nowhere/${process.pid}`
  const group = spawn('sh', ['-c', 'sleep 600 & echo; wait'], { detached: true })
  const marked = spawn('sleep', ['600'], { detached: true, env: { ...process.env, PHOENIX_RECIPE_FOLDER: folder } })
  const other = spawn('sleep', ['600'], {
    detached: true,
    env: { ...process.env, PHOENIX_RECIPE_FOLDER: `${folder}0` },
  })
  await once(group.stdout, 'data')
  const leader = identify(group.pid ?? 0)
  expect(recipeProcesses(folder, null).map(({ pid }) => pid)).toEqual([marked.pid])
  expect(recipeProcesses(folder, leader)).toHaveLength(3)
  expect(await killRecipeProcesses(folder, leader)).toBe(true)
  expect(recipeProcesses(folder, leader)).toEqual([])
  const bystander = identify(other.pid ?? 0)
  expect(bystander !== null && isAlive(bystander)).toBe(true)
  other.kill('SIGKILL')
})
