import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { quarantine, sweepQuarantine } from '../../activities/quarantine.ts'
import { PreconditionError } from '../../domain/failure.ts'

let scratch: string
let folder: string
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'phoenix-quarantine-'))
  folder = join(scratch, 'quarantine')
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

const bounds = (keepDays: number, maximumBytes: number) => ({ folder, keepDays, maximumBytes })

/** A refused IDP as the job of a block leaves it, made so many days ago. */
function refused(name: string, bytes: number, daysAgo = 0): string {
  const path = join(scratch, name)
  writeFileSync(path, Buffer.alloc(bytes, name))
  const then = Date.now() / 1000 - daysAgo * 86_400
  utimesSync(path, then, then)
  return path
}

describe('a refused IDP', () => {
  test('is moved, whole, and nobody else may read it', async () => {
    const path = refused('a.fits', 1000)
    const content = readFileSync(path)
    const where = await quarantine(bounds(30, 1e6), path, 'a.fits')
    expect(where).toBe(join(folder, 'a.fits'))
    expect(readFileSync(where)).toEqual(content)
    expect(existsSync(path)).toBe(false)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  test('takes the place of the same one of a try before', async () => {
    await quarantine(bounds(30, 1e6), refused('a.fits', 1000), 'a.fits')
    await quarantine(bounds(30, 1e6), refused('a.fits', 2000), 'a.fits')
    expect(readdirSync(folder)).toEqual(['a.fits'])
    expect(statSync(join(folder, 'a.fits')).size).toBe(2000)
  })

  test('never lies outside of the folder', async () => {
    const path = refused('a.fits', 10)
    await expect(quarantine(bounds(30, 1e6), path, '../a.fits')).rejects.toThrow(PreconditionError)
    expect(existsSync(path)).toBe(true)
  })
})

describe('the bounds', () => {
  test('bytes: the oldest go first, and no more of them than must', async () => {
    for (const [name, daysAgo] of [
      ['b', 2],
      ['a', 3],
      ['c', 1],
    ] as const) {
      await quarantine(bounds(30, 1000), refused(`${name}.fits`, 400, daysAgo), `${name}.fits`)
    }
    expect(readdirSync(folder).toSorted()).toEqual(['b.fits', 'c.fits'])
    await sweepQuarantine(bounds(30, 400))
    expect(readdirSync(folder)).toEqual(['c.fits'])
  })

  test('days: what is older goes, however much room there is', async () => {
    for (const daysAgo of [1, 6.9, 7.1, 40])
      await quarantine(bounds(90, 1e6), refused(`${daysAgo}.fits`, 10, daysAgo), `${daysAgo}.fits`)
    await sweepQuarantine(bounds(7, 1e6))
    expect(readdirSync(folder).toSorted()).toEqual(['1.fits', '6.9.fits'])
  })

  test('bytes: not even the newest stays where it alone is too much', async () => {
    await quarantine(bounds(30, 500), refused('a.fits', 600), 'a.fits')
    expect(readdirSync(folder)).toEqual([])
  })

  test('there is nothing to sweep where nothing was ever refused', async () => {
    await sweepQuarantine(bounds(7, 1e6))
    expect(existsSync(folder)).toBe(false)
  })

  test('a file that another sweep has deleted meanwhile is no trouble', async () => {
    await quarantine(bounds(30, 1000), refused('a.fits', 400), 'a.fits')
    // Listed with the folder and not there when it is looked at.
    symlinkSync('nowhere', join(folder, 'gone.fits'))
    await quarantine(bounds(30, 1000), refused('b.fits', 400), 'b.fits')
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['a.fits', 'b.fits']))
  })

  test('hold when many blocks are refused at once', async () => {
    const paths = Array.from({ length: 40 }, (_, index) => refused(`${index}.fits`, 100))
    await Promise.all(paths.map((path, index) => quarantine(bounds(30, 1000), path, `${index}.fits`)))
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1000)
    expect(sizes.length).toBeGreaterThan(0)
  })
})
