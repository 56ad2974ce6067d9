import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '../../settings/project.ts'

const emptyFolder = () => mkdtempSync(join(tmpdir(), 'phoenix-set-up-'))

/** Runs a piece of the set-up in a node of its own, with nothing on PATH but `programs`. */
function runPiece(code: string, programs: Record<string, string> = {}) {
  const path = emptyFolder()
  for (const [name, text] of Object.entries(programs))
    writeFileSync(join(path, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  const script = join(path, 'piece.mjs')
  writeFileSync(script, code.replaceAll('set-up/', `${projectRoot()}/set-up/`))
  return spawnSync(process.execPath, [script], { encoding: 'utf8', env: { PATH: path } })
}

const install = (condition: string) => `
  import { installPackages } from 'set-up/packages.mjs'
  import { main } from 'set-up/run.mjs'
  ${condition}
  await main(() => installPackages([{ name: 'esorex', isThere: () => false }, { name: 'cpl-plugin-uves', isThere: () => false }]))`
const notRoot = 'process.getuid = () => 1000'

test('a system without apt: the missing parts are named, with where to get them', () => {
  const { status, stderr } = runPiece(install(notRoot))
  expect(status).toBe(1)
  expect(stderr).toMatch(/^set-up: missing: esorex, cpl-plugin-uves. This system has no apt: .*\n$/)
})

test('apt without root and without sudo: the command to type is named', () => {
  const { status, stderr } = runPiece(install(notRoot), { 'apt-get': 'exit 0' })
  expect(status).toBe(1)
  expect(stderr).toBe(
    'set-up: missing: esorex, cpl-plugin-uves. Install with: sudo apt-get install --yes --no-install-recommends esorex cpl-plugin-uves\n',
  )
})

test('sudo that wants a password is not used', () => {
  const { status, stderr } = runPiece(install(notRoot), { 'apt-get': 'exit 0', sudo: 'exit 1' })
  expect(status).toBe(1)
  expect(stderr).toContain('Install with: sudo apt-get')
})

test('a package that apt says to have installed and that is not there is an error', () => {
  const programs = { 'apt-get': 'exit 0', sudo: 'shift; exec "$@"', true: 'exit 0', env: 'shift; exec "$@"' }
  const { status, stderr } = runPiece(install(notRoot), programs)
  expect(status).toBe(1)
  expect(stderr).toBe('set-up: apt-get installed esorex, cpl-plugin-uves, which is still not to be found\n')
})

test('node modules count as installed only when they are what the lock file says', () => {
  const folder = emptyFolder()
  const check = () =>
    runPiece(
      `import { areModulesInstalled } from 'set-up/node-modules.mjs'\nconsole.log(areModulesInstalled('${folder}'))`,
    ).stdout.trim()
  const write = (name: string, packages: object) => writeFileSync(join(folder, name), JSON.stringify({ packages }))
  write('package-lock.json', {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', optional: true },
  })
  expect(check()).toBe('false')
  mkdirSync(join(folder, 'node_modules', 'a'), { recursive: true })
  write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } })
  expect(check()).toBe('true')
  write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.1' } })
  expect(check()).toBe('false')
  write('node_modules/.package-lock.json', { 'node_modules/b': { version: '2.0.0' } })
  expect(check()).toBe('false')
})

test('the command that is not built yet says so', () => {
  const folder = emptyFolder()
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin', 'phoenix'), spawnSync('cat', [join(projectRoot(), 'bin', 'phoenix')]).stdout, {
    mode: 0o755,
  })
  symlinkSync(join(folder, 'bin', 'phoenix'), join(folder, 'link'))
  const { status, stderr } = spawnSync(join(folder, 'link'), { encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toContain('phoenix is not built yet')
})
