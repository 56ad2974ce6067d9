import { mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FolderArchive } from '../../archive/folder.ts'
import { HttpArchive } from '../../archive/http.ts'
import { NgasArchive } from '../../archive/ngas.ts'
import { openArchives, openSource, openTarget } from '../../archive/open-archive.ts'
import { settingsHash, workerEnvironment } from '../../client/worker-environment.ts'
import { PreconditionError } from '../../domain/failure.ts'
import { readSettings } from '../../settings/settings.ts'

const home = () => mkdtempSync(join(os.tmpdir(), 'phoenix-archives-'))
const read = (env: NodeJS.ProcessEnv = {}) =>
  readSettings({ TEMPORAL_CONFIG_FILE: '/does/not/exist', PHOENIX_HOME: home(), ...env })

test('a folder is the archive of everything', () => {
  const { archives, archive } = read({ PHOENIX_ARCHIVE: '/archive' })
  const folder = { kind: 'folder', dir: '/archive' }
  expect(archives).toEqual({ rawSource: folder, calibrationSource: folder, idpTarget: folder })
  expect(archive).toEqual(folder)
  expect(openArchives(archives).names).toEqual(['folder:/archive'])
})

test('raws, calibrations and IDPs may each have their own archive, with limits and a token by reference', () => {
  const { archives } = read({
    PHOENIX_ARCHIVE: '/archive',
    PHOENIX_RAW_SOURCE: 'https://dataportal.eso.org',
    PHOENIX_IDP_TARGET: 'ngas://archive.host:7777',
    PHOENIX_ARCHIVE_TOKEN_FILE: '/secrets/eso',
    PHOENIX_IDP_TARGET_TOKEN_FILE: 'env:NGAS_LOGIN',
    PHOENIX_ARCHIVE_HOSTS: 'cdn.eso.org, http://10.0.0.7:8080',
    PHOENIX_ARCHIVE_CONNECTIONS: '8',
    PHOENIX_ARCHIVE_BYTES_PER_SECOND: '5000000',
  })
  const limits = { connections: 8, bytesPerSecond: 5_000_000, maximumFileBytes: null, checksumList: null }
  const redirectHosts = ['cdn.eso.org', 'http://10.0.0.7:8080']
  expect(archives).toEqual({
    rawSource: { kind: 'http', address: 'https://dataportal.eso.org', token: '/secrets/eso', redirectHosts, ...limits },
    calibrationSource: { kind: 'folder', dir: '/archive' },
    idpTarget: { kind: 'ngas', address: 'ngas://archive.host:7777', token: 'env:NGAS_LOGIN', redirectHosts, ...limits },
  })
  const opened = openArchives(archives)
  expect(opened.names).toEqual(['https://dataportal.eso.org', 'folder:/archive', 'ngas://archive.host:7777'])
  expect([
    openSource(archives.rawSource),
    openSource(archives.calibrationSource),
    openTarget(archives.idpTarget),
  ]).toEqual([expect.any(HttpArchive), expect.any(FolderArchive), expect.any(NgasArchive)])
})

test('an address for everything leaves the folders of this machine where they are', () => {
  const settings = read({ PHOENIX_HOME: '/data', PHOENIX_ARCHIVE: 'ngas://archive:7777' })
  expect(settings.archive.dir).toBe('/data/archive')
  expect(settings.gencalibDir).toBe('/data/archive/gencalib')
  expect(openArchives(settings.archives).names).toEqual(['ngas://archive:7777'])
})

test('IDPs cannot go to an archive that only serves files', () => {
  const { archives } = read({ PHOENIX_ARCHIVE: 'https://dataportal.eso.org' })
  expect(() => openArchives(archives)).toThrow(PreconditionError)
  expect(() => openArchives(archives)).toThrow('set PHOENIX_IDP_TARGET to a folder or to ngas://host:port')
})

test('relative folders and token files of phoenix.yaml count from the home', () => {
  const folder = home()
  writeFileSync(
    join(folder, 'phoenix.yaml'),
    'PHOENIX_RAW_SOURCE: http://localhost:1\nPHOENIX_IDP_TARGET: store\nPHOENIX_RAW_SOURCE_TOKEN_FILE: token\n',
  )
  const { archives } = read({ PHOENIX_HOME: folder })
  expect(archives.idpTarget).toEqual({ kind: 'folder', dir: join(folder, 'store') })
  expect(archives.rawSource).toMatchObject({ token: join(folder, 'token') })
})

test.each([
  { PHOENIX_ARCHIVE: 'ngas://archive:7777' },
  {
    PHOENIX_RAW_SOURCE: 'https://dataportal.eso.org',
    PHOENIX_ARCHIVE_TOKEN_FILE: 'token',
    PHOENIX_IDP_TARGET: 'store',
  },
  { PHOENIX_ARCHIVE: 'somewhere', PHOENIX_CALIBRATION_SOURCE: 'http://localhost:8000/<kind>/<file>' },
])('a worker finds the same archives: %j', (env) => {
  const settings = read({ ...env, PHOENIX_HOME: home() })
  const again = readSettings({ ...workerEnvironment(settings, env), TEMPORAL_CONFIG_FILE: '/does/not/exist' })
  expect(again.archives).toEqual(settings.archives)
  expect(settingsHash(again)).toBe(settingsHash(settings))
})

test.each([
  'https://user:password@dataportal.eso.org',
  'ngas://archive:7777/path',
  'ngas://',
  'file:///etc',
  'https://',
])('%s is refused as an archive', (address) => {
  expect(() => read({ PHOENIX_RAW_SOURCE: address })).toThrow(
    'must be a folder, http(s)://host/path or ngas://host:port',
  )
})
