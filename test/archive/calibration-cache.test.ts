import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CalibrationCache } from '../../archive/calibration-cache.ts'
import { emptyFolder } from './folder-archive.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** A cache, and runs that each have a folder on the same disk. */
function onDisk(limitBytes: number) {
  const scratch = emptyFolder()
  const cache = new CalibrationCache(join(scratch, '.calibrations'), limitBytes)
  const inRun = (run: string, name: string) => join(scratch, run, name)
  return {
    cache,
    held: () => (existsSync(join(cache.folder, 'files')) ? readdirSync(join(cache.folder, 'files')) : []),
    names: () => readdirSync(join(cache.folder, 'names')),
    inRun,
    endRun: (run: string) => rmSync(join(scratch, run), { recursive: true }),
    /** As if it had been downloaded. */
    fetched: (run: string, name: string, content: string) => {
      mkdirSync(join(scratch, run), { recursive: true })
      const path = inRun(run, name)
      writeFileSync(path, content)
      return { path, bytes: content.length, sha256: sha256(content) }
    },
    take: (run: string, name: string, stamp = 'v1') => {
      mkdirSync(join(scratch, run), { recursive: true })
      return cache.take(name, stamp, inRun(run, name))
    },
  }
}

test('what one run has fetched another one takes, of the same name and content only', async () => {
  const { cache, fetched, take, inRun } = onDisk(1000)
  expect(await take('run-2', 'bias.fits')).toBeNull()
  const file = fetched('run-1', 'bias.fits', 'a bias')
  expect(await cache.keep('bias.fits', 'v1', file)).toBe(true)
  expect(await take('run-2', 'bias.fits')).toEqual({ bytes: 6, sha256: file.sha256 })
  expect(readFileSync(inRun('run-2', 'bias.fits'), 'utf8')).toBe('a bias')
  expect(await take('run-2', 'bias.fits', 'v2')).toBeNull()
  expect(await take('run-2', 'flat.fits')).toBeNull()
  expect(await take('run-2', 'bias.fits')).not.toBeNull() // again, in place of itself
  expect(readdirSync(join(inRun('run-2', '.')))).toEqual(['bias.fits'])
})

test('equal content is held once, under as many names as it has', async () => {
  const { cache, fetched, take, held } = onDisk(10)
  await cache.keep('a.fits', 'v1', fetched('run-1', 'a.fits', 'the same'))
  await cache.keep('b.fits', 'v1', fetched('run-1', 'b.fits', 'the same'))
  expect(held()).toEqual([sha256('the same')])
  expect(await take('run-2', 'b.fits')).toEqual({ bytes: 8, sha256: sha256('the same') })
})

test('a run holds what it works with; when its folder goes, the longest unused makes room', async () => {
  const { cache, fetched, take, held, names, endRun } = onDisk(12)
  await cache.keep('a.fits', 'v1', fetched('run-1', 'a.fits', 'aaaaa'))
  await cache.keep('b.fits', 'v1', fetched('run-1', 'b.fits', 'bbbbb'))
  expect(await cache.contents()).toEqual({ files: 2, bytes: 10, leasedBytes: 10 })
  expect(await cache.keep('c.fits', 'v1', fetched('run-2', 'c.fits', 'ccccc'))).toBe(false)
  await cache.shrinkTo(0)
  expect(held()).toHaveLength(2)
  endRun('run-1')
  await take('run-3', 'a.fits')
  endRun('run-3')
  expect(await cache.contents()).toEqual({ files: 2, bytes: 10, leasedBytes: 0 })
  expect(await cache.keep('c.fits', 'v1', fetched('run-2', 'c.fits', 'ccccc'))).toBe(true)
  expect(held().toSorted()).toEqual([sha256('aaaaa'), sha256('ccccc')].toSorted())
  expect(names()).toHaveLength(2)
  expect(await take('run-4', 'b.fits')).toBeNull()
})

test('room is made for those who need the disk, but not by taking what is in use', async () => {
  const { cache, fetched, held, endRun } = onDisk(100)
  for (const name of ['a', 'b', 'c']) await cache.keep(name, 'v1', fetched(`run-${name}`, name, name.repeat(10)))
  endRun('run-a')
  endRun('run-b')
  await cache.free(1)
  expect(held()).toHaveLength(2)
  await cache.free(1000)
  expect(held()).toEqual([sha256('c'.repeat(10))])
})

