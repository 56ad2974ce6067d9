import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { instrumentJsonSchema } from '../../settings/instrument-json-schema.ts'
import { projectRoot } from '../../settings/project.ts'

test('docs/instruments.md names every field that an instrument file may have', () => {
  const page = readFileSync(join(projectRoot(), 'docs', 'instruments.md'), 'utf8')
  const named = new Set([...page.matchAll(/`([\w.]+)`/g)].flatMap(([, name = '']) => name.split('.')))
  expect(namesOf(JSON.parse(instrumentJsonSchema())).filter((name) => !named.has(name))).toEqual([])
})

test('no code outside instruments/ and simulator/ knows the second instrument', () => {
  const rooms = [
    'activities',
    'archive',
    'client',
    'database',
    'domain',
    'fits',
    'idp',
    'pipeline',
    'services',
    'settings',
    'workflows',
  ]
  const files = rooms.flatMap((room) =>
    readdirSync(join(projectRoot(), room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  )
  const sources = [...files, 'reconciler.ts', 'worker.ts'].filter((name) => /\.(ts|sql)$/.test(name))
  expect(sources.length).toBeGreaterThan(200)
  const knowing = sources.filter((name) =>
    /naco|naos|conica|jitter_obj/i.test(readFileSync(join(projectRoot(), name), 'utf8')),
  )
  expect(knowing).toEqual([])
})

/** Names of all properties, however deep. */
function namesOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([key, value]) => {
    const own = key === 'properties' && typeof value === 'object' ? Object.keys(value) : []
    return [...own, ...namesOf(value)]
  })
}
