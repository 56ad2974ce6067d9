import { mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PreconditionError } from '../../domain/failure.ts'
import { projectRoot } from '../../settings/project.ts'
import { readSettings } from '../../settings/settings.ts'

const emptyFolder = () => mkdtempSync(join(os.tmpdir(), 'phoenix-settings-'))
const read = (env: NodeJS.ProcessEnv = {}) =>
  readSettings({ TEMPORAL_CONFIG_FILE: '/does/not/exist', PHOENIX_HOME: emptyFolder(), ...env })

function inFile(text: string): string {
  const home = emptyFolder()
  writeFileSync(join(home, 'phoenix.yaml'), text)
  return home
}

/** The one line that a person gets who gave a bad value. */
function refusal(env: NodeJS.ProcessEnv): string {
  try {
    read(env)
  } catch (error) {
    if (error instanceof PreconditionError) return error.message
    throw error
  }
  return 'not refused'
}

test('without any variable, everything lies under .phoenix of the project', () => {
  const settings = readSettings({ TEMPORAL_CONFIG_FILE: '/does/not/exist' })
  const home = join(projectRoot(), '.phoenix')
  expect(settings).toMatchObject({
    home,
    scratchDir: join(home, 'scratch'),
    archive: { kind: 'folder', dir: join(home, 'archive') },
    gencalibDir: join(home, 'archive', 'gencalib'),
    abDir: join(home, 'ab'),
    databaseUrl: null,
    databaseSchema: 'phoenix',
    temporalAddress: null,
    temporalNamespace: 'default',
    host: os.hostname(),
    cores: os.availableParallelism(),
    lookAhead: null,
    queuePrefix: '',
    recipeDir: null,
    calibrationCacheBytes: 0,
    window: { timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone, start: '20:00', end: '07:00' },
    instrumentDir: join(projectRoot(), 'instruments'),
  })
})

test('every folder follows the one that it lies in', () => {
  const settings = read({ PHOENIX_HOME: '/data/phoenix', PHOENIX_ARCHIVE: '/archive' })
  expect(settings.scratchDir).toBe('/data/phoenix/scratch')
  expect(settings.gencalibDir).toBe('/archive/gencalib')
})

test('a relative folder counts from the working folder', () => {
  expect(read({ PHOENIX_SCRATCH: 'here' }).scratchDir).toBe(join(process.cwd(), 'here'))
})

test('an empty variable counts as not given', () => {
  const settings = read({ DATABASE_URL: '', PHOENIX_CORES: '', PHOENIX_WINDOW: '' })
  expect(settings.databaseUrl).toBeNull()
  expect(settings.cores).toBe(os.availableParallelism())
})

test('the operator is PHOENIX_OPERATOR, else USER, else the account', () => {
  expect(read({ PHOENIX_OPERATOR: 'qc', USER: 'me' }).operator).toBe('qc')
  expect(read({ USER: 'me' }).operator).toBe('me')
  expect(read().operator).toBe(os.userInfo().username)
})

test('a window has a time zone, a begin and an end', () => {
  const window = { timeZone: 'America/Santiago', start: '20:00', end: '07:00' }
  expect(read({ PHOENIX_WINDOW: 'America/Santiago 20:00-07:00' }).window).toEqual(window)
  expect(read({ PHOENIX_WINDOW: 'none' }).window).toBeNull()
})

test.each([
  ['Mars/Olympus 20:00-07:00', "unknown time zone 'Mars/Olympus'"],
  ['UTC 24:00-07:00', "'24:00' is not a time of day: expected HH:MM"],
  ['UTC 20:00-20:00', "window 20:00 to 20:00 has zero length: 'none' allows any time"],
  ...['UTC 20:00', '20:00-07:00', 'night'].map((value) => [
    value,
    'must look like `America/Santiago 20:00-07:00` (time zone, begin, end), or be `none`',
  ]),
])('window %s is refused: %s', (value, why) =>
  expect(refusal({ PHOENIX_WINDOW: value })).toBe(`PHOENIX_WINDOW=${value}: ${why}`),
)

