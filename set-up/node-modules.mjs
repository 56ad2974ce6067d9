import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'

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

function packagesOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages
}
