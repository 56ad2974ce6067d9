import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { attemptText } from '../../../database/attempts.ts'
import { DATE, Rig, type RigOptions } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const start = async (options: RigOptions): Promise<Rig> => {
  rig = await Rig.start(options)
  return rig
}
const mcalibsOf = (index: number) => rig.ab(index).calibrations.filter(({ fileName }) => !fileName.startsWith('G'))
const archived = () => readdirSync(join(rig.archiveDir, 'idp')).filter((name) => name.endsWith('.fits'))
const onScratch = () => (existsSync(rig.scratchDir) ? readdirSync(rig.scratchDir) : [])

describe('a date that runs to its end', () => {
  test('is done: every block has its answer, every product is in the archive, nothing stays on disk', async () => {
    await start({ executable: 4 })
    rig.keepHistoryAs('normal')
    rig.fate(1, 'fail')
    rig.fate(2, 'no product')
    const run = await rig.order()
    expect(await rig.end(run)).toBe('done')
    expect(await rig.abStates()).toEqual([
      'processed',
      'failed: no light in this frame at uves_extract',
      'failed: the recipe ended with exit code 0 but without products.json',
      'processed',
    ])
    expect(rig.starts()).toHaveLength(4)
    expect(await rig.startRows()).toEqual(['ended', 'ended', 'ended', 'ended'])
    expect(await rig.idpStates()).toEqual(['live', 'live'])
    expect(archived()).toHaveLength(2)
    expect(onScratch()).toEqual([])
    const key = { instrument: 'UVES', abName: rig.ab(0).name, generation: 1 }
    expect(await attemptText(rig.database, key, 'log')).toBe(`log of ${rig.rawOf(0)}\n`)
    expect(await attemptText(rig.database, key, 'raw header')).toContain("ESO DPR TECH = 'ECHELLE")
    const qc1 = await rig.database.selectFrom('qc1').select(['name', 'order_number', 'value']).execute()
    expect(qc1).toContainEqual({ name: 'QC ORD14 OBJ SN', order_number: 14, value: 31.5 })
  })

  test('is done when it has no block', async () => {
    await start({ executable: 0 })
    expect(await rig.end(await rig.order())).toBe('done')
    expect(onScratch()).toEqual([])
  })

  test('a second run has nothing to do', async () => {
    await start({ executable: 2 })
    await rig.end(await rig.order())
    expect(await rig.end(await rig.order())).toBe('done')
    expect(rig.starts()).toHaveLength(2)
  })

  test('of two who order it at once one wins, and the other is told', async () => {
    await start({ executable: 1 })
    const orders = await Promise.allSettled([rig.order(), rig.order()])
    const [won] = orders.flatMap((order) => (order.status === 'fulfilled' ? [order.value] : []))
    const [lost] = orders.flatMap((order) => (order.status === 'rejected' ? [String(order.reason)] : []))
    expect(lost).toContain('of test is open')
    if (won === undefined) throw new Error('nobody won')
    expect(await rig.end(won)).toBe('done')
    expect(rig.starts()).toHaveLength(1)
  })
})

describe('calibrations', () => {
  test('all that is missing or broken is told at once; no block is attempted and nothing stays on disk', async () => {
    await start({ executable: 2, settings: [390] })
    const [gone, damaged] = mcalibsOf(0).map(({ fileName }) => fileName)
    const gencalib = rig.ab(0).calibrations.find(({ fileName }) => fileName.startsWith('G'))?.fileName ?? ''
    rmSync(join(rig.archiveDir, 'mcalib', gone ?? ''))
    truncateSync(join(rig.archiveDir, 'mcalib', damaged ?? ''), 3000)
    rmSync(join(rig.archiveDir, 'gencalib', gencalib))
    const run = await rig.order()
    expect(await rig.end(run)).toBe('error')
    const problems = await rig.problems(run)
    expect(problems).toHaveLength(3)
    expect(problems.join('\n')).toContain(`${gone} (MASTER_BIAS_BLUE): not in the archive; needed by 2 ABs`)
    expect(problems.join('\n')).toContain(`${damaged} (MASTER_FLAT_BLUE): its checksum differs`)
    expect(problems.join('\n')).toContain(`gencalib ${gencalib} is not in`)
    expect(rig.starts()).toEqual([])
    expect(await rig.startRows()).toEqual([])
    expect(await rig.abStates()).toEqual(['pending', 'pending'])
    expect(onScratch()).toEqual([])
  })

  test('the rest is run when the operator orders so', async () => {
    await start({ executable: 4, settings: [390, 437] })
    const [, , order] = mcalibsOf(0).map(({ fileName }) => fileName)
    rmSync(join(rig.archiveDir, 'mcalib', order ?? ''))
    expect(await rig.end(await rig.order())).toBe('error')
    expect(await rig.end(await rig.order({ leaveOutMissing: true }))).toBe('done')
    const leftOut = `left out: ${order}: not in the archive`
    expect(await rig.abStates()).toEqual([leftOut, 'processed', leftOut, 'processed'])
    expect(rig.starts().toSorted()).toEqual([rig.rawOf(1), rig.rawOf(3)])
  })
})

