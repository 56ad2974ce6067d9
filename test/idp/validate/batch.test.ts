import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { judgeBatch, validateBatch } from '../../../idp/validate.ts'
import { BATCH_MUTATIONS, GOOD_DELIVERY, writeDelivery } from './batch-mutations.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idp-batch-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('a good delivery has no finding; only spectra are judged as such', async () => {
  const paths = await writeDelivery(join(folder, 'good'), GOOD_DELIVERY)
  const { findings, skipped } = await judgeBatch(paths, {})
  expect(findings).toEqual([])
  expect([...skipped.keys()]).toEqual(paths.slice(0, 2))
})

test.each(BATCH_MUTATIONS.map((mutation, index) => ({ title: `${mutation.rule} (${index})`, ...mutation })))(
  'a delivery that breaks $title is found out, and for nothing else',
  async ({ title, rule, delivery }) => {
    const findings = await validateBatch(await writeDelivery(join(folder, title), delivery))
    expect(findings.filter(({ severity }) => severity === 'error').map((finding) => finding.rule)).toEqual([rule])
    expect(findings[0]).toMatchObject({ path: null })
  },
)

test('a finding of one file bears its path; the context may depend on the header', async () => {
  const paths = await writeDelivery(join(folder, 'in the past'), GOOD_DELIVERY)
  const findings = await validateBatch(paths, (primary) => ({
    now: new Date(primary.text('FLUXCAL') === 'UNCALIBRATED' ? '2000-01-01' : '2030-01-01'),
  }))
  expect(findings.map(({ rule, path }) => [rule, path])).toEqual(paths.slice(0, 2).map((path) => ['P16', path]))
})
