import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeLive } from '../../../database/idps.ts'
import { blocks, DATE } from '../../client/blocks.ts'
import { contentOf, idpFolder, layIdp, liveIdp, madeIdp } from './archived-idps.ts'
import { type OwnInstallation, ownInstallation } from './own-installation.ts'

const [first = '', second = '', third = ''] = blocks(3).map(({ name }) => name)
let own: OwnInstallation
beforeEach(async () => {
  own = await ownInstallation()
  own.layBlocks(blocks(3))
  await own.phoenix('register', 'UVES', DATE)
  await own.phoenix('run', 'UVES', DATE)
})
afterEach(() => own.drop())

const stateOf = async (archiveName: string) =>
  (await own.database.selectFrom('idp').select('state').where('archive_name', '=', archiveName).executeTakeFirst())
    ?.state
const events = async (kind: string) =>
  own.database.selectFrom('event').select(['message', 'who', 'ab_name', 'date']).where('kind', '=', kind).execute()
const shown = async () =>
  (
    await sql<{ name: string }>`select obs_publisher_did as name from obscore order by 1`.execute(own.database)
  ).rows.map(({ name }) => name)

async function isWaitedFor(pid: number): Promise<boolean> {
  const { rows } = await sql<{ waited: boolean }>`
    select exists (select from pg_stat_activity where ${pid}::int = any(pg_blocking_pids(pid))) as waited
  `.execute(own.database)
  return rows[0]?.waited === true
}

async function reprocessed(abName: string): Promise<string> {
  await sql`update sciproc_ab set generation = 2, state = 'pending' where ab_name = ${abName}`.execute(own.database)
  return liveIdp(own, abName, { generation: 2 })
}

describe('archive list', () => {
  async function listed(...options: string[]): Promise<string[]> {
    const { code, out } = await own.phoenix('archive', 'list', ...options)
    expect(code).toBe(0)
    return out.split('\n').flatMap((line) => (line.startsWith('ADP.') ? [line.split('\t')[0] ?? ''] : []))
  }

  test('every option narrows it', async () => {
    const one = await liveIdp(own, first, { object: 'HD 1234', mcalib: 'flat.fits' })
    const two = await liveIdp(own, second, { pipelineVersion: 'uves/6.2.0' })
    const waiting = await madeIdp(own, third, { object: '100%_sky' })
    expect(await listed()).toEqual([one, two, waiting])
    expect(await listed('uves', '--date', DATE)).toEqual([one, two, waiting])
    expect(await listed('--from', '2026-03-02')).toEqual([])
    expect(await listed('--to', '2026-02-28')).toEqual([])
    expect(await listed('--from', DATE, '--to', DATE)).toHaveLength(3)
    expect(await listed('--used', 'flat.fits')).toEqual([one])
    expect(await listed('--used', 'flat')).toEqual([one])
    expect(await listed('--used', 'raw.fits', '--pipeline', '6.2.0')).toEqual([two])
    expect(await listed('--pipeline', 'uves/6.1.8')).toEqual([one, waiting])
    expect(await listed('--pipeline', '6.1')).toEqual([])
    expect(await listed('--object', 'hd 12')).toEqual([one])
    expect(await listed('--object', '%')).toEqual([waiting])
    expect(await listed('--state', 'pending')).toEqual([waiting])
    const [block] = blocks(3)
    const ofProgram = blocks(3).filter(({ programId }) => programId === block?.programId)
    expect(await listed('--program', block?.programId ?? '')).toHaveLength(ofProgram.length)
    expect(await listed('--program', 'none')).toEqual([])
  })

  test.each([
    [['--state', 'gone'], /--state gone: expected one of live, superseded, withdrawn, pending/],
    [['--date', DATE, '--from', DATE], /--date is one night/],
    [['--from', 'today'], /'today' is not a date/],
  ])('%j is refused', async (options, said) => {
    const { code, error } = await own.phoenix('archive', 'list', ...options)
    expect([code, error]).toEqual([2, expect.stringMatching(said)])
  })
})

test('archive show: provenance with checksums, keywords, findings, ingestion, what superseded it', async () => {
  const old = await liveIdp(own, first)
  const now = await reprocessed(first)
  const { code, out } = await own.phoenix('archive', 'show', first)
  expect(code).toBe(0)
  expect(out).toContain(`${now}: live\n`)
  expect(out).toContain(`supersedes ${old}\n`)
  expect(out).toContain(`raw.fits\traw\tSCI_POINT_BLUE\t17\t${'ab'.repeat(32)}\n`)
  expect(out).toContain(`bias.fits\tmcalib\tMASTER_BIAS_BLUE\t18\t${'cd'.repeat(32)}\n`)
  expect(out).toContain('OBJECT\tHD 1\n')
  expect(out).toContain('finding W1: something odd\n')
  expect(out).toMatch(/^ingestion .*, run 1: live$/m)
  expect(await own.json('archive', 'show', old.replace('.fits', ''))).toMatchObject({
    state: 'superseded',
    supersededBy: now,
    generation: 1,
  })
  expect(await own.phoenix('archive', 'show', 'ADP.nothing')).toMatchObject({ code: 2 })
})

