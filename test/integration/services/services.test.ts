import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import pg from 'pg'
import { expect, test } from 'vitest'
import { endProcess } from '../../../services/process.ts'
import { findServices, type Services, startServices, stopServices } from '../../../services/services.ts'
import { hasSearchAttributes, registerSearchAttributes } from '../../../services/temporal/search-attributes.ts'
import { startTemporal } from '../../../services/temporal/temporal.ts'
import { projectRoot } from '../../../settings/project.ts'
import { ownHome, serversOf, temporalServerOf } from './own-home.ts'

async function query(services: Services, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: services.postgres.url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

async function withTemporal<T>(services: Services, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: services.temporal.address })
  try {
    return await work(new Client({ connection, namespace: services.temporal.namespace }))
  } finally {
    await connection.close()
  }
}

test('start, adopt, stop, start again: nothing is lost and nothing stays', async () => {
  const { settings } = ownHome()
  expect(await findServices(settings)).toEqual({ postgres: null, temporal: null })

  const first = await startServices(settings)
  expect([first.postgres.found, first.temporal.found]).toEqual(['started', 'started'])
  await query(first, 'create table kept as select 42 as n')

  const second = await startServices(settings)
  expect([second.postgres.found, second.temporal.found]).toEqual(['adopted', 'adopted'])
  expect(second.postgres.url).toBe(first.postgres.url)
  expect(second.temporal.address).toBe(first.temporal.address)
  expect(serversOf(settings)).toHaveLength(2)

  await second.stop()
  expect(serversOf(settings)).toEqual([])
  expect(await findServices(settings)).toEqual({ postgres: null, temporal: null })

  const third = await startServices(settings)
  expect(third.postgres.found).toBe('started')
  expect(third.postgres.url).toBe(first.postgres.url) // on the same ports, for those who wait for their return
  expect(third.temporal.address).toBe(first.temporal.address)
  expect(await query(third, 'select n from kept')).toEqual([{ n: 42 }])
})

test('the servers listen on this machine only, and others cannot read what they keep', async () => {
  const { settings } = ownHome()
  const services = await startServices(settings)
  expect(await query(services, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
  expect(await query(services, 'show unix_socket_directories')).toEqual([{ unix_socket_directories: '' }])
  expect(await query(services, 'show fsync')).toEqual([{ fsync: 'on' }])
  const withoutPassword = services.postgres.url.replace(/:[^:@]*@/, ':wrong@')
  await expect(new pg.Client({ connectionString: withoutPassword }).connect()).rejects.toThrow(
    'password authentication failed',
  )
  for (const folder of ['postgres', 'temporal']) {
    expect(statSync(join(settings.home, folder)).mode & 0o077).toBe(0)
  }
  expect(statSync(join(settings.home, 'postgres', 'password')).mode & 0o777).toBe(0o600)
})

test('the Temporal server keeps closed workflows for a month and knows the search attributes', async () => {
  const { settings } = ownHome()
  const services = await startServices(settings)
  expect(readdirSync(join(settings.home, 'temporal'))).toContain(`${services.temporal.version}.sqlite`)
  await withTemporal(services, async ({ connection }) => {
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' })
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(720 * 3600)
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' })
    expect(Object.keys(customAttributes ?? {})).toEqual(
      expect.arrayContaining(['Instrument', 'ObservingDate', 'Kind', 'State']),
    )
  })
})

test('a server that was started without the search attributes gets them when it is adopted', async () => {
  const { settings } = ownHome()
  const services = await startServices(settings)
  await withTemporal(services, async ({ connection }) => {
    const { namespace } = services.temporal
    const remove = () =>
      connection.operatorService.removeSearchAttributes({ namespace, searchAttributes: ['Kind', 'State'] })
    await remove()
    expect(await hasSearchAttributes(connection, namespace)).toBe(false)
    expect((await startServices(settings)).temporal.found).toBe('adopted')
    expect(await hasSearchAttributes(connection, namespace)).toBe(true)
    // Somebody else's server, in whose namespace one of the names means something else.
    await remove()
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { State: 3 } })
    expect(await registerSearchAttributes(connection, namespace)).toMatch(/State/)
    expect(await hasSearchAttributes(connection, namespace)).toBe(false)
    expect(await registerSearchAttributes(connection, 'no such namespace')).toMatch(/no such namespace/)
  })
})

test('two that start at once: one starts, the other adopts', async () => {
  const { settings } = ownHome()
  const said: string[] = []
  const both = await Promise.all([
    startServices(settings, (line) => said.push(line)),
    startServices(settings, (line) => said.push(line)),
  ])
  expect(both.map(({ postgres }) => postgres.found).toSorted()).toEqual(['adopted', 'started'])
  expect(both.map(({ temporal }) => temporal.found).toSorted()).toEqual(['adopted', 'started'])
  expect(said).toContain('another phoenix is starting or stopping the services: waiting for it')
  expect(serversOf(settings)).toHaveLength(2)
})

