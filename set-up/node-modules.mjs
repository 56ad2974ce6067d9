import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'

/**
 * Whether node_modules holds exactly what package-lock.json says: npm keeps a lock file of what it installed.
 * A package for another platform is optional and rightly absent.
 */
export function areModulesInstalled(folder = root) {
  const installedPath = join(folder, 'node_modules', '.package-lock.json')
  if (!existsSync(installedPath)) return false
  const wanted = packagesOf(join(folder, 'package-lock.json'))
  const installed = packagesOf(installedPath)
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true
    const found = installed[path]
    return found === undefined ? optional === true : found.version === version && existsSync(join(folder, path))
  })
}

/**
 * Installs what package-lock.json says and leaves that file alone. Not `npm ci`: it insists that the lock file lists
 * the optional packages of every other platform as well, which a registry that does not hold them cannot give.
 */
export function installModules() {
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'])
}

function packagesOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages
}
