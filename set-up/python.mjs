import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { installPackages, onPath } from './packages.mjs'
import { Missing, root, run, succeeds } from './run.mjs'

const folder = join(root, '.phoenix-test', 'python')

/** The interpreter whose astropy judges our FITS files in the tests. */
export const testPython = join(folder, 'bin', 'python')

export function hasAstropy() {
  const library = join(folder, 'lib')
  const versions = existsSync(library) ? readdirSync(library) : []
  return (
    existsSync(testPython) &&
    versions.some((version) => existsSync(join(library, version, 'site-packages', 'astropy', 'io')))
  )
}

export function installAstropy() {
  const missing = ['python3', 'python3-venv'].filter((name) => !isThere[name]())
  if (missing.length > 0) installPackages(missing.map((name) => ({ name, isThere: isThere[name] })))
  rmSync(folder, { recursive: true, force: true })
  run('python3', ['-m', 'venv', folder])
  run(testPython, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'astropy>=6,<8'])
  if (!hasAstropy()) throw new Missing(`astropy did not come to ${folder}`)
}

const isThere = {
  python3: () => onPath('python3'),
  'python3-venv': () => succeeds('python3', ['-c', 'import ensurepip, venv']),
}
