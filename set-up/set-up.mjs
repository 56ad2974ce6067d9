/**
 * Installs and builds whatever is missing, and nothing else: `node set-up/set-up.mjs [--test]`.
 * Every step first looks whether its work is done, so that a second run does nothing.
 */
import { build, isBuilt } from './build.mjs'
import { areModulesInstalled, installModules } from './node-modules.mjs'
import { installPackages, runPackages, testPackages } from './packages.mjs'
import { hasAstropy, installAstropy } from './python.mjs'
import { main, Missing, step } from './run.mjs'
import { fetchTemporal, hasTemporal } from './temporal.mjs'

const oldestNode = [20, 19]

await main(async () => {
  const forTests = process.argv.includes('--test')
  const begin = performance.now()
  checkNode()
  const missing = [...runPackages, ...(forTests ? testPackages : [])].filter(({ isThere }) => !isThere())
  const steps = [
    [
      `packages ${missing.map(({ name }) => name).join(', ')}`,
      () => missing.length === 0,
      () => installPackages(missing),
    ],
    ['node modules', areModulesInstalled, installModules],
    ['build', isBuilt, build],
    ['Temporal server', hasTemporal, fetchTemporal],
    ...(forTests ? [['astropy for the tests', hasAstropy, installAstropy]] : []),
  ]
  let done = 0
  for (const [name, isDone, work] of steps) {
    if (isDone()) continue
    await step(name, work)
    done += 1
  }
  const seconds = ((performance.now() - begin) / 1000).toFixed(1)
  console.log(done === 0 ? `set-up: nothing to do (${seconds} s)` : `set-up: ready after ${seconds} s`)
})

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return
  throw new Missing(
    `Node ${process.versions.node} is too old: install ${oldestNode.join('.')} or newer (https://nodejs.org)`,
  )
}
