import { join } from 'node:path'
import { expect, test } from 'vitest'
import { instrumentJsonSchema } from '../../settings/instrument-json-schema.ts'
import { projectRoot } from '../../settings/project.ts'

const path = join(projectRoot(), 'instruments', 'instrument.schema.json')

test('instruments/instrument.schema.json is the schema as it is (`npx vitest run --project unit json-schema -u` writes it)', async () => {
  await expect(instrumentJsonSchema()).toMatchFileSnapshot(path)
})

test('it knows the items of a file, which are needed, and what they mean', () => {
  const schema: unknown = JSON.parse(instrumentJsonSchema())
  expect(schema).toMatchObject({
    additionalProperties: false,
    required: expect.arrayContaining(['instrument', 'version', 'status', 'pipeline', 'limits', 'modes']),
    properties: {
      status: { enum: ['draft', 'certified'], description: expect.stringContaining('trial') },
      modes: { items: { properties: { certified: { type: 'boolean' }, parameters: { type: 'object' } } } },
    },
  })
  // What a default fills in need not be written.
  expect(schema).not.toMatchObject({ required: expect.arrayContaining(['calibrations']) })
})
