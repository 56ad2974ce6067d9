import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { instrumentJsonSchema } from '../../settings/instrument-json-schema.ts'
import { projectRoot } from '../../settings/project.ts'

test('docs/instruments.md names every field that an instrument file may have', () => {
  const page = readFileSync(join(projectRoot(), 'docs', 'instruments.md'), 'utf8')
  const named = new Set([...page.matchAll(/`([\w.]+)`/g)].flatMap(([, name = '']) => name.split('.')))
  expect(namesOf(JSON.parse(instrumentJsonSchema())).filter((name) => !named.has(name))).toEqual([])
})

/** Names of all properties, however deep. */
function namesOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([key, value]) => {
    const own = key === 'properties' && typeof value === 'object' ? Object.keys(value) : []
    return [...own, ...namesOf(value)]
  })
}