test('servers killed with -9 are started again, on their ports and with their data', async () => {
  const { settings } = ownHome()
  const before = await startServices(settings)
  await query(before, 'create table kept as select generate_series(1, 1000) as n')
  await withTemporal(before, (client) => client.workflow.start('anything', { taskQueue: 'none', workflowId: 'kept' }))
  const killed = serversOf(settings)
  expect(killed).toHaveLength(2)
  await Promise.all(killed.map((pid) => endProcess(pid, 'SIGKILL', 30)))
  expect(await findServices(settings)).toEqual({ postgres: null, temporal: null })

  const after = await startServices(settings)
  expect([after.postgres.found, after.temporal.found]).toEqual(['started', 'started'])
  expect(after.postgres.url).toBe(before.postgres.url)
  expect(await query(after, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }])
  await withTemporal(after, async (client) => {
    expect((await client.workflow.getHandle('kept').describe()).status.name).toBe('RUNNING')
  })
  expect(serversOf(settings)).toHaveLength(2)
})

test('a server that is killed alone comes back beside the other', async () => {
  const { settings } = ownHome()
  await startServices(settings)
  await endProcess(temporalServerOf(settings), 'SIGKILL', 30)
  const after = await startServices(settings)
  expect([after.postgres.found, after.temporal.found]).toEqual(['adopted', 'started'])
})

test('a Temporal server that hangs is started again', async () => {
  const { settings } = ownHome()
  await startServices(settings)
  const hanging = temporalServerOf(settings)
  process.kill(hanging, 'SIGSTOP')
  const said: string[] = []
  const after = await startTemporal(settings, (line) => said.push(line), 2)
  expect(said).toEqual([`Temporal server ${hanging} does not answer: starting it again`])
  expect(after.found).toBe('started')
  expect(serversOf(settings)).not.toContain(hanging)
})

test('the servers outlive a parent that is killed with -9, and the next start adopts them', async () => {
  const { env, settings } = ownHome()
  const script = join(import.meta.dirname, 'start-and-wait.mjs')
  const parent = fork(script, [join(projectRoot(), 'dist')], { env: { ...process.env, ...env } })
  const [found] = await once(parent, 'message')
  expect(found).toEqual({ postgres: 'started', temporal: 'started' })
  const servers = serversOf(settings)
  expect(servers).toHaveLength(2)
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  const services = await startServices(settings)
  expect([services.postgres.found, services.temporal.found]).toEqual(['adopted', 'adopted'])
  expect(serversOf(settings)).toEqual(servers)
})

test('a parent that is killed while it starts them leaves nothing that the next start cannot take over', async () => {
  const { env, settings } = ownHome()
  const script = join(import.meta.dirname, 'start-and-wait.mjs')
  for (const milliseconds of [250, 500, 900]) {
    const parent = fork(script, [join(projectRoot(), 'dist')], { env: { ...process.env, ...env } })
    setTimeout(() => parent.kill('SIGKILL'), milliseconds)
    await once(parent, 'exit')
  }
  const services = await startServices(settings)
  expect(await query(services, 'select 1 as n')).toEqual([{ n: 1 }])
  expect(serversOf(settings)).toHaveLength(2)
})

test('stop without anything that runs, or any folder, is fine and makes nothing', async () => {
  const { settings } = ownHome()
  await stopServices(settings)
  expect(existsSync(settings.home)).toBe(false)
})

test('given services are used as they are, and left alone', async () => {
  const { settings } = ownHome()
  const own = await startServices(settings)
  const { settings: other } = ownHome({ DATABASE_URL: own.postgres.url, TEMPORAL_ADDRESS: own.temporal.address })
  const given = await startServices(other)
  expect(given).toMatchObject({
    postgres: { url: own.postgres.url, found: 'given', version: own.postgres.version },
    temporal: { address: own.temporal.address, found: 'given', version: own.temporal.version, uiUrl: null },
  })
  expect(JSON.stringify(given.postgres.where)).not.toContain(new URL(own.postgres.url).password)
  await given.stop()
  expect(serversOf(settings)).toHaveLength(2)
})

test('a given service that is away is named, with its variable', async () => {
  const away = '127.0.0.1:1'
  const { settings } = ownHome({ DATABASE_URL: `postgres://me:secret@${away}/x`, TEMPORAL_ADDRESS: away })
  await expect(startServices(settings)).rejects.toThrow(/^DATABASE_URL: no answer from 127.0.0.1:1\/x: .*ECONNREFUSED/)
})
