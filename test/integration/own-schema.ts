import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

/** A schema that belongs to one test; empty, and gone with all that is in it after `drop()`. */
export async function ownSchema(): Promise<{ url: string; schema: string; drop(): Promise<void> }> {
  const url = inject('postgresUrl')
  const schema = `test_${randomUUID().replaceAll('-', '')}`
  await query(url, `create schema ${schema}`)
  return { url, schema, drop: () => query(url, `drop schema if exists ${schema} cascade`) }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
