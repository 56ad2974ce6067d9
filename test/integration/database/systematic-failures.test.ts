import { expect, it } from 'vitest'
import { recordAttempt } from '../../../database/attempts.ts'
import type { Database } from '../../../database/connect.ts'
import type { DateRun } from '../../../database/date-runs.ts'
import { activeHolds, placeHold, releaseHolds } from '../../../database/holds.ts'
import { startRecipe } from '../../../database/recipe-starts.ts'
import { attemptRecord, opened, ownRecord, registered, startRequest } from './own-record.ts'

const CAUSE = 'exit code 1 without an error message'
const UVES = { type: 'instrument', instrument: 'UVES' } as const

interface Ab {
  readonly run: DateRun
  readonly abName: string
}

/** So many blocks of each of two nights whose runs are open, night after night. */
async function twoNights(database: Database, each: number): Promise<readonly Ab[]> {
  const abs: Ab[] = []
  for (const date of ['2026-03-01', '2026-03-02']) {
    const names = await registered(database, each, date)
    const run = await opened(database, date)
    abs.push(...names.map((abName) => ({ run, abName })))
  }
  return abs
}

/** The recipe of a block ends: as a failure unless the facts say otherwise. */
async function end(
  database: Database,
  { run, abName }: Ab,
  facts: { host?: string; template?: string; cause?: string | null } = {},
) {
  const { host = run.host, template = `template of ${abName}`, cause = CAUSE } = facts
  const record = { ...attemptRecord(run, abName, null), host, templateOrSetting: template, idps: [] }
  const outcome =
    cause === null ? ({ outcome: 'processed' } as const) : ({ outcome: 'failed', kind: 'recipe', cause } as const)
  if (cause === null) {
    const started = await startRecipe(database, startRequest(run, abName))
    await recordAttempt(database, { ...record, outcome, startId: started.started ? started.startId : null })
  } else await recordAttempt(database, { ...record, outcome })
}

const found = async (database: Database) => {
  const rows = await database.selectFrom('systematic_failure').selectAll().orderBy('failure_id').execute()
  return rows.map((row) => `${row.action} ${row.host} ${row.example_ab_name}${row.hold_id === null ? '' : ' held'}`)
}
const calls = async (database: Database) => {
  const query = database.selectFrom('event').select(['kind', 'message']).where('kind', 'like', 'systematic failure%')
  return (await query.orderBy('event_id').execute()).map(({ kind, message }) => `${kind}: ${message}`)
}

it('five failures across dates hold the instrument and call the operator; what was running adds no second call', async () => {
  const database = await ownRecord()
  const abs = await twoNights(database, 4)
  for (const [index, ab] of abs.slice(0, 7).entries()) {
    await end(database, ab, { cause: `exit code ${index} without an error message` })
    expect(await activeHolds(database)).toHaveLength(index < 4 ? 0 : 1)
  }
  expect(await activeHolds(database)).toMatchObject([{ kind: 'pause', scope: UVES, placedBy: 'phoenix' }])
  expect(await found(database)).toEqual([`hold muc08 ${abs[4]?.abName} held`])
  expect(await calls(database)).toEqual([
    `systematic failure: systematic failure: 5 ABs with "exit code 4 without an error message", for example ${abs[4]?.abName}: UVES is held`,
  ])
  for (const { run, abName } of abs.slice(7)) {
    expect(await startRecipe(database, startRequest(run, abName))).toMatchObject({
      started: false,
      decision: { reason: 'held', detail: expect.stringContaining('pause by phoenix: systematic failure: 5 ABs') },
    })
  }
})

it('five failures on two hosts at the same moment place one hold and call once', async () => {
  const database = await ownRecord()
  const abs = (await twoNights(database, 3)).slice(0, 5)
  await Promise.all(abs.map((ab, index) => end(database, ab, { host: `muc0${index % 2}` })))
  expect(await activeHolds(database)).toHaveLength(1)
  expect(await found(database)).toHaveLength(1)
  expect(await calls(database)).toHaveLength(1)
})

it('on one host while another succeeds: that host is drained', async () => {
  const database = await ownRecord()
  const abs = await twoNights(database, 4)
  for (const [index, ab] of abs.entries()) {
    await end(database, ab, index === 3 ? { host: 'muc02', cause: null } : { host: 'muc01' })
  }
  expect((await activeHolds(database)).map(({ scope }) => scope)).toEqual([{ type: 'host', host: 'muc01' }])
  expect(await found(database)).toEqual([`drain muc01 ${abs[5]?.abName} held`])
  expect((await calls(database))[0]).toContain('5 ABs on muc01 while other hosts succeed with "exit code 1')
})

it('one bad template of ten exposures is told once and holds nothing', async () => {
  const database = await ownRecord()
  const abs = await twoNights(database, 6)
  for (const ab of abs.slice(0, 10)) await end(database, ab, { template: 'UVES_dic1_obs_exp 2026-03-02T01:00:00' })
  expect(await activeHolds(database)).toEqual([])
  expect(await found(database)).toEqual([`warn muc08 ${abs[4]?.abName}`])
  expect(await calls(database)).toEqual([
    `systematic failure of one template: 5 ABs of UVES_dic1_obs_exp 2026-03-02T01:00:00 with "${CAUSE}", for example ${abs[4]?.abName}: nothing is held`,
  ])
  for (const ab of abs.slice(10)) await end(database, ab)
  expect(await found(database)).toHaveLength(2)
  expect(await activeHolds(database)).toMatchObject([{ scope: UVES }])
})

it('after the hold is released the count starts anew', async () => {
  const database = await ownRecord()
  const abs = await twoNights(database, 6)
  for (const ab of abs.slice(0, 5)) await end(database, ab)
  await releaseHolds(database, UVES, 'ada')
  for (const ab of abs.slice(5, 9)) await end(database, ab)
  expect(await activeHolds(database)).toEqual([])
  for (const ab of abs.slice(9, 10)) await end(database, ab)
  expect(await activeHolds(database)).toHaveLength(1)
  expect(await found(database)).toEqual([`hold muc08 ${abs[4]?.abName} held`, `hold muc08 ${abs[9]?.abName} held`])
})

it('where a person has paused the instrument already, the failure is told all the same and ends with that hold', async () => {
  const database = await ownRecord()
  const abs = await twoNights(database, 3)
  await placeHold(database, { kind: 'pause', scope: UVES, reason: 'cooling water', placedBy: 'ada' })
  for (const ab of abs) await end(database, ab)
  expect(await activeHolds(database)).toMatchObject([{ id: 1, placedBy: 'ada' }])
  expect(await found(database)).toEqual([`hold muc08 ${abs[4]?.abName} held`])
  expect(await calls(database)).toHaveLength(1)
})
