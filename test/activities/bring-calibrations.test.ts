import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { beforeEach, describe, expect, test } from 'vitest'
import { bringCalibrations, type CalibrationHost } from '../../activities/bring-calibrations.ts'
import { RunFolder } from '../../activities/scratch.ts'
import { CalibrationCache } from '../../archive/calibration-cache.ts'
import { FolderArchive } from '../../archive/folder.ts'
import { emptyFolder, sha256Of } from '../archive/folder-archive.ts'
import { exampleBlock, exampleInstrument } from '../domain/example-block.ts'
import { productCards, smallFrame } from '../integration/workflows/small-night.ts'

const MASTERS = ['UV_MBIA_260301A.fits', 'UV_MFLT_260301A.fits']
const categoryOf = (fileName: string) => (fileName.startsWith('UV_MBIA') ? 'MASTER_BIAS_BLUE' : 'MASTER_FLAT_BLUE')

let folder: string
let fetched: string[]
let host: CalibrationHost & { calibrationCache: CalibrationCache | null }
beforeEach(() => {
  folder = emptyFolder()
  for (const room of ['raw', 'mcalib', 'gencalib', 'idp']) mkdirSync(join(folder, 'archive', room), { recursive: true })
  for (const name of MASTERS) put(name)
  const archive = new FolderArchive(join(folder, 'archive'))
  fetched = []
  host = {
    log: pino({ level: 'silent' }),
    source: {
      name: archive.name,
      fetch: (kind, name, target) => {
        fetched.push(name)
        return archive.fetch(kind, name, target)
      },
      stampOf: (name) => archive.stampOf(name),
    },
    calibrationCache: new CalibrationCache(join(folder, 'scratch', '.calibrations'), 1e6),
    gencalibDir: join(folder, 'archive', 'gencalib'),
    loadInstrument: () => Promise.resolve(exampleInstrument()),
  }
})

function put(fileName: string, category = categoryOf(fileName)): void {
  writeFileSync(join(folder, 'archive', 'mcalib', fileName), smallFrame(productCards(category)))
}

const runOf = (date: string) => new RunFolder(join(folder, 'scratch'), { instrument: 'UVES', date, runNumber: 1 })

function bring(date: string, names: readonly string[] = MASTERS) {
  const calibrations = names.map((fileName) => ({
    flag: 'REAL' as const,
    fileName,
    category: categoryOf(fileName),
    distanceDays: null,
  }))
  const abs = [exampleBlock({ date, calibrations })]
  return bringCalibrations(host, { folder: runOf(date), instrument: 'UVES', abs, whenBroken: 'list the rest' })
}

const fine = { broken: [], gencalibProblems: [] }

describe('dates that share their calibrations', () => {
  test('at once: each is fetched once, and both have all', async () => {
    const dates = ['2026-03-01', '2026-03-02', '2026-03-03']
    expect(await Promise.all(dates.map((date) => bring(date)))).toEqual([fine, fine, fine])
    expect(fetched.toSorted()).toEqual(MASTERS)
    for (const date of dates) expect(readdirSync(runOf(date).mcalibs).toSorted()).toEqual(MASTERS)
  })

  test('one after the other: what the first leaves behind in the cache serves the second', async () => {
    await bring('2026-03-01')
    rmSync(runOf('2026-03-01').path, { recursive: true })
    expect(await bring('2026-03-02')).toEqual(fine)
    expect(fetched.toSorted()).toEqual(MASTERS)
    const listed = JSON.parse(readFileSync(runOf('2026-03-02').calibrationList, 'utf8'))
    expect(listed).toMatchObject(
      MASTERS.map((fileName) => {
        const path = join(runOf('2026-03-02').mcalibs, fileName)
        return { fileName, kind: 'mcalib', path, sha256: sha256Of(readFileSync(path)) }
      }),
    )
  })

  test('without a cache, or from a source that cannot tell one content from another, each date fetches its own', async () => {
    host = { ...host, calibrationCache: null }
    await bring('2026-03-01')
    await bring('2026-03-02')
    expect(fetched).toHaveLength(4)
    const { source } = host
    host = {
      ...host,
      source: { name: source.name, fetch: (kind, name, target) => source.fetch(kind, name, target) },
      calibrationCache: new CalibrationCache(join(folder, 'scratch', 'c'), 1e6),
    }
    await bring('2026-03-03')
    await bring('2026-03-04')
    expect(fetched).toHaveLength(8)
  })
})

describe('the archive has the last word', () => {
  test('another content under the same name is fetched', async () => {
    await bring('2026-03-01')
    writeFileSync(
      join(folder, 'archive', 'mcalib', 'UV_MBIA_260301A.fits'),
      smallFrame([...productCards('MASTER_BIAS_BLUE'), ...productCards('MASTER_BIAS_BLUE')]),
    )
    await bring('2026-03-02')
    expect(fetched.toSorted()).toEqual([...MASTERS, 'UV_MBIA_260301A.fits'].toSorted())
  })

  test('what it does not have any more is missing, whatever the cache holds', async () => {
    await bring('2026-03-01')
    rmSync(join(folder, 'archive', 'mcalib', 'UV_MFLT_260301A.fits'))
    const { broken } = await bring('2026-03-02')
    expect(broken).toMatchObject([{ needed: { fileName: 'UV_MFLT_260301A.fits' }, problem: 'not in the archive' }])
  })

  test('a broken file is told each time and never kept', async () => {
    put('UV_MBIA_260301A.fits', 'MASTER_DARK_BLUE')
    const first = await bring('2026-03-01')
    const second = await bring('2026-03-02')
    expect(first.broken.map(({ problem }) => problem)).toEqual(second.broken.map(({ problem }) => problem))
    expect(first.broken).toMatchObject([{ problem: expect.stringContaining('MASTER_DARK_BLUE') }])
    expect(fetched.filter((name) => name.startsWith('UV_MBIA'))).toHaveLength(4)
    expect((await host.calibrationCache?.contents())?.files).toBe(1)
  })
})
