import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MARKER } from '../../../activities/scratch.ts'
import { closeRun } from '../../../database/date-runs.ts'
import { startRecipe } from '../../../database/recipe-starts.ts'
import type { ClosedRunState } from '../../../domain/date-run.ts'
import { blocks, DATE } from '../../client/blocks.ts'
import { contentOf, idpFolder, layIdp, liveIdp, madeIdp } from './archived-idps.ts'
import { type OwnInstallation, ownInstallation } from './own-installation.ts'

const [first = '', second = ''] = blocks(2).map(({ name }) => name)
let own: OwnInstallation
beforeEach(async () => {
  own = await ownInstallation()
  own.layBlocks(blocks(2))
  await own.phoenix('register', 'UVES', DATE)
  await own.phoenix('run', 'UVES', DATE)
  mkdirSync(idpFolder(own), { recursive: true })
})
afterEach(() => own.drop())

const close = (state: ClosedRunState) => closeRun(own.database, { runNumber: 1, state, problems: [], bytesFreed: 0 })
const scratch = () => join(own.env['PHOENIX_HOME'] ?? '', 'scratch')
const runFolder = (runNumber = 1, date = DATE) => join(scratch(), 'UVES', date, `run-${runNumber}`)

function lay(path: string, content = 'x', ageHours = 0): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  const moment = new Date(Date.now() - ageHours * 3_600_000)
  utimesSync(path, moment, moment)
  return path
}

const layRun = (folder: string) => {
  lay(join(folder, MARKER))
  lay(join(folder, 'ab', first, 'raw', 'a.fits'), 'raw')
}

async function verified(...options: string[]): Promise<{ code: number; found: string[]; out: string }> {
  const { code, out } = await own.phoenix('verify', ...options)
  const found = out.split('\n').flatMap((line) => (line.includes('\t') ? [line.split('\t').slice(0, 2).join(' ')] : []))
  return { code, found, out }
}

describe('IDPs', () => {
  test('all as it should be: exit code 0', async () => {
    await liveIdp(own, first)
    expect(await verified('--checksums')).toMatchObject({ code: 0, found: [] })
  })

  test('a file that is gone, shorter or, when all are read, other', async () => {
    const [one, two] = [await liveIdp(own, first), await liveIdp(own, second)]
    layIdp(own, one, contentOf(first).replace('spectrum', 'spectrun'))
    expect(await verified()).toMatchObject({ code: 0, found: [] })
    expect(await verified('--checksums')).toMatchObject({ code: 1, found: [`other content ${one}`] })
    layIdp(own, one, 'short')
    rmSync(join(idpFolder(own), two))
    expect(await verified('--repair')).toMatchObject({ code: 1, found: [`other content ${one}`, `lost file ${two}`] })
  })

  test('dark data in the archive are told, and never removed', async () => {
    layIdp(own, 'ADP.2020-01-01T00:00:00.000.fits', 'whose')
    const { code, found } = await verified('--repair')
    expect([code, found]).toEqual([
      1,
      [expect.stringMatching(/^dark data folder:.* ADP\.2020-01-01T00:00:00\.000\.fits$/)],
    ])
    expect(readdirSync(idpFolder(own))).toEqual(['ADP.2020-01-01T00:00:00.000.fits'])
  })

  test('one that waits for a closed run: fine with its file, lost without', async () => {
    const path = lay(join(runFolder(), 'idp', 'waiting.fits'), contentOf(first))
    lay(join(runFolder(), MARKER))
    const one = await madeIdp(own, first, { waitingPath: path })
    await close('blocked')
    expect(await verified('--repair', '--checksums')).toMatchObject({ code: 0, found: [] })
    expect(readFileSync(path, 'utf8')).toBe(contentOf(first))
    writeFileSync(path, 'damaged')
    expect(await verified('--checksums')).toMatchObject({ code: 1, found: [`other content ${one}`] })
    rmSync(path)
    expect(await verified()).toMatchObject({ code: 1, found: [`lost file ${one}`] })
  })

  test('one that is in the archive already is made live, and the folder in which it waited goes', async () => {
    const path = lay(join(runFolder(), 'idp', 'waiting.fits'), contentOf(first))
    lay(join(runFolder(), MARKER))
    const one = await madeIdp(own, first, { waitingPath: path })
    layIdp(own, one, contentOf(first))
    await close('blocked')
    expect(await verified()).toMatchObject({ code: 1, found: [`unfinished ingestion ${one}`] })
    expect(await verified('--repair')).toMatchObject({
      code: 0,
      found: [`unfinished ingestion ${one}`, `leftover ${runFolder()}`],
    })
    expect(existsSync(scratch()) ? readdirSync(scratch()) : []).toEqual([])
    const { state } = await own.database.selectFrom('idp').select('state').executeTakeFirstOrThrow()
    expect(state).toBe('live')
    expect(await verified('--checksums')).toMatchObject({ code: 0, found: [] })
  })
})

