import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { abVersions, changedSinceAttempt } from '../../../database/ab-versions.ts'
import { recordAttempt } from '../../../database/attempts.ts'
import type { Database } from '../../../database/connect.ts'
import { closeRun, type DateRun } from '../../../database/date-runs.ts'
import { absToProcess, absWithoutAnswer, leaveOut, readRegisteredAb } from '../../../database/plan.ts'
import { eventsOf } from '../../../database/events.ts'
import { orderReprocessing } from '../../../database/reprocess.ts'
import { startRecipe } from '../../../database/recipe-starts.ts'
import { type BlockToRegister, registerDate } from '../../../database/registration.ts'
import type { LeftOut } from '../../../domain/certification.ts'
import { InfrastructureError } from '../../../domain/failure.ts'
import {
  attemptRecord,
  blockNumber,
  DATE,
  INSTRUMENT,
  opened,
  ownRecord,
  startRequest,
  toRegister,
} from './own-record.ts'

const ab = blockNumber(0)
const virtual: LeftOut = { code: 'virtual calibration', text: 'only promised' }

async function register(database: Database, blocks: readonly BlockToRegister[], date = DATE): Promise<string[]> {
  const results = await registerDate(database, { instrument: INSTRUMENT, date, abDir: '/abs', blocks })
  return results.map(({ as }) => as)
}

const stored = (database: Database) =>
  database.selectFrom('sciproc_ab').selectAll().where('ab_name', '=', ab.name).executeTakeFirstOrThrow()
const contents = async (database: Database) =>
  (await database.selectFrom('ab_version').select('content').orderBy('version').execute()).map(({ content }) => content)

async function process(database: Database): Promise<void> {
  const run = await opened(database)
  const result = await startRecipe(database, startRequest(run, ab.name))
  if (!result.started) throw new Error(result.decision.detail)
  await recordAttempt(database, attemptRecord(run, ab.name, result.startId))
}

