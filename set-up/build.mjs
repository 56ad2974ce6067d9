import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { main, root, run } from './run.mjs'

/**
 * Compiles to `dist/`, which mirrors the tree, and bundles the workflows, the command and the monitor's page. A new `dist/` takes the place of the old one
 * at the end, so that a failed build leaves the old one, and no file of a deleted source stays.
 * Files that are not code are read from the project and not copied.
 */
export async function build() {
  const next = join(root, 'dist.next')
  rmSync(next, { recursive: true, force: true })
  run('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json', '--outDir', next])
  const workflows = join(next, 'workflows', 'index.js')
  if (existsSync(workflows)) {
    run(process.execPath, ['set-up/bundle-workflows.mjs', workflows, join(next, 'workflow-bundle.js')])
  }
  // Loaded here: before the node modules are installed there is none.
  const [{ bundlePage }, { bundleProgram }] = await Promise.all([
    import('./bundle-page.mjs'),
    import('./bundle-program.mjs'),
  ])
  await bundleProgram(next)
  await bundlePage(root, join(next, 'monitor', 'page'))
  writeFileSync(join(next, stampName), sourcesHash())
  const previous = join(root, 'dist.previous')
  rmSync(previous, { recursive: true, force: true })
  if (existsSync(dist)) renameSync(dist, previous)
  renameSync(next, dist)
  rmSync(previous, { recursive: true, force: true })
}

/** Whether `dist/` was built from the sources as they are. */
export function isBuilt() {
  const stamp = join(dist, stampName)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesHash()
}

const dist = join(root, 'dist')
const stampName = 'built-from'
const notSources = new Set(['node_modules', 'test', 'docs', 'bench'])

/** Of names and contents, since git gives files new times when it changes nothing in them. */
function sourcesHash() {
  const hash = createHash('sha256')
  const configuration = [
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'set-up/build.mjs',
    'set-up/bundle-workflows.mjs',
    'set-up/bundle-page.mjs',
    'set-up/bundle-program.mjs',
    'monitor/page/style.css',
  ]
  for (const path of [...configuration, ...sourcesIn('')]) hash.update(path).update(readFileSync(join(root, path)))
  return hash.digest('hex')
}

function sourcesIn(folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  )
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isFile()) return /\.tsx?$/.test(path) ? [path] : []
    const skipped = entry.name.startsWith('.') || entry.name.startsWith('dist') || notSources.has(path)
    return entry.isDirectory() && !skipped ? sourcesIn(path) : []
  })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(build)
