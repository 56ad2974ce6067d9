import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PreconditionError } from '../../../domain/failure.ts'
import { examine, type Part } from '../../../services/doctor.ts'
import { startServices } from '../../../services/services.ts'
import type { Settings } from '../../../settings/settings.ts'
import { ownHome, serversOf } from './own-home.ts'

const uves = { name: 'uves', certifiedVersions: ['6.1.8'], debianPackage: 'cpl-plugin-uves' }
const found = (version: string) => () => Promise.resolve({ version, recipeDir: `/plugins/uves-${version}` })

async function parts(settings: Settings, findPipeline = found('6.1.8')): Promise<Record<string, Part>> {
  return Object.fromEntries((await examine(settings, [uves], findPipeline)).map((part) => [part.name, part]))
}

test('every part is told, and looking starts and makes nothing', async () => {
  const { settings } = ownHome()
  const result = await parts(settings)
  expect(Object.keys(result)).toEqual([
    'node',
    'esorex',
    'pipeline uves',
    'PostgreSQL',
    'Temporal server',
    'state folder',
    'database account',
  ])
  expect(result['node']).toMatchObject({ version: process.versions.node, works: true, advice: null })
  expect(result['esorex']).toMatchObject({ works: true, version: expect.stringMatching(/^3\.\d+/) })
  expect(result['pipeline uves']).toMatchObject({
    found: '/plugins/uves-6.1.8',
    version: '6.1.8',
    works: true,
    advice: null,
  })
  expect(result['PostgreSQL']).toMatchObject({
    version: '18.4.0',
    works: true,
    advice: expect.stringContaining('not running'),
  })
  expect(result['Temporal server']).toMatchObject({ works: true, advice: expect.stringContaining('not running') })
  expect(result['state folder']).toMatchObject({ found: settings.home, advice: expect.stringMatching(/GB free/) })
  expect(existsSync(settings.home)).toBe(false)
  expect(serversOf(settings)).toEqual([])
})

test('running services are told with their places', async () => {
  const { settings } = ownHome()
  const services = await startServices(settings)
  const result = await parts(settings)
  expect(result['PostgreSQL']).toMatchObject({
    found: services.postgres.where,
    version: services.postgres.version,
    works: true,
  })
  expect(result['Temporal server']).toMatchObject({
    found: services.temporal.where,
    version: services.temporal.version,
    works: true,
  })
  expect(result['database account']).toMatchObject({ works: true, advice: null })
})

test('what is wrong with one part is its advice, and the others are still told', async () => {
  const { settings } = ownHome({ DATABASE_URL: 'postgres://me@127.0.0.1:1/x' })
  const missing = await parts(settings, () =>
    Promise.reject(new PreconditionError('the pipeline uves is not installed')),
  )
  expect(missing['pipeline uves']).toMatchObject({ works: false, advice: 'the pipeline uves is not installed' })
  expect(missing['PostgreSQL']).toMatchObject({
    works: false,
    advice: expect.stringContaining('no answer from 127.0.0.1:1'),
  })
  expect(missing['node']).toMatchObject({ works: true })
  const other = await parts(settings, found('6.2.0'))
  expect(other['pipeline uves']).toMatchObject({ works: false, advice: expect.stringContaining('6.1.8 is certified') })
})

test('of several instruments one pipeline is enough', async () => {
  const { settings } = ownHome()
  const find = (name: string) =>
    name === 'uves' ? found('6.1.8')() : Promise.reject(new PreconditionError(`the pipeline ${name} is not installed`))
  const naco = { name: 'naco', certifiedVersions: ['4.4.11'], debianPackage: 'cpl-plugin-naco' }
  const result = await examine(settings, [uves, naco], find)
  expect(result.find(({ name }) => name === 'pipeline uves')).toMatchObject({ works: true, version: '6.1.8' })
  expect(result.find(({ name }) => name === 'pipeline naco')).toMatchObject({
    works: true,
    found: null,
    advice: 'no nights of its instrument on this machine: the pipeline naco is not installed',
  })
})
