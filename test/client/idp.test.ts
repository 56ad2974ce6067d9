import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { double, string } from '../../fits/card.ts'
import { formatFits } from '../../fits/file.ts'
import { emptyPrimaryHdu } from '../../fits/image.ts'
import { DP_ID, exampleIdp, exampleRaw } from '../idp/example-idp.ts'
import { GOOD_DELIVERY, writeDelivery } from '../idp/validate/batch-mutations.ts'
import { primary, writeMutated } from '../idp/validate/mutation.ts'
import { phoenix } from './captured.ts'

let folder = ''
let env: NodeJS.ProcessEnv = {}
let rawPath = ''

beforeAll(async () => {
  folder = await mkdtemp(join(os.tmpdir(), 'phoenix-idp-'))
  env = { PHOENIX_HOME: join(folder, 'home'), TEMPORAL_CONFIG_FILE: join(folder, 'no-profile.toml') }
  rawPath = join(folder, `${DP_ID}.fits`)
  await writeFile(rawPath, formatFits([emptyPrimaryHdu(exampleRaw().cards)]))
})
afterAll(() => rm(folder, { recursive: true }))

test('a good file: exit code 0, and what could not be judged is told', async () => {
  const path = await writeMutated(join(folder, 'good'), { rule: '' })
  const alone = await phoenix(env, 'idp', 'check', path)
  expect(alone).toMatchObject({ code: 0, error: '' })
  expect(alone.out).toMatch(/^1 file: 0 errors, 0 warnings; 26 rules not applied/)
  const withRaw = await phoenix(env, 'idp', 'check', path, '--raw', rawPath)
  // Left: STREHL and TIMESYS, and the seven rules on the pipeline's products.
  expect(withRaw.out).toMatch(/^1 file: 0 errors, 0 warnings; 9 rules not applied/)
})

test('a broken rule: its line, and exit code 1', async () => {
  const path = await writeMutated(join(folder, 'broken'), { rule: '', ...primary(string('SPECSYS', 'BARYCENT')) })
  const { code, out } = await phoenix(env, 'idp', 'check', path)
  expect(code).toBe(1)
  expect(out.split('\n')[0]?.split('\t')).toEqual([
    exampleIdp().name,
    'U03',
    'error',
    '0',
    'SPECSYS',
    "SPECSYS is 'BARYCENT', expected 'TOPOCENT'",
  ])
})

test('a warning alone: exit code 0', async () => {
  const path = await writeMutated(join(folder, 'warned'), { rule: '', ...primary(double('EPOCH', 2000)) })
  const { code, out } = await phoenix(env, 'idp', 'check', path)
  expect(code).toBe(0)
  expect(out).toContain('\tF04\twarning\t')
})

test('the raw frame is compared, under the name of its file or of its ARCFILE', async () => {
  const path = await writeMutated(join(folder, 'other'), { rule: '', ...primary(double('EXPTIME', 1100)) })
  const renamed = join(folder, 'renamed.fits')
  await writeFile(renamed, formatFits([emptyPrimaryHdu(exampleRaw().cards)]))
  for (const raw of [rawPath, renamed]) {
    const { code, out } = await phoenix(env, 'idp', 'check', path, '--raw', raw)
    expect({ code, out: out.split('\t').slice(1, 3) }).toEqual({ code: 1, out: ['B19', 'error'] })
  }
})

test('several files are a delivery; --json', async () => {
  const paths = await writeDelivery(join(folder, 'delivery'), { ...GOOD_DELIVERY, files: ['two-dimensional.fits'] })
  const { code, out } = await phoenix(env, 'idp', 'check', ...paths, '--json')
  expect(code).toBe(1)
  const answer: unknown = JSON.parse(out)
  expect(answer).toMatchObject({ errors: 1, warnings: 0, findings: [{ rule: 'B04', severity: 'error', path: null }] })
})

test('an instrument that nobody knows: its rules are left out, with a warning', async () => {
  const path = await writeMutated(join(folder, 'unknown'), { rule: '', ...primary(string('INSTRUME', 'HARPS')) })
  const { code, error } = await phoenix(env, 'idp', 'check', path)
  expect(code).toBe(0)
  expect(error).toMatch(/rules of the instrument are not applied: unknown instrument 'HARPS'/)
})

test.each([
  [['idp', 'check'], /missing required argument 'file'/],
  [['idp', 'check', '/no/such.fits'], /there is no readable file \/no\/such\.fits/],
] as const)('phoenix %j: one line, exit code 2', async (commandLine, said) => {
  const { code, error } = await phoenix(env, ...commandLine)
  expect(code).toBe(2)
  expect(error).toMatch(said)
})

test('a raw frame that is none', async () => {
  const path = await writeMutated(join(folder, 'with-bad-raw'), { rule: '' })
  const bad = join(folder, 'bad-raw.fits')
  await writeFile(bad, 'nothing')
  const { code, error } = await phoenix(env, 'idp', 'check', path, '--raw', bad)
  expect(code).toBe(2)
  expect(error).toMatch(/the raw frame .*bad-raw\.fits cannot be read/)
})
