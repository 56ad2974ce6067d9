import { mkdtempSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { phoenix } from './captured.ts'

const home = mkdtempSync(join(os.tmpdir(), 'phoenix-program-'))
/** Settings without a service; no test here gets as far as to need one. */
const env = { PHOENIX_HOME: home, TEMPORAL_CONFIG_FILE: join(home, 'no-profile.toml') }

test.each([
  [['reprot'], /unknown command 'reprot'[^]*Did you mean report\?/],
  [['run', 'UVES', '2026-03-01', '--wiat'], /unknown option '--wiat'[^]*Did you mean --wait\?/],
  [['run', 'UVES'], /missing required argument 'date'/],
  [['run', 'UVES', '2026-3-1'], /'2026-3-1' is not a date: expected YYYY-MM-DD/],
  [['run', 'UVES', '2026-02-30'], /'2026-02-30' is not a date/],
  [['run', 'VIMOS', '2026-03-01'], /unknown instrument 'VIMOS': known are NACO, UVES/],
  [['register', 'UVES', '2026-03-01'], /2026-03-01 is not there: ABs are expected as/],
  [['register', 'UVES', '2026-03-01', '--ab-dir', '/no/such'], /\/no\/such\/UVES\/2026-03-01 is not there/],
  [['simulate', '--seed', 'x'], /'--seed <number>' argument 'x' is invalid\. Expected a whole number/],
  [['simulate', '--executable', '400'], /400 blocks cannot be simulated/],
  [['simulate', '--date', 'today'], /'today' is not a date/],
  [['pause'], /no scope is given: one of: INSTRUMENT/],
  [['cancel', 'UVES', '--all'], /more than one scope is given/],
  [['pause', '--archive', 'a', '--host', 'b'], /more than one scope is given/],
  [['stop', 'UVES', 'tonight'], /'tonight' is not a date/],
  [['resume', '--host', 'a', '--all'], /more than one scope is given/],
  [['give-up', 'UVES', '2026-03-01'], /required option '--reason <text>' not specified/],
  [['report', 'UVES'], /a date is missing: expected INSTRUMENT DATE/],
  [['ab', 'show'], /missing required argument 'name'/],
  [['worker', '--role', 'nothing'], /--role nothing: expected orchestration or host/],
  [['down', '--grace-seconds', '-1'], /Expected a whole number from 0/],
  [['demo', '--date', 'now'], /'now' is not a date/],
  [['status'], /PostgreSQL does not run: `phoenix up` starts it/],
] as const)('phoenix %j: one line, no stack, exit code 2', async (commandLine, said) => {
  const { code, out, error } = await phoenix(env, ...commandLine)
  expect(error).toMatch(said)
  expect(error).not.toMatch(/\n\s+at /)
  expect(out).toBe('')
  expect(code).toBe(2)
})

test('a setting that cannot be is named', async () => {
  const { code, error } = await phoenix({ ...env, PHOENIX_CORES: 'many' }, 'status')
  expect(error).toMatch(/^phoenix: PHOENIX_CORES=many: must be a whole number/)
  expect(code).toBe(2)
})

test('a database that is away is not a mistake of the user: exit code 1', async () => {
  const { code, error } = await phoenix({ ...env, DATABASE_URL: 'postgres://127.0.0.1:1/none' }, 'status')
  expect(error).toMatch(/^phoenix: DATABASE_URL: no answer from 127\.0\.0\.1:1\/none: [^\n]*\n$/)
  expect(code).toBe(1)
})

test('a simulated night needs archive and ABs in one folder', async () => {
  const { code, error } = await phoenix({ ...env, PHOENIX_ARCHIVE: '/data/files' }, 'simulate')
  expect(error).toMatch(
    /PHOENIX_ARCHIVE is \/data\/files and PHOENIX_AB_DIR is .*: set PHOENIX_ARCHIVE=<folder>\/archive/,
  )
  expect(code).toBe(2)
})

test('help is no failure', async () => {
  const { code, out } = await phoenix(env, '--help')
  expect(out).toContain('phoenix [options] [command]')
  const groups = ['Every day:', 'Blocks and orders:', 'Control:', 'Products and numbers:', 'Installation:']
  expect(out.match(/^[A-Z].*:$/gm)).toEqual(['Options:', ...groups])
  expect(code).toBe(0)
})
