import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, symlink, truncate, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { judgeBlocks, readBlockFolder } from '../../client/read-blocks.ts'
import { PreconditionError } from '../../domain/failure.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { loadInstrument } from '../../settings/instruments.ts'
import { projectRoot } from '../../settings/project.ts'
import { blocks, DATE, fileOf } from './blocks.ts'

let uves: Instrument
beforeAll(async () => {
  uves = await loadInstrument(join(projectRoot(), 'instruments'), 'UVES')
})

describe('judging the blocks of a date', () => {
  test('executable blocks and the others, each with its reason', () => {
    const judged = judgeBlocks(
      blocks(3, true).map((block) => fileOf(block)),
      uves,
      DATE,
    )
    expect(judged.refused).toEqual([])
    expect(judged.warnings).toEqual([])
    const codes = judged.blocks.map(({ leftOut }) => leftOut?.code ?? 'executable').toSorted()
    expect(codes).toEqual([
      'calibration missing',
      // The zero and the damaged raw look like any other block.
      ...Array.from({ length: 5 }, () => 'executable'),
      'mode not certified',
      'mode not certified',
      'mode not certified',
      'virtual calibration',
    ])
  })

  test('a malformed block is kept, left out with every problem and its line', () => {
    const [block] = blocks(1)
    if (block === undefined) throw new Error('no block')
    const lines = fileOf(block).bytes.toString().split('\n')
    const broken = lines
      .map((line) => (line.startsWith('MJD-OBS') ? 'MJD-OBS  soon' : line))
      .concat('MCALIB PERHAPS x.fits Y 1')
    const judged = judgeBlocks([{ name: block.name, bytes: Buffer.from(broken.join('\n')) }], uves, DATE)
    expect(judged.refused).toEqual([])
    const [only] = judged.blocks
    expect(only?.ab).toBeNull()
    expect(only?.leftOut?.code).toBe('malformed')
    expect(only?.leftOut?.text).toContain(
      `line ${lines.findIndex((line) => line.startsWith('MJD-OBS')) + 1}: MJD-OBS is 'soon'`,
    )
    expect(only?.leftOut?.text).toContain(`line ${lines.length + 1}: MCALIB flag is 'PERHAPS'`)
    expect(only?.content).toContain('PERHAPS')
  })

  test('blocks of another date or instrument are refused, the others are not', () => {
    const [first, second, third] = blocks(3)
    if (first === undefined || second === undefined || third === undefined) throw new Error('no blocks')
    const judged = judgeBlocks(
      [fileOf({ ...first, date: '2026-03-04' }), fileOf({ ...second, instrument: 'VIMOS' }), fileOf(third)],
      uves,
      DATE,
    )
    expect(judged.refused).toEqual([
      { name: first.name, why: 'is a block of 2026-03-04, not of 2026-03-01' },
      { name: second.name, why: 'is a block of VIMOS, not of UVES' },
    ])
    expect(judged.blocks.map(({ name, leftOut }) => [name, leftOut])).toEqual([[third.name, null]])
  })

  test('a raw of another night is a warning, the DATE of the block counts', () => {
    const [block] = blocks(1)
    if (block === undefined) throw new Error('no block')
    const judged = judgeBlocks([fileOf({ ...block, date: '2026-02-28' })], uves, '2026-02-28')
    expect(judged.blocks.map(({ leftOut }) => leftOut)).toEqual([null])
    expect(judged.warnings).toHaveLength(1)
    expect(judged.warnings[0]).toContain('was taken in the night of 2026-03-01, its DATE is 2026-02-28')
  })

  test('the second block of a raw is left out, unless the first is not executable', () => {
    const [block] = blocks(1)
    if (block === undefined) throw new Error('no block')
    const raw = block.rawFiles[0]?.fileName.replace(/\.fits$/, '')
    const other = { fileName: 'UVES.2026-03-02T09:00:00.000.fits', tag: 'SCI_POINT_BLUE' }
    const second = { ...block, name: 'UVES.2026-03-02T09:00:00.000.ab', rawFiles: [other, ...block.rawFiles] }
    const both = judgeBlocks([fileOf(block), fileOf(second)], uves, DATE)
    expect(both.blocks.map(({ leftOut }) => leftOut?.code ?? null)).toEqual([null, 'raw already covered'])
    expect(both.blocks[1]?.leftOut?.text).toContain(String(raw))
    const [, onlySecond] = judgeBlocks([fileOf({ ...block, recipe: 'none' }), fileOf(second)], uves, DATE).blocks
    expect(onlySecond?.leftOut).toBeNull()
  })

  test('Latin-1 and UTF-8 are read; NUL becomes something that the record takes', () => {
    const [block] = blocks(1)
    if (block === undefined) throw new Error('no block')
    const text = `# Observer: Müller\n${fileOf(block).bytes.toString()}`
    for (const encoding of ['latin1', 'utf8'] as const) {
      const [judged] = judgeBlocks([{ name: block.name, bytes: Buffer.from(text, encoding) }], uves, DATE).blocks
      expect(judged?.content).toContain('Müller')
      expect(judged?.leftOut).toBeNull()
    }
    const [withNul] = judgeBlocks([{ name: block.name, bytes: Buffer.from(`\0${text}`) }], uves, DATE).blocks
    expect(withNul?.content).not.toContain('\0')
  })

  test('a name that is no file name is refused', () => {
    const [block] = blocks(1)
    if (block === undefined) throw new Error('no block')
    const { refused, blocks: judged } = judgeBlocks([fileOf(block, 'my block.ab')], uves, DATE)
    expect(judged).toEqual([])
    expect(refused).toEqual([{ name: 'my block.ab', why: expect.stringContaining('not a plain file name') }])
  })
})