describe('archive get', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(os.tmpdir(), 'phoenix-get-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const get = (...names: string[]) => own.phoenix('archive', 'get', ...names, '--output', join(folder, 'new'))

  test('brings files whose checksum agrees, and brings none twice', async () => {
    const [one, two] = [await liveIdp(own, first), await liveIdp(own, second)]
    expect(await get(one, '--dry-run')).toMatchObject({ code: 0, out: expect.stringContaining('would be fetched') })
    expect(existsSync(join(folder, 'new'))).toBe(false)
    expect(await get(one, second)).toMatchObject({ code: 0 })
    expect(readdirSync(join(folder, 'new')).toSorted()).toEqual([one, two].toSorted())
    expect(readFileSync(join(folder, 'new', two), 'utf8')).toBe(contentOf(second))
    expect((await get(one)).out).toContain('is there already')
    writeFileSync(join(folder, 'new', one), 'mine')
    expect(await get(one)).toMatchObject({ code: 2, error: expect.stringContaining('is another file') })
    expect(readFileSync(join(folder, 'new', one), 'utf8')).toBe('mine')
  })

  test('a file that is not what was ingested, or gone, is told, and nothing is left behind', async () => {
    const one = await liveIdp(own, first)
    layIdp(own, one, contentOf(first).replace('spectrum', 'spectrun'))
    expect(await get(one)).toMatchObject({
      code: 1,
      error: expect.stringContaining('is not the file that was ingested'),
    })
    rmSync(join(idpFolder(own), one))
    expect(await get(one)).toMatchObject({ code: 1, error: expect.stringContaining('the file is lost') })
    expect(readdirSync(join(folder, 'new'))).toEqual([])
  })

  test('proprietary data only when asked for, and with a trace', async () => {
    const one = await liveIdp(own, first)
    await own.database
      .updateTable('sciproc_ab')
      .set({ release_date: new Date('2999-01-01T00:00:00Z') })
      .execute()
    expect(await get(one)).toMatchObject({ code: 2, error: expect.stringContaining('is proprietary until 2999-01-01') })
    expect(await events('unreleased data taken')).toEqual([])
    expect((await own.phoenix('archive', 'list')).out).toContain('live (proprietary until 2999-01-01)')
    expect(await get(one, '--unreleased')).toMatchObject({ code: 0 })
    expect(await events('unreleased data taken')).toEqual([
      { who: 'ada', ab_name: first, date: DATE, message: expect.stringContaining(`${one} (proprietary until 2999`) },
    ])
    await own.database.updateTable('sciproc_ab').set({ release_date: new Date() }).execute()
    rmSync(join(folder, 'new'), { recursive: true })
    expect(await get(one, '--unreleased')).toMatchObject({ code: 0 })
    expect(await events('unreleased data taken')).toHaveLength(1)
  })

  test('what waits is not in the archive yet', async () => {
    const waiting = await madeIdp(own, first)
    expect(await get(waiting)).toMatchObject({ code: 2, error: expect.stringContaining('it waits on muc08') })
  })

  test('a folder archive that is not mounted is away', async () => {
    const one = await liveIdp(own, first)
    rmSync(idpFolder(own), { recursive: true })
    expect(await get(one)).toMatchObject({ code: 1, error: expect.stringContaining('archive folder:') })
    mkdirSync(idpFolder(own))
  })
})

