import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { migrate } from '../../../database/migrate.ts'
import { AB_TRANSITIONS } from '../../../domain/ab-state.ts'
import { RUN_TRANSITIONS } from '../../../domain/date-run.ts'
import { DATE, emptySchema, INSTRUMENT, MIGRATIONS, opened, ownRecord, registered } from './own-record.ts'

describe('migrations', () => {
  it('run once, however often they are asked for', async () => {
    const { database, schema } = await emptySchema()
    expect(await migrate(database, schema, MIGRATIONS)).toContain('0001-record.sql')
    expect(await migrate(database, schema, MIGRATIONS)).toEqual([])
  })

  it('run once when several processes start together', async () => {
    const { database, schema } = await emptySchema()
    const runs = await Promise.all([1, 2, 3].map(() => migrate(database, schema, MIGRATIONS)))
    expect(runs.filter((names) => names.length > 0)).toHaveLength(1)
  })
})

describe('changes of state', () => {
  it('that are legal are the same in the record as in the domain', async () => {
    const database = await ownRecord()
    const rows = await database.selectFrom('state_transition').selectAll().execute()
    const inDomain = (subject: string, table: Record<string, readonly string[]>) =>
      Object.entries(table).flatMap(([from, tos]) => tos.map((to) => `${subject}: ${from} > ${to}`))
    expect(rows.map((row) => `${row.subject}: ${row.from_state} > ${row.to_state}`).toSorted()).toEqual(
      [...inDomain('ab', AB_TRANSITIONS), ...inDomain('date_run', RUN_TRANSITIONS)].toSorted(),
    )
  })

  it('that are illegal are refused, whoever asks', async () => {
    const database = await ownRecord()
    await registered(database)
    await expect(sql`update sciproc_ab set state = 'processed'`.execute(database)).rejects.toThrow(
      'illegal change of state of ab: pending to processed',
    )
    const run = await opened(database)
    const close = (state: string) =>
      sql`update date_run set state = ${state}, ended_at = now() where run_number = ${run.runNumber}`.execute(database)
    await close('done')
    await expect(close('stopped')).rejects.toThrow('illegal change of state of date_run: done to stopped')
  })
})

it('dates stay text and big numbers are numbers', async () => {
  const database = await ownRecord()
  await registered(database)
  const run = await opened(database)
  await sql`update date_run set bytes_freed = 9000000000000 where run_number = ${run.runNumber}`.execute(database)
  const row = await database.selectFrom('date_status').selectAll().executeTakeFirstOrThrow()
  expect(row).toMatchObject({
    instrument: INSTRUMENT,
    date: DATE,
    abs: 1,
    run_number: run.runNumber,
    bytes_freed: 9_000_000_000_000,
    state: 'running',
    problems: [],
  })
  expect(row.started_at).toBeInstanceOf(Date)
})
