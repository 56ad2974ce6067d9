import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { ownSchema } from './own-schema.ts'

test('two tests have schemas of their own, which are gone when dropped', async () => {
  const [one, other] = await Promise.all([ownSchema(), ownSchema()])
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  try {
    await client.query(`create table ${one.schema}.t (n int)`)
    await client.query(`create table ${other.schema}.t (n text)`)
    await Promise.all([one.drop(), other.drop()])
    const { rows } = await client.query('select 1 from pg_namespace where nspname = any($1)', [
      [one.schema, other.schema],
    ])
    expect(rows).toEqual([])
  } finally {
    await client.end()
  }
})