describe('withdraw and restore', () => {
  const change = (what: 'withdraw' | 'restore', ...names: string[]) =>
    own.phoenix('archive', what, ...names, '--reason', 'flat was saturated')

  test('gone from ObsCore with a reason, the file stays; and back', async () => {
    const [one, two] = [await liveIdp(own, first), await liveIdp(own, second)]
    expect(await change('withdraw', one, '--dry-run')).toMatchObject({
      code: 0,
      out: expect.stringContaining('would be'),
    })
    expect(await stateOf(one)).toBe('live')
    expect(await change('withdraw', one.replace('.fits', ''))).toMatchObject({ code: 0 })
    expect(await shown()).toEqual([two])
    expect(readFileSync(join(idpFolder(own), one), 'utf8')).toBe(contentOf(first))
    const status = await own.phoenix('archive', 'status', first.replace('.ab', ''), second.replace('.ab', ''))
    expect(status.out).toContain(`${first.replace('.ab', '')}\twithdrawn\t\tflat was saturated\n`)
    expect(status.out).toContain(`${second.replace('.ab', '')}\tprocessed fine\t${two}\t\n`)
    expect(await events('IDP withdrawn')).toEqual([
      { who: 'ada', ab_name: first, date: DATE, message: `${one}: flat was saturated` },
    ])
    expect((await own.phoenix('archive', 'list', '--state', 'withdrawn')).out).toContain(
      'withdrawn (flat was saturated)',
    )
    expect((await own.phoenix('archive', 'show', one)).out).toMatch(/^withdrawn by ada at .*: flat was saturated$/m)
    expect(await change('restore', one)).toMatchObject({ code: 0 })
    expect(await shown()).toEqual([one, two])
    expect(await events('IDP restored')).toHaveLength(1)
  })

  test('everything that was made with one bad calibration, and nothing else; a name that nothing was made with is told', async () => {
    const [bad, good] = [await liveIdp(own, first, { mcalib: 'flat.fits' }), await liveIdp(own, second)]
    const all = (what: string, file: string) => own.phoenix('archive', what, '--used', file, '--reason', 'saturated')
    expect(await all('withdraw', 'flat.fits')).toMatchObject({ code: 0, out: expect.stringContaining(bad) })
    expect([await stateOf(bad), await stateOf(good)]).toEqual(['withdrawn', 'live'])
    expect(await all('withdraw', 'flat.fits')).toMatchObject({
      code: 2,
      error: expect.stringContaining('no live IDP was made with flat.fits'),
    })
    expect(await all('restore', 'flat.fits')).toMatchObject({ code: 0 })
    expect(await stateOf(bad)).toBe('live')
    for (const words of [[], [bad, '--used', 'flat.fits']]) {
      const refused = await own.phoenix('archive', 'withdraw', ...words, '--reason', 'x')
      expect(refused).toMatchObject({ code: 2, error: expect.stringContaining('say which: archive names, or --used') })
    }
    expect((await own.phoenix('archive', 'list', '--used', 'mistyped.fits')).error).toContain('made with mistyped.fits')
  })

  test('all or none: one that is not live, or not on record, keeps the others as they are', async () => {
    const [one, waiting] = [await liveIdp(own, first), await madeIdp(own, second)]
    const { code, error } = await change('withdraw', one, waiting, 'ADP.2026-03-02T10:00:00.000.fits')
    expect(code).toBe(2)
    expect(error).toContain('ADP.2026-03-02T10:00:00.000.fits is not on record')
    expect(error).toContain(`${waiting} is pending`)
    expect([await stateOf(one), await stateOf(waiting)]).toEqual(['live', 'pending'])
    expect(await change('restore', one)).toMatchObject({ code: 2 })
    expect(await own.phoenix('archive', 'withdraw', one, '--reason', ' ')).toMatchObject({ code: 2 })
  })

  test('what another has replaced does not come back beside it', async () => {
    const old = await liveIdp(own, first)
    await change('withdraw', old)
    const now = await reprocessed(first)
    expect(await change('restore', old)).toMatchObject({
      code: 2,
      error: expect.stringContaining(`${now} takes the place of ${old}`),
    })
    await change('withdraw', now)
    expect(await change('restore', old, now)).toMatchObject({ code: 2 })
    expect(await change('restore', old)).toMatchObject({ code: 0 })
    expect([await stateOf(old), await stateOf(now)]).toEqual(['live', 'withdrawn'])
  })

  test('an ingestion that holds the block is waited for; what it has superseded is not withdrawn', async () => {
    const [old, other] = [await liveIdp(own, first), await liveIdp(own, second)]
    const withdrawing = await own.database.transaction().execute(async (ingestion) => {
      await sql`select from sciproc_ab where ab_name = ${first} for update`.execute(ingestion)
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(ingestion)
      const started = { end: change('withdraw', other, old), isOver: false }
      void started.end.then(() => {
        started.isOver = true
      })
      while (!started.isOver && !(await isWaitedFor(rows[0]?.pid ?? 0))) continue
      expect(started.isOver).toBe(false)
      await sql`update idp set state = 'superseded' where archive_name = ${old}`.execute(ingestion)
      return started
    })
    expect(await withdrawing.end).toMatchObject({ code: 2, error: expect.stringContaining(`${old} is superseded`) })
    expect([await stateOf(old), await stateOf(other)]).toEqual(['superseded', 'live'])
  })

  test('many at once, and beside an ingestion of the same blocks: one order of things, nobody fails by the other', async () => {
    const names = await Promise.all([first, second, third].map((name) => liveIdp(own, name)))
    await sql`update sciproc_ab set generation = 2, state = 'pending'`.execute(own.database)
    const newer: string[] = []
    for (const name of [first, second, third]) newer.push(await madeIdp(own, name, { generation: 2 }))
    const [withdrawn] = await Promise.all([
      change('withdraw', ...names.toReversed()),
      ...newer.map((name) => makeLive(own.database, name, 1)),
    ])
    const states = await Promise.all(names.map(stateOf))
    expect(await Promise.all(newer.map(stateOf))).toEqual(['live', 'live', 'live'])
    expect([
      [0, ['withdrawn', 'withdrawn', 'withdrawn']],
      [2, ['superseded', 'superseded', 'superseded']],
    ]).toContainEqual([withdrawn.code, states])
  })
})