describe('registration', () => {
  it('done again changes nothing', async () => {
    const database = await ownRecord()
    expect(await register(database, [toRegister(ab)])).toEqual(['new'])
    const before = await stored(database)
    expect(await register(database, [toRegister(ab)])).toEqual(['unchanged'])
    expect(await stored(database)).toEqual(before)
    expect(await database.selectFrom('event').select('kind').execute()).toEqual([{ kind: 'registered' }])
    const [calibration] = await database.selectFrom('ab_calibration').selectAll().orderBy('file_name').execute()
    expect(calibration).toMatchObject({ file_name: 'GU_ATMO_100101A_PARANAL.fits', distance_days: null })
  })

  it('by several at once gives every block once', async () => {
    const database = await ownRecord()
    const blocks = [0, 1, 2].map((i) => toRegister(blockNumber(i)))
    const all = await Promise.all([1, 2, 3, 4].map(() => register(database, blocks)))
    expect(all.flat().toSorted()).toEqual([...Array<string>(3).fill('new'), ...Array<string>(9).fill('unchanged')])
  })

  it('other content before the attempt is a new version that counts', async () => {
    const database = await ownRecord()
    await register(database, [toRegister(ab, 'one')])
    const other = { ...ab, recipeParameters: ['--reduce.merge=sum'] }
    expect(await register(database, [toRegister(other, 'two')])).toEqual(['changed'])
    expect(await contents(database)).toEqual(['one', 'two'])
    expect(await readRegisteredAb(database, INSTRUMENT, ab.name)).toMatchObject({ version: 2, ab: other })
  })

  it('other content after the attempt waits, however many there are; none is lost', async () => {
    const database = await ownRecord()
    await register(database, [toRegister(ab, 'one')])
    await process(database)
    expect(await register(database, [toRegister(ab, 'two')])).toEqual(['changed after its attempt'])
    expect(await register(database, [toRegister(ab, 'two')])).toEqual(['unchanged'])
    expect(await register(database, [toRegister(ab, 'three')])).toEqual(['changed after its attempt'])
    expect(await contents(database)).toEqual(['one', 'two', 'three'])
    expect(await stored(database)).toMatchObject({ version: 1, state: 'processed' })
  })

  it('the release date is kept, and a new one counts at once, also after the attempt', async () => {
    const database = await ownRecord()
    const dated = (releaseDate: string | null, content: string) =>
      registerDate(database, {
        instrument: INSTRUMENT,
        date: DATE,
        abDir: '/abs',
        blocks: [toRegister({ ...blockNumber(0), releaseDate }, content)],
      })
    const kept = async () =>
      (await database.selectFrom('sciproc_ab').select('release_date').executeTakeFirstOrThrow()).release_date
    await dated('2027-03-02', 'one')
    expect(await kept()).toEqual(new Date('2027-03-02T00:00:00Z'))
    await sql`update sciproc_ab set state = 'failed'`.execute(database)
    await dated('2028-03-02T12:00:00', 'two')
    expect(await kept()).toEqual(new Date('2028-03-02T12:00:00Z'))
    await dated(null, 'three')
    expect(await kept()).toBeNull()
  })

  it('a block gone before its attempt is withdrawn, and comes back; one that was attempted stays', async () => {
    const database = await ownRecord()
    await register(database, [toRegister(ab)])
    expect(await register(database, [])).toEqual(['withdrawn'])
    expect(await register(database, [])).toEqual([])
    expect(await register(database, [toRegister(ab)])).toEqual(['changed'])
    expect((await stored(database)).state).toBe('pending')
    await process(database)
    expect(await register(database, [])).toEqual([])
    expect((await stored(database)).state).toBe('processed')
  })

  it('a late block joins its date without touching the others', async () => {
    const database = await ownRecord()
    await register(database, [toRegister(ab)])
    await process(database)
    expect(await register(database, [toRegister(ab), toRegister(blockNumber(1))])).toEqual(['unchanged', 'new'])
    expect((await absWithoutAnswer(database, INSTRUMENT, DATE)).map(({ abName }) => abName)).toEqual([
      blockNumber(1).name,
    ])
  })

  it('a block of another date is told and changes nothing there', async () => {
    const database = await ownRecord()
    await register(database, [toRegister(ab)])
    const result = await register(database, [toRegister(ab, 'elsewhere')], '2026-03-02')
    expect(result).toEqual(['registered under another date'])
    expect([await contents(database), (await stored(database)).date]).toEqual([['as first written'], DATE])
  })

  it('a malformed block is kept with its reason, whatever bytes it holds, until it is mended', async () => {
    const database = await ownRecord()
    const malformed = { ...toRegister(ab, 'a\0b'), ab: null, leftOut: { code: 'malformed', text: 'line 1' } as const }
    expect(await register(database, [malformed])).toEqual(['new'])
    expect(await stored(database)).toMatchObject({ state: 'left out', left_out_code: 'malformed', cause: 'line 1' })
    expect(await contents(database)).toEqual(['a\u{fffd}b'])
    await expect(readRegisteredAb(database, INSTRUMENT, ab.name)).rejects.toThrow(InfrastructureError)
    expect(await register(database, [toRegister(ab)])).toEqual(['changed'])
    expect(await stored(database)).toMatchObject({ state: 'pending', left_out_code: null, cause: null })
  })

  it('a reason that comes or goes changes the block, with the same content', async () => {
    const database = await ownRecord()
    await register(database, [toRegister(ab, 'same', virtual)])
    expect(await register(database, [toRegister(ab, 'same', virtual)])).toEqual(['unchanged'])
    expect(await register(database, [toRegister(ab, 'same')])).toEqual(['changed'])
    expect([(await stored(database)).state, await contents(database)]).toEqual(['pending', ['same']])
  })
})

describe('plan', () => {
  it('of a run: the blocks of its date, also those that come later, or only those that were listed', async () => {
    const database = await ownRecord()
    await register(database, [toRegister(ab), toRegister(blockNumber(1))])
    const names = async (run: DateRun) => (await absToProcess(database, run)).map(({ abName }) => abName)
    const all = await opened(database)
    await register(database, [toRegister(ab), toRegister(blockNumber(1)), toRegister(blockNumber(2))])
    expect(await names(all)).toHaveLength(3)
    await closeRun(database, { runNumber: all.runNumber, state: 'done', problems: [], bytesFreed: 0 })
    const listed = await opened(database, DATE, [blockNumber(1).name])
    expect(listed.covers).toBe('listed')
    expect(await names(listed)).toEqual([blockNumber(1).name])
  })

  it('takes the pending blocks in the order of their exposures; one that is left out stays so until the next registration', async () => {
    const database = await ownRecord()
    const late = { ...blockNumber(1), mjdObs: 61102 }
    const early = { ...blockNumber(2), mjdObs: 61100 }
    await register(database, [toRegister(late), toRegister(early), toRegister(ab, 'x', virtual)])
    const planned = await absWithoutAnswer(database, INSTRUMENT, DATE)
    expect(planned.map(({ abName }) => abName)).toEqual([early.name, late.name])
    const { runNumber } = await opened(database)
    const [first] = planned
    if (first === undefined) throw new Error('nothing planned')
    await leaveOut(database, runNumber, first, { code: 'calibration missing', text: 'not in the archive' })
    await leaveOut(database, runNumber, first, { code: 'calibration missing', text: 'not in the archive' })
    expect((await absWithoutAnswer(database, INSTRUMENT, DATE)).map(({ abName }) => abName)).toEqual([late.name])
  })
})