test('daily processing, cores by day, nice, load and JOB_FILE', () => {
  expect(read({ PHOENIX_HOME: '/data/phoenix' })).toMatchObject({
    dailyNights: 3,
    coresByDay: 0,
    nice: 0,
    maximumLoad: null,
    jobFile: '/data/phoenix/jobs',
  })
  const env = { PHOENIX_DAILY_NIGHTS: '5', PHOENIX_CORES_BY_DAY: '2', PHOENIX_NICE: '10', PHOENIX_MAXIMUM_LOAD: '7.5' }
  expect(read({ ...env, PHOENIX_JOB_FILE: '/data/jobs' })).toMatchObject({
    dailyNights: 5,
    coresByDay: 2,
    nice: 10,
    maximumLoad: 7.5,
    jobFile: '/data/jobs',
  })
})

test.each([
  ['PHOENIX_CORES', '0'],
  ['PHOENIX_CORES', '2.5'],
  ['PHOENIX_CORES', 'all'],
  ['PHOENIX_DAILY_NIGHTS', '0'],
  ['PHOENIX_CORES_BY_DAY', '-1'],
  ['PHOENIX_NICE', '20'],
  ['PHOENIX_MAXIMUM_LOAD', '0'],
  ['PHOENIX_MAXIMUM_LOAD', 'high'],
  ['PHOENIX_HOST', 'a host'],
  ['PHOENIX_HOST', 'host/../x'],
  ['PHOENIX_SCHEMA', 'Phoenix; drop'],
  ['PHOENIX_QUEUE_PREFIX', 'a@b'],
  ['PHOENIX_POSTGRES_PORT', '70000'],
  ['PHOENIX_ARCHIVE', 'ftp://archive.eso.org'],
  ['DATABASE_URL', 'mysql://localhost/x'],
])('%s=%s is refused by name', (variable, value) =>
  expect(refusal({ [variable]: value })).toMatch(`${variable}=${value}: must be`),
)

test('phoenix.yaml gives what the environment does not', () => {
  const home = inFile('PHOENIX_CORES: 3\nPHOENIX_SCRATCH: fast-disk\nTEMPORAL_ADDRESS: temporal.example:7233\n')
  const settings = read({ PHOENIX_HOME: home })
  expect(settings.cores).toBe(3)
  expect(settings.scratchDir).toBe(join(home, 'fast-disk'))
  expect(settings.temporalAddress).toBe('temporal.example:7233')
  expect(read({ PHOENIX_HOME: home, PHOENIX_CORES: '1' }).cores).toBe(1)
})

test.each([
  ['PHOENIX_CORES: many', /PHOENIX_CORES=many \(in .*phoenix.yaml\): must be a whole number/],
  ['PHOENIX_CORE: 2', /phoenix.yaml: unknown variable PHOENIX_CORE$/],
  ['PHOENIX_HOME: /elsewhere', /PHOENIX_HOME can only be set in the environment/],
  ['PHOENIX_CORES: 2\nPHOENIX_HOST: "x', /phoenix.yaml, line 2: not YAML/],
  ['- a list', /must be lines such as/],
])('a phoenix.yaml with %j is refused', (text, message) =>
  expect(refusal({ PHOENIX_HOME: inFile(text) })).toMatch(message),
)

test('an empty phoenix.yaml is fine', () => {
  expect(read({ PHOENIX_HOME: inFile('# nothing yet\n') }).databaseSchema).toBe('phoenix')
})

test('Temporal comes from its variables', () => {
  const settings = read({
    TEMPORAL_ADDRESS: 'temporal.example:7233',
    TEMPORAL_NAMESPACE: 'qc',
    TEMPORAL_API_KEY: 'key',
  })
  expect(settings.temporalAddress).toBe('temporal.example:7233')
  expect(settings.temporalNamespace).toBe('qc')
  expect(settings.temporalConnection).toMatchObject({ address: 'temporal.example:7233', apiKey: 'key', tls: true })
})

test('Temporal comes from a profile', () => {
  const path = join(emptyFolder(), 'temporal.toml')
  writeFileSync(path, '[profile.site]\naddress = "site:7233"\nnamespace = "night"\n')
  const settings = read({ TEMPORAL_CONFIG_FILE: path, TEMPORAL_PROFILE: 'site' })
  expect(settings).toMatchObject({ temporalAddress: 'site:7233', temporalNamespace: 'night' })
  expect(refusal({ TEMPORAL_CONFIG_FILE: path, TEMPORAL_PROFILE: 'other' })).toMatch(/^TEMPORAL_PROFILE=other: /)
})
