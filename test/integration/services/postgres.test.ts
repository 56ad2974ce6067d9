import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { InfrastructureError, PreconditionError } from '../../../domain/failure.ts'
import { inMadeHome } from '../../../services/home.ts'
import { databaseAccount } from '../../../services/postgres/account.ts'
import { embeddedBinaries } from '../../../services/postgres/binaries.ts'
import { createCluster, findPostmaster, startPostmaster, stopPostmaster } from '../../../services/postgres/cluster.ts'
import { preparePlace, recordedFolder } from '../../../services/postgres/place.ts'
import { findPostgres, startPostgres, stopPostgres } from '../../../services/postgres/postgres.ts'
import { endProcess, runningProcess } from '../../../services/process.ts'
import { ownHome } from './own-home.ts'

const asRoot = process.getuid?.() === 0
const silent = () => undefined

async function ownPostgres(variables: Record<string, string> = {}, folderMode?: number) {
  const { settings: given } = ownHome(variables, folderMode)
  const settings = await inMadeHome(given)
  const start = (say: (line: string) => void = silent) => startPostgres(settings, say)
  return { settings, start, folder: join(settings.home, 'postgres') }
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

async function killPostmaster(folder: string): Promise<void> {
  const postmaster = await findPostmaster(folder)
  if (postmaster === null) throw new Error(`no postmaster in ${folder}`)
  await endProcess(postmaster.pid, 'SIGKILL', 30)
}

/** A process of the same account that has nothing to do with us, for the length of a test. */
async function stranger(): Promise<number> {
  const { spawnAs } = await databaseAccount(silent)
  const child = spawn('sleep', ['600'], { stdio: 'ignore', cwd: '/', ...spawnAs })
  onTestFinished(() => void child.kill('SIGKILL'))
  if (child.pid === undefined) throw new Error('no process')
  return child.pid
}

test('a pid file that names a process of somebody else does not keep the server from starting, and the process lives', async () => {
  const { start, folder } = await ownPostgres()
  const before = await start()
  await ask(before.url, 'create table kept as select 7 as n')
  await killPostmaster(folder)
  const other = await stranger()
  const pidFile = join(folder, 'data', 'postmaster.pid')
  writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(/^\d+/, String(other)))
  expect(await findPostmaster(folder)).toBeNull()
  const after = await start()
  expect(after.found).toBe('started')
  expect(await ask(after.url, 'select n from kept')).toEqual([{ n: 7 }])
  expect(runningProcess(other)).not.toBeNull()
})

test('server processes that outlived the postmaster are ended before another starts', async () => {
  const { start, folder } = await ownPostgres()
  const { url } = await start()
  const client = new pg.Client({ connectionString: url })
  client.on('error', silent)
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const backend = rows[0]?.pid ?? 0
  // Busy in a loop that never looks whether its postmaster is still there.
  const busy = client.query('do $$ begin loop end loop; end $$').catch(silent)
  await expect.poll(() => readFileSync(`/proc/${backend}/cmdline`, 'utf8')).toContain('DO')
  await killPostmaster(folder)
  expect(runningProcess(backend)).not.toBeNull()
  expect((await start()).found).toBe('started')
  expect(runningProcess(backend)).toBeNull()
  await busy
  await client.end()
})

test('a cluster whose making was interrupted is made anew', async () => {
  const { start, folder } = await ownPostgres()
  mkdirSync(join(folder, 'data.part', 'base'), { recursive: true })
  writeFileSync(join(folder, 'data.part', 'PG_VERSION'), 'half')
  expect((await start()).found).toBe('started')
  expect(existsSync(join(folder, 'data.part'))).toBe(false)
})

test('the port can be given, and one in use is refused by name', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const { start } = await ownPostgres({ PHOENIX_POSTGRES_PORT: String(port) })
  await expect(start()).rejects.toThrow(`PHOENIX_POSTGRES_PORT=${port}: the port is in use by another program`)
  server.close()
  await once(server, 'close')
  expect(new URL((await start()).url).port).toBe(String(port))
})

test('a server that cannot start says why, from its log', async () => {
  const { start, settings, folder } = await ownPostgres()
  await start()
  await stopPostgres(settings)
  writeFileSync(join(folder, 'data', 'postgresql.conf'), 'max_connections = nonsense\n')
  await expect(start()).rejects.toThrow(InfrastructureError)
  await expect(start()).rejects.toThrow(/its log .* ends with:[^]*max_connections/)
})

test('a running server that does not take our password is a precondition', async () => {
  const { start, settings, folder } = await ownPostgres()
  await start()
  writeFileSync(join(folder, 'password'), 'another\n')
  await expect(findPostgres(settings)).rejects.toThrow(PreconditionError)
})

test.runIf(asRoot)(
  'a state folder that the database’s account cannot enter: another place is chosen, told and kept',
  async () => {
    const { start, settings } = await ownPostgres({}, 0o700)
    const said: string[] = []
    const started = await start((line) => said.push(line))
    const recorded = await recordedFolder(settings.home)
    if (recorded === null) throw new Error('no place was recorded')
    onTestFinished(async () => {
      await stopPostmaster(recorded.folder)
      rmSync(dirname(recorded.folder), { recursive: true })
    })
    const { name } = await databaseAccount(silent)
    expect(recorded.folder).toMatch(/^\/var\/lib\/phoenix-[0-9a-f]{12}\/postgres$/)
    expect(said).toEqual([
      `PostgreSQL: the user ${name} cannot enter ${settings.home}: its data go to ${recorded.folder}`,
    ])
    expect(started.where).toContain(`${recorded.folder}, port`)
    expect(started.where).toContain(`the user ${name} cannot enter ${settings.home}`)
    expect(existsSync(join(settings.home, 'postgres'))).toBe(false)
    expect(statSync(recorded.folder).mode & 0o777).toBe(0o700)

    await ask(started.url, 'create table kept as select 1 as n')
    chmodSync(dirname(settings.home), 0o711) // reachable now, but the data stay where they are
    await stopPostgres(settings)
    const again = await start()
    expect(again.where).toBe(started.where.replace(/port \d+/, `port ${new URL(again.url).port}`))
    expect(await ask(again.url, 'select n from kept')).toEqual([{ n: 1 }])
  },
)

test.runIf(asRoot)(
  'a state folder that the account can no longer enter is a precondition that says what to do',
  async () => {
    const { start, settings, folder } = await ownPostgres()
    await start()
    await stopPostgres(settings)
    chmodSync(settings.home, 0o700)
    await expect(start()).rejects.toThrow(PreconditionError)
    await expect(start()).rejects.toThrow(`can no longer enter ${folder}: allow it with`)
  },
)

test.runIf(asRoot)('programs that the account cannot reach are copied beside the data', async () => {
  const { settings, folder } = await ownPostgres()
  const binaries = await embeddedBinaries()
  const hidden = mkdtempSync(join(os.tmpdir(), 'phoenix-hidden-'))
  onTestFinished(() => rmSync(hidden, { recursive: true }))
  cpSync(binaries.folder, join(hidden, 'native'), { recursive: true, verbatimSymlinks: true })
  const said: string[] = []
  const place = await preparePlace(
    settings.home,
    await databaseAccount(silent),
    { ...binaries, folder: join(hidden, 'native') },
    (line) => said.push(line),
  )
  expect(said[0]).toMatch(/cannot reach .*native: copying the programs$/)
  expect(place.binaries.folder).toBe(join(settings.home, `postgresql-${binaries.version}`))
  await createCluster(place)
  await startPostmaster(place, null)
  expect(await findPostmaster(folder)).not.toBeNull()
})
