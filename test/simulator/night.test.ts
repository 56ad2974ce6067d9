import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PreconditionError } from '../../domain/failure.ts'
import { parseAssociationBlock } from '../../domain/parse-association-block.ts'
import { type HduOnDisk, readHdu, readHeaders, verifyChecksums } from '../../fits/file.ts'
import { readTable } from '../../fits/table.ts'
import { type SimulatedNight, simulateNight } from '../../simulator/night.ts'

const night = { instrument: 'UVES', date: '2026-03-01', seed: 7 } as const
const plan = { executable: 1, settings: [390], withExtras: true } as const

let base: string
let folder: string
let simulated: SimulatedNight
const progress: string[] = []

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'phoenix-simulator-'))
  folder = join(base, 'night')
  simulated = await simulateNight({
    ...night,
    folder,
    plan,
    onProgress: ({ done, total, file }) => progress.push(`${done}/${total} ${file}`),
  })
}, 60_000)
afterAll(() => rm(base, { recursive: true, force: true }))

describe('a simulated night on disk', () => {
  it('has an archive whose lists are right, blocks, truths and the expectations', async () => {
    expect((await readdir(folder)).toSorted()).toEqual(['ab', 'archive', 'night.json', 'truth'])
    for (const room of ['raw', 'mcalib', 'gencalib'] as const) {
      const names = (await readdir(join(folder, 'archive', room))).filter((name) => name !== 'SHA256SUMS')
      const list = await readFile(join(folder, 'archive', room, 'SHA256SUMS'), 'utf8')
      const lines = await Promise.all(
        names.map(async (name) => `${await sha256(join(folder, 'archive', room, name))}  ${name}`),
      )
      expect(list.trimEnd().split('\n').toSorted()).toEqual(lines.toSorted())
    }
    expect(await readFile(join(folder, 'archive', 'idp', 'SHA256SUMS'), 'utf8')).toBe('')
    expect(JSON.parse(await readFile(join(folder, 'night.json'), 'utf8'))).toEqual(simulated)
    expect(progress).toHaveLength(3 + 6 + 2)
    expect(progress.at(-1)).toContain(`${progress.length}/${progress.length} `)
  })

  it('has raws for all blocks that get so far, and truths for those with starlight', async () => {
    const names = (raws: readonly string[]) =>
      simulated.blocks.filter(({ raw }) => raws.includes(raw)).map(({ name }) => name.replace(/ab$/, 'fits'))
    const raws = await readdir(join(folder, 'archive', 'raw'))
    expect(raws.filter((name) => name.endsWith('.fits')).toSorted()).toEqual(
      names(['star', 'zero', 'damaged']).toSorted(),
    )
    expect((await readdir(join(folder, 'truth'))).toSorted()).toEqual(names(['star', 'damaged']).toSorted())
  })

  it('has blocks that can be read and name files of the archive', async () => {
    const blockFolder = join(folder, 'ab', 'UVES', '2026-03-01')
    const names = await readdir(blockFolder)
    expect(names.toSorted()).toEqual(simulated.blocks.map(({ name }) => name).toSorted())
    const mcalibs = new Set(await readdir(join(folder, 'archive', 'mcalib')))
    for (const { name, raw } of simulated.blocks) {
      const parsed = parseAssociationBlock(await readFile(join(blockFolder, name), 'utf8'), name)
      const calibrations = parsed.valid ? parsed.ab.calibrations : []
      expect(calibrations.length).toBeGreaterThan(2)
      const real = raw === 'none' ? [] : calibrations.filter(({ fileName }) => !fileName.startsWith('G'))
      expect(real.filter(({ fileName }) => !mcalibs.has(fileName))).toEqual([])
    }
  })

  it('has raw frames of the size and kind that the pipeline takes', async () => {
    for (const { name } of simulated.blocks.filter(({ raw }) => raw !== 'none')) {
      const path = join(folder, 'archive', 'raw', name.replace(/ab$/, 'fits'))
      expect((await stat(path)).size).toBe(3_231_360)
      const header = await primaryHeader(path)
      expect([header.integer('BITPIX'), header.integer('NAXIS1'), header.integer('NAXIS2')]).toEqual([16, 1074, 1500])
      expect(header.get('BZERO')?.value).toMatchObject({ type: 'double', value: 32768 })
      expect(header.get('ESO INS GRAT1 WLEN')?.value).toMatchObject({ type: 'double', value: 390 })
      expect(header.string('ESO DET CHIP1 ID')).toBe('CCD-44b')
      expect([header.number('ESO INS TEMP1 MEAN'), header.number('ESO INS SENS26 MEAN')]).toEqual([8, 745])
      expect(header.number('ESO TEL ALT')).toBeGreaterThan(30)
      expect(header.string('ARCFILE')).toBe(name.replace(/ab$/, 'fits'))
    }
  })

  it('has right checksums everywhere but in the damaged raw', async () => {
    const damaged = `archive/raw/${simulated.blocks.find(({ raw }) => raw === 'damaged')?.name.replace(/ab$/, 'fits')}`
    for (const room of ['archive/raw', 'archive/mcalib', 'archive/gencalib', 'truth']) {
      for (const name of (await readdir(join(folder, room))).filter((each) => each.endsWith('.fits'))) {
        const sums = await verifyChecksums(join(folder, room, name))
        expect(sums.map(({ datasum }) => datasum)).toEqual(
          sums.map(() => (`${room}/${name}` === damaged ? 'wrong' : 'right')),
        )
      }
    }
  })

  it('has calibrations of the category that the blocks say, with the keys to associate them', async () => {
    for (const name of (await readdir(join(folder, 'archive', 'mcalib'))).filter((each) => each.endsWith('.fits'))) {
      const header = await primaryHeader(join(folder, 'archive', 'mcalib', name))
      const code = name.split('_')[1] ?? ''
      expect(header.string('ESO PRO CATG')).toBe(categories[code])
      expect([header.integer('ESO DET WIN1 BINX'), header.string('ESO DET CHIP1 ID')]).toEqual([2, 'CCD-44b'])
      expect(header.get('ESO DPR CATG')).toBeUndefined()
      expect(header.string('DATE-OBS')).toMatch(/^2026-03-01T1/)
    }
  })

  it('has the injected spectrum with wavelengths, star and lamp', async () => {
    const [name = ''] = await readdir(join(folder, 'truth'))
    const table = readTable(await readHdu(join(folder, 'truth', name), 'TRUTH'))
    expect(table.columns.map((column) => `${column.name} ${column.unit ?? ''}`)).toEqual([
      'WAVE Angstrom',
      'FLUX ',
      'LAMP ',
    ])
    expect(table.rows).toBeGreaterThan(100_000)
  })
})