describe('reading the folder of a date', () => {
  test('only *.ab, in the order of their names', async () => {
    const folder = await mkdtemp(join(os.tmpdir(), 'phoenix-blocks-'))
    for (const name of ['b.ab', 'a.ab', 'a.ab~', 'README']) await writeFile(join(folder, name), name)
    expect((await readBlockFolder(folder)).files.map(({ name, bytes }) => [name, bytes.toString()])).toEqual([
      ['a.ab', 'a.ab'],
      ['b.ab', 'b.ab'],
    ])
  })

  test('what cannot be read is told, and nobody waits for a pipe', async () => {
    const folder = await mkdtemp(join(os.tmpdir(), 'phoenix-blocks-'))
    await writeFile(join(folder, 'a.ab'), 'good')
    await mkdir(join(folder, 'b.ab'))
    execFileSync('mkfifo', [join(folder, 'c.ab')])
    await symlink(join(folder, 'nowhere'), join(folder, 'd.ab'))
    await writeFile(join(folder, 'e.ab'), '')
    await truncate(join(folder, 'e.ab'), 5_000_000)
    const { files, unreadable } = await readBlockFolder(folder)
    expect(files.map(({ name }) => name)).toEqual(['a.ab'])
    expect(unreadable).toEqual([
      { name: 'b.ab', why: 'is no file' },
      { name: 'c.ab', why: 'is no file' },
      { name: 'd.ab', why: 'cannot be read (ENOENT)' },
      { name: 'e.ab', why: 'is too large for a block (5000000 bytes)' },
    ])
  })

  test('a folder that is not there, and a file in its place', async () => {
    const folder = await mkdtemp(join(os.tmpdir(), 'phoenix-blocks-'))
    await writeFile(join(folder, 'file'), '')
    await expect(readBlockFolder(join(folder, 'UVES'))).rejects.toThrow(PreconditionError)
    await expect(readBlockFolder(join(folder, 'UVES'))).rejects.toThrow(/UVES is not there: .*--ab-dir/)
    await expect(readBlockFolder(join(folder, 'file'))).rejects.toThrow(/file is not a folder/)
  })
})
