import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MARKER, namesIn, removeEmptyUpTo, removeFolder, RunFolder } from '../../activities/scratch.ts'
import { PreconditionError } from '../../domain/failure.ts'

let scratch: string
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'phoenix-scratch-'))
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

const run = { instrument: 'UVES', date: '2026-03-01', runNumber: 7 }

describe('the folder of a run', () => {
  test('is named by instrument, date and the number of the run, and carries the marker', async () => {
    const folder = new RunFolder(scratch, run)
    await folder.create()
    await folder.create()
    expect(folder.path).toBe(join(scratch, 'UVES', '2026-03-01', 'run-7'))
    expect(readdirSync(folder.path).toSorted()).toEqual([MARKER, 'ab', 'idp', 'mcalib'])
    expect(statSync(folder.mcalibs).mode & 0o777).toBe(0o700)
    expect(folder.ab('UVES.2026-03-02T03:36:00.000.ab')).toBe(
      join(folder.path, 'ab', 'UVES.2026-03-02T03:36:00.000.ab'),
    )
  })

  test('is never outside of the scratch folder', () => {
    for (const name of ['..', '../x', 'a/b', '/etc', '', '.hidden', 'a..b']) {
      expect(() => new RunFolder(scratch, { ...run, instrument: name })).toThrow(PreconditionError)
      expect(() => new RunFolder(scratch, { ...run, date: name })).toThrow(PreconditionError)
      expect(() => new RunFolder(scratch, run).ab(name)).toThrow(PreconditionError)
    }
  })
})

describe('removing', () => {
  test('tells the bytes of everything in it; what is not there frees none', async () => {
    mkdirSync(join(scratch, 'a', 'b'), { recursive: true })
    writeFileSync(join(scratch, 'a', 'one'), Buffer.alloc(1000))
    writeFileSync(join(scratch, 'a', 'b', 'two'), Buffer.alloc(234))
    expect(await removeFolder(join(scratch, 'a'))).toBe(1234)
    expect(existsSync(join(scratch, 'a'))).toBe(false)
    expect(await removeFolder(join(scratch, 'a'))).toBe(0)
    expect(await namesIn(join(scratch, 'a'))).toEqual([])
  })

  test('goes upwards through empty folders, not through others, and never takes the top', async () => {
    mkdirSync(join(scratch, 'UVES', '2026-03-01'), { recursive: true })
    mkdirSync(join(scratch, 'UVES', '2026-03-02'))
    await removeEmptyUpTo(join(scratch, 'UVES', '2026-03-01', 'run-7'), scratch) // already gone
    expect(readdirSync(join(scratch, 'UVES'))).toEqual(['2026-03-02'])
    await removeEmptyUpTo(join(scratch, 'UVES', '2026-03-02'), scratch)
    expect(readdirSync(scratch)).toEqual([])
    await removeEmptyUpTo(scratch, scratch)
    expect(existsSync(scratch)).toBe(true)
    await removeEmptyUpTo(`${scratch}-other`, scratch)
  })

  test('leaves a folder that another date makes meanwhile', async () => {
    for (let round = 0; round < 50; round += 1) {
      await new RunFolder(scratch, { ...run, date: '2026-03-01' }).create()
      await removeFolder(join(scratch, 'UVES', '2026-03-01', 'run-7'))
      const other = new RunFolder(scratch, { ...run, date: '2026-03-02' })
      await Promise.allSettled([removeEmptyUpTo(join(scratch, 'UVES', '2026-03-01'), scratch), other.create()])
      await other.create()
      expect(readdirSync(other.path)).toContain(MARKER)
      await removeFolder(join(scratch, 'UVES'))
    }
  })
})