describe('making a night again', () => {
  it('does nothing where it is there', async () => {
    const path = join(folder, 'archive', 'raw', 'SHA256SUMS')
    await utimes(path, 1000, 1000)
    const done: string[] = []
    const again = await simulateNight({ ...night, folder, plan, onProgress: ({ file }) => done.push(file) })
    expect(again).toEqual(simulated)
    expect(done).toEqual([])
    expect((await stat(path)).mtimeMs).toBe(1_000_000)
  })

  it('gives the same bytes elsewhere, also after a first try that broke off, and keeps the list of IDPs', async () => {
    const small = { executable: 1, settings: [437], withExtras: false } as const
    const [one, two, other] = [join(base, 'one'), join(base, 'two'), join(base, 'other')]
    await simulateNight({ ...night, folder: one, plan: small })
    await simulateNight({ ...night, folder: two, plan: small })
    await simulateNight({ ...night, seed: 8, folder: other, plan: small })
    const hashes = await allHashes(one)
    expect(await allHashes(two)).toEqual(hashes)
    expect(await allHashes(other)).not.toEqual(hashes)
    await rm(join(two, 'night.json'))
    const raw = Object.keys(hashes).find((name) => name.includes('raw/UVES')) ?? ''
    await writeFile(join(two, raw), 'half')
    await writeFile(join(two, 'archive/idp/SHA256SUMS'), 'a list\n')
    await simulateNight({ ...night, folder: two, plan: small })
    const idpList = createHash('sha256').update('a list\n').digest('hex')
    expect(await allHashes(two)).toEqual({ ...hashes, 'archive/idp/SHA256SUMS': idpList })
  })

  it('refuses a folder that holds another night', async () => {
    await expect(simulateNight({ ...night, seed: 8, folder, plan })).rejects.toThrow(PreconditionError)
    await expect(simulateNight({ ...night, seed: 8, folder, plan })).rejects.toThrow(/another simulated night/)
  })
})

const categories: Readonly<Record<string, string>> = {
  MBIA: 'MASTER_BIAS_BLUE',
  MFLT: 'MASTER_FLAT_BLUE',
  PORD: 'ORDER_TABLE_BLUE',
  PLI2: 'LINE_TABLE_BLUE',
  MRSP: 'MASTER_RESPONSE_BLUE',
}

async function primaryHeader(path: string): Promise<HduOnDisk['header']> {
  const [primary] = await readHeaders(path)
  if (primary === undefined) throw new Error(`${path} has no HDU`)
  return primary.header
}

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

async function allHashes(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const pairs = await Promise.all(files.map(async (path) => [path.slice(root.length + 1), await sha256(path)] as const))
  return Object.fromEntries(pairs)
}