describe('leftovers on the scratch disk', () => {
  test('of a closed run go with --repair, and only with it; it is on record who did it', async () => {
    layRun(runFolder())
    expect(await verified('--repair')).toMatchObject({ code: 0, found: [] })
    expect(existsSync(runFolder())).toBe(true)
    await close('stopped')
    expect(await verified()).toMatchObject({ code: 1, found: [`leftover ${runFolder()}`] })
    expect(existsSync(runFolder())).toBe(true)
    expect(await verified('--repair')).toMatchObject({ code: 0, found: [`leftover ${runFolder()}`] })
    expect(readdirSync(scratch())).toEqual([])
    const event = await own.database
      .selectFrom('event')
      .select(['message', 'who'])
      .where('kind', '=', 'leftovers removed')
      .executeTakeFirstOrThrow()
    expect(event).toMatchObject({ who: 'ada', message: expect.stringContaining(runFolder()) })
  })

  test('what is not surely ours stays: no marker, unknown run, another date, a link', async () => {
    await close('done')
    lay(join(runFolder(), 'thesis.tex'))
    layRun(runFolder(99))
    layRun(runFolder(1, '2026-03-02'))
    const mine = lay(join(own.env['PHOENIX_HOME'] ?? '', 'mine', MARKER))
    mkdirSync(join(scratch(), 'UVES', '2026-03-05'), { recursive: true })
    symlinkSync(dirname(mine), join(scratch(), 'UVES', '2026-03-05', 'run-1'))
    lay(join(scratch(), 'notes', 'a', 'b', 'c.txt'))
    const { code, found } = await verified('--repair')
    expect(code).toBe(1)
    expect(found.toSorted()).toEqual(
      [runFolder(), runFolder(99), runFolder(1, '2026-03-02')].map((path) => `dark data ${path}`).toSorted(),
    )
    for (const path of [join(runFolder(), 'thesis.tex'), join(runFolder(99), MARKER), mine])
      expect(existsSync(path)).toBe(true)
  })

  test('a recipe whose end is not on record keeps its folder, and is told with what to do', async () => {
    const place = { instrument: 'UVES', date: DATE, orderId: 1, host: 'muc08', archives: [] }
    const start = { runNumber: 1, abName: first, generation: 1, version: 1, folder: '/scratch/x', windowIsOpen: true }
    await startRecipe(own.database, { ...start, place })
    layRun(runFolder())
    await close('stopped')
    const { code, found, out } = await verified('--repair')
    expect([code, found]).toEqual([1, [`start without an end ${first}`]])
    expect(out).toContain(`\`phoenix run UVES ${DATE}\` takes its end up`)
    expect(existsSync(join(runFolder(), 'ab', first, 'raw', 'a.fits'))).toBe(true)
  })

  test('parts that nobody has written to for a day go, also of an open run; the others stay', async () => {
    layRun(runFolder())
    const old = lay(join(runFolder(), 'mcalib', '.bias.fits.part'), 'half', 25)
    const young = lay(join(runFolder(), 'mcalib', '.flat.fits.part'), 'half', 23)
    const whole = lay(join(runFolder(), 'mcalib', 'flat.fits'), 'whole', 48)
    const foreign = lay(join(scratch(), 'UVES', DATE, '.other.part'), 'half', 48)
    expect(await verified('--repair')).toMatchObject({ code: 0, found: [`leftover ${old}`] })
    expect([old, young, whole, foreign].map((path) => existsSync(path))).toEqual([false, true, true, true])
  })
})