describe('versions', () => {
  it('keep their judgement; what changed after its attempt is listed, with the reason that stands in its way', async () => {
    const database = await ownRecord()
    const all = { first: '2026-01-01', last: '2026-12-31' }
    const changed = () => changedSinceAttempt(database, INSTRUMENT, all)
    await register(database, [toRegister(ab, 'one')])
    await process(database)
    expect(await changed()).toEqual([])
    await register(database, [toRegister(ab, 'two', virtual)])
    const row = { abName: ab.name, date: DATE, attemptedVersion: 1, newestVersion: 2 }
    expect(await changed()).toEqual([{ ...row, leftOut: virtual }])
    // Judged otherwise, with the same content: the mode was certified meanwhile, say.
    expect(await register(database, [toRegister(ab, 'two')])).toEqual(['unchanged'])
    expect(await changed()).toEqual([{ ...row, leftOut: null }])
    expect(await changedSinceAttempt(database, INSTRUMENT, { first: '2026-03-02', last: '2026-12-31' })).toEqual([])
    expect(await register(database, [toRegister(ab, 'one')])).toEqual(['changed after its attempt'])
    expect(await changed()).toEqual([])
    expect(await abVersions(database, { instrument: INSTRUMENT, abName: ab.name })).toMatchObject([
      { version: 1, counts: true, generations: [1], difference: null, leftOut: null },
      { version: 2, counts: false, generations: [], difference: [{ text: 'one' }, { text: 'two' }] },
      { version: 3, counts: false, generations: [], content: 'one' },
    ])
  })

  it('a block that waits for its second generation is not withdrawn, and takes up what is registered meanwhile', async () => {
    const database = await ownRecord()
    await register(database, [toRegister(ab, 'one')])
    await process(database)
    await orderReprocessing(database, { instrument: INSTRUMENT, abNames: [ab.name], orderedBy: 'ada', reason: 'x' })
    expect(await register(database, [])).toEqual([])
    expect(await register(database, [toRegister(ab, 'two')])).toEqual(['changed'])
    expect(await stored(database)).toMatchObject({ state: 'pending', generation: 2, version: 2 })
  })

  it('a block that nobody can read is not withdrawn', async () => {
    const database = await ownRecord()
    await register(database, [toRegister(ab)])
    const place = { instrument: INSTRUMENT, date: DATE, abDir: '/abs', blocks: [] }
    expect(await registerDate(database, { ...place, unreadable: [ab.name] })).toEqual([])
    expect((await stored(database)).state).toBe('pending')
  })

  it('a block that was withdrawn under one date may come under another', async () => {
    const database = await ownRecord()
    await register(database, [toRegister(ab)])
    await register(database, [])
    expect(await register(database, [toRegister(ab)], '2026-03-02')).toEqual(['changed'])
    expect(await stored(database)).toMatchObject({ state: 'pending', date: '2026-03-02' })
    expect(await register(database, [toRegister(ab)])).toEqual(['registered under another date'])
  })

  it('who changed what is in the history of the block', async () => {
    const database = await ownRecord()
    const by = (registeredBy: string, ...blocks: readonly BlockToRegister[]) =>
      registerDate(database, { instrument: INSTRUMENT, date: DATE, abDir: '/abs', blocks, registeredBy })
    await by('ada', toRegister(ab, 'one'))
    await by('bob', toRegister(ab, 'two', virtual))
    await by('eve')
    const events = await eventsOf(database, INSTRUMENT, DATE)
    expect(events.filter(({ ab_name }) => ab_name === ab.name)).toMatchObject([
      { kind: 'AB changed', message: 'only promised', who: 'bob' },
      { kind: 'AB withdrawn', message: 'gone from the AB directory before its attempt', who: 'eve' },
    ])
  })
})

describe('a block that is registered again while an activity has it in hand', () => {
  it('is not started with the content of before, nor fails by it: the newest counts', async () => {
    const database = await ownRecord()
    await register(database, [toRegister(ab, 'one')])
    const run = await opened(database)
    await register(database, [toRegister(ab, 'two')])
    const refused = { started: false, decision: { reason: 'changed' } }
    expect(await startRecipe(database, startRequest(run, ab.name))).toMatchObject(refused)
    const failed = { ...attemptRecord(run, ab.name, null), outcome: { outcome: 'interrupted', cause: 'x' } as const }
    await expect(recordAttempt(database, failed)).rejects.toThrow(InfrastructureError)
    await register(database, [toRegister(ab, 'two', virtual)])
    expect(await startRecipe(database, { ...startRequest(run, ab.name), version: 2 })).toMatchObject(refused)
    await register(database, [toRegister(ab, 'two')])
    expect(await startRecipe(database, { ...startRequest(run, ab.name), version: 2 })).toMatchObject({ started: true })
  })
})
