import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Missing, run, succeeds } from './run.mjs'

/** The system's packages that phoenix needs, and how to see without asking the package manager that they are there. */
export const runPackages = [
  { name: 'esorex', isThere: () => onPath('esorex') },
  { name: 'cpl-plugin-uves', isThere: () => hasPlugin('uves') },
]
export const testPackages = [
  { name: 'fitsverify', isThere: () => onPath('fitsverify') },
  { name: 'cpl-plugin-naco', isThere: () => hasPlugin('naco') },
  { name: 'chromium', isThere: () => onPath('chromium') },
]

/** Installs what is missing with apt; throws Missing with the command where we may or can not. */
export function installPackages(missing) {
  const names = missing.map(({ name }) => name)
  const command = ['apt-get', 'install', '--yes', '--no-install-recommends', ...names]
  if (!onPath('apt-get')) {
    throw new Missing(
      `missing: ${names.join(', ')}. This system has no apt: install them with its own packages, or from ` +
        'https://www.eso.org/sci/software/pipelines/ (on Debian: ' +
        `sudo ${command.join(' ')})`,
    )
  }
  const asRoot = rootPrefix()
  if (asRoot === null) throw new Missing(`missing: ${names.join(', ')}. Install with: sudo ${command.join(' ')}`)
  const aptGet = (...args) => {
    const [program, ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args]
    run(program, rest)
  }
  aptGet('update')
  aptGet(...command.slice(1))
  const still = missing.filter(({ isThere }) => !isThere()).map(({ name }) => name)
  if (still.length > 0) throw new Missing(`apt-get installed ${still.join(', ')}, which is still not to be found`)
}

export function onPath(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && isExecutable(join(folder, program)))
}

/** [] as root, the words of sudo where it works without a password, null where neither. */
function rootPrefix() {
  if (process.getuid?.() === 0) return []
  return onPath('sudo') && succeeds('sudo', ['-n', 'true']) ? ['sudo', '-n'] : null
}

/** A pipeline is a folder `uves-6.1.8` among the plug-ins: Debian's, ESO's own, or the operator's. */
function hasPlugin(pipeline) {
  const given = (process.env.ESOREX_RECIPE_DIR ?? '').split(':').filter((folder) => folder !== '')
  const debian = namesIn('/usr/lib').map((triplet) => `/usr/lib/${triplet}/cpl/plugins`)
  const eso = ['/usr/lib', '/usr/lib64', '/usr/local/lib'].map((folder) => `${folder}/esopipes-plugins`)
  const folders = [process.env.PHOENIX_RECIPE_DIR ?? '', ...given, ...debian, ...eso]
  const isPlugin = (name) => new RegExp(`(^|/)${pipeline}-\\d[^/]*/?$`).test(name)
  return folders.some((folder) => (isPlugin(folder) && existsSync(folder)) || namesIn(folder).some(isPlugin))
}

function namesIn(folder) {
  return existsSync(folder) ? readdirSync(folder) : []
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