describe('a raw', () => {
  test('that is missing or truncated fails its block before the recipe, and no other', async () => {
    await start({ executable: 3 })
    rmSync(join(rig.archiveDir, 'raw', `${rig.rawOf(0)}.fits`))
    truncateSync(join(rig.archiveDir, 'raw', `${rig.rawOf(1)}.fits`), 4000)
    rmSync(join(rig.archiveDir, 'raw', 'SHA256SUMS'))
    expect(await rig.end(await rig.order())).toBe('done')
    const [missing, truncated, whole] = await rig.abStates()
    expect(missing).toBe(`failed: raw ${rig.rawOf(0)}.fits is not in the archive`)
    expect(truncated).toMatch(/^failed: raw .* is damaged: not a whole FITS file: truncated/)
    expect(whole).toBe('processed')
    expect(rig.starts()).toEqual([rig.rawOf(2)])
  })
})

describe('what can be known before a start burns nothing', () => {
  test('a pipeline version that is not certified', async () => {
    await start({ executable: 1, pipeline: { version: '6.1.9' } })
    const run = await rig.order()
    expect(await rig.end(run)).toBe('error')
    expect(await rig.problems(run)).toEqual([
      'pipeline uves 6.1.9 is not certified (certified: 6.1.8): install one of those, or certify it in the instrument file after a trial',
    ])
    expect(await rig.abStates()).toEqual(['pending'])
    expect(onScratch()).toEqual([])
  })

  test('a recipe that the pipeline does not have', async () => {
    await start({ executable: 1, pipeline: { recipes: ['uves_cal_mbias'] } })
    const run = await rig.order()
    expect(await rig.end(run)).toBe('error')
    expect((await rig.problems(run)).join()).toContain('has no recipe uves_obs_scired')
    expect(rig.starts()).toEqual([])
  })
})

describe('limits and kills', () => {
  test('our own limits are an answer, and the log is kept', async () => {
    await start({ executable: 3, cores: 3, limits: { wallSeconds: 2, memoryBytes: 400e6, outputBytes: 20e6 } })
    rig.fate(0, 'hang')
    rig.fate(1, 'eat')
    rig.fate(2, 'write')
    expect(await rig.end(await rig.order())).toBe('done')
    expect(await rig.abStates()).toEqual([
      'failed: ended by us: wall time limit',
      'failed: ended by us: memory limit',
      'failed: ended by us: output size limit',
    ])
    const attempts = await rig.database.selectFrom('attempt').select(['failure_kind', 'ab_name']).execute()
    expect(attempts.map(({ failure_kind }) => failure_kind)).toEqual(['limit', 'limit', 'limit'])
    for (const { ab_name: abName } of attempts) {
      expect(await attemptText(rig.database, { instrument: 'UVES', abName, generation: 1 }, 'log')).toContain('log of')
    }
    expect(rig.starts()).toHaveLength(3)
  })

  test('a recipe killed by the machine is started once more, twice killed it is interrupted', async () => {
    await start({ executable: 2 })
    rig.fate(0, 'killed', 'succeed')
    rig.fate(1, 'killed', 'killed')
    expect(await rig.end(await rig.order())).toBe('done')
    expect(await rig.abStates()).toEqual(['processed', 'interrupted: 2 starts without an end'])
    expect((await rig.startRows()).toSorted()).toEqual(['ended', 'without end', 'without end', 'without end'])
    expect(rig.starts()).toHaveLength(4)
  })
})

describe('a block that changes while its date runs', () => {
  const other = {
    flag: 'REAL',
    fileName: 'UV_MBIA_260301B_BLUE_2x2.fits',
    category: 'MASTER_BIAS_BLUE',
    distanceDays: 1,
  } as const

  test('is left to a later run when it needs other calibrations, and does not hold up this one', async () => {
    await start({ executable: 4, cores: 1 })
    for (const index of [0, 1]) rig.fate(index, 'wait')
    const run = await rig.order()
    await rig.started(1)
    const changed = { ...rig.ab(3), calibrations: [...rig.ab(3).calibrations.slice(1), other] }
    await rig.register([...rig.abs.slice(0, 2), changed]) // and block 2 is withdrawn
    rig.go()
    expect(await rig.end(run)).toBe('done')
    const states = await rig.abStates()
    expect(states).toEqual(['processed', 'processed', expect.stringContaining('withdrawn'), 'pending'])
    expect(rig.starts()).toHaveLength(2)
  })
})

test('the archive refuses: blocked, products stay; a new run brings them in first and attempts nothing again', async () => {
  await start({ executable: 3 })
  const idpFolder = join(rig.archiveDir, 'idp')
  rmSync(idpFolder, { recursive: true })
  const run = await rig.order()
  expect(await rig.end(run)).toBe('blocked')
  expect(await rig.idpStates()).toEqual(['pending', 'pending', 'pending'])
  expect(await rig.problems(run)).toEqual([
    expect.stringMatching(/^3 IDPs are not ingested: archive folder:.*ENOENT.*idp/),
  ])
  const runFolder = join(rig.scratchDir, 'UVES', DATE, `run-${run.runNumber}`)
  expect(readdirSync(runFolder).toSorted()).toEqual(['.phoenix-run', 'idp'])
  expect(readdirSync(join(runFolder, 'idp'))).toHaveLength(3)
  writeFileSync(idpFolder, 'not a folder')
  expect(await rig.end(await rig.order())).toBe('blocked')
  rmSync(idpFolder)
  mkdirSync(idpFolder)
  expect(await rig.end(await rig.order())).toBe('done')
  expect(await rig.idpStates()).toEqual(['live', 'live', 'live'])
  expect(archived()).toHaveLength(3)
  expect(rig.starts()).toHaveLength(3)
  expect(onScratch()).toEqual([])
})