test('damage on the disk is seen, and the file fetched again', async () => {
  const { cache, fetched, take, held, inRun } = onDisk(100)
  const file = fetched('run-1', 'a.fits', 'aaaaa')
  await cache.keep('a.fits', 'v1', file)
  writeFileSync(join(cache.folder, 'files', file.sha256), 'axaaa')
  expect(await take('run-2', 'a.fits')).toBeNull()
  expect(existsSync(inRun('run-2', 'a.fits'))).toBe(false)
  expect(held()).toEqual([])
  await cache.keep('a.fits', 'v1', fetched('run-2', 'a.fits', 'aaaaa'))
  expect(await take('run-3', 'a.fits')).not.toBeNull()
})

test('what a killed process may leave finds nothing and is swept', async () => {
  const { cache, fetched, take, names, endRun } = onDisk(100)
  await cache.keep('a.fits', 'v1', fetched('run-1', 'a.fits', 'aaaaa'))
  await cache.keep('b.fits', 'v1', fetched('run-2', 'b.fits', 'bbbbb'))
  // Between the removal of the bytes and that of the name.
  rmSync(join(cache.folder, 'files', sha256('aaaaa')))
  expect(await take('run-3', 'a.fits')).toBeNull()
  endRun('run-2')
  await cache.shrinkTo(0)
  expect(names()).toEqual([])
  // Between the bytes and their name.
  const file = fetched('run-4', 'a.fits', 'aaaaa')
  await cache.keep('a.fits', 'v1', file)
  for (const name of names()) rmSync(join(cache.folder, 'names', name))
  expect(await take('run-5', 'a.fits')).toBeNull()
  expect(await cache.keep('a.fits', 'v1', file)).toBe(true)
  expect(await take('run-5', 'a.fits')).toEqual({ bytes: 5, sha256: file.sha256 })
})

test('whatever runs do: none loses a file that it has, the bytes stay within the limit, and hits are what was fetched', async () => {
  const [RUNS, NAMES, LIMIT] = [3, 6, 40]
  const step = fc.record({
    what: fc.constantFrom('want', 'want', 'want', 'end', 'free'),
    run: fc.nat(RUNS - 1),
    name: fc.nat(NAMES - 1),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { cache, fetched, take, held, inRun, endRun } = onDisk(LIMIT)
      const has = new Map<string, Set<string>>()
      for (const { what, run: runIndex, name: nameIndex } of steps) {
        const [run, name] = [`run-${runIndex}`, `${nameIndex}.fits`]
        const content = String(nameIndex).repeat(5 + 2 * nameIndex)
        if (what === 'free') await cache.free(10)
        if (what === 'end' && has.delete(run)) endRun(run)
        const isNew = what === 'want' && has.get(run)?.has(name) !== true
        const before = held().includes(sha256(content))
        const taken = isNew ? await take(run, name) : null
        expect(taken).toEqual(isNew && before ? { bytes: content.length, sha256: sha256(content) } : null)
        if (isNew && taken === null) await cache.keep(name, 'v1', fetched(run, name, content))
        if (isNew) has.set(run, (has.get(run) ?? new Set()).add(name))
        for (const [holder, names] of has) {
          for (const one of names) expect(sha256(readFileSync(inRun(holder, one), 'utf8'))).toBe(sumOfName(one))
        }
        const { bytes, leasedBytes } = await cache.contents()
        expect(bytes).toBeLessThanOrEqual(LIMIT)
        const leased = held().filter((sum) =>
          [...has.values()].some((names) => [...names].some((one) => sumOfName(one) === sum)),
        )
        expect(leasedBytes).toBe(leased.reduce((sum, id) => sum + statSync(join(cache.folder, 'files', id)).size, 0))
      }
      rmSync(join(cache.folder, '..'), { recursive: true })
    }),
    { numRuns: 60 },
  )
  function sumOfName(name: string): string {
    const index = Number(name.replace('.fits', ''))
    return sha256(String(index).repeat(5 + 2 * index))
  }
})
