/**
 * Runs every check and test, also after one has failed: `node set-up/test.mjs [check or project ...]`.
 * The last line on stdout is `N passed, N failed`; a check counts as one test.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testPython } from './python.mjs'
import { root } from './run.mjs'

const checks = {
  types: ['tsc', '--noEmit'],
  'types of the page': ['tsc', '--noEmit', '-p', 'monitor/page'],
  lint: ['oxlint', '--type-aware', '--deny-warnings'],
  format: ['biome', 'format', '.'],
}
const projects = ['unit', 'integration', 'end-to-end']

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in checks) && !projects.includes(name))
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are ${[...Object.keys(checks), ...projects].join(', ')}`)
  process.exit(2)
}
const isWanted = (name) => wanted.length === 0 || wanted.includes(name)

const total = { passed: 0, failed: 0, skipped: 0 }
for (const [name, [program, ...args]] of Object.entries(checks)) if (isWanted(name)) count(name, check(program, args))
for (const project of projects) if (isWanted(project)) count(project, vitest(project))
console.log(summary(total))
process.exitCode = total.failed === 0 ? 0 : 1

function count(name, result) {
  for (const outcome of Object.keys(total)) total[outcome] += result[outcome]
  console.log(`${name}: ${summary(result)}\n`)
}

function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

function check(program, args) {
  const isFine = run(program, args) === 0
  return { passed: isFine ? 1 : 0, failed: isFine ? 0 : 1, skipped: 0 }
}

function vitest(project) {
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-report-'))
  const path = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`]
  const exitCode = run('vitest', ['run', '--project', project, '--passWithNoTests', ...reporters])
  const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
  rmSync(folder, { recursive: true, force: true })
  const { numPassedTests: passed = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0 } = report
  // A file that cannot be loaded, or an error outside of any test, fails the run without a failed test.
  const failed = numFailedTests === 0 && exitCode !== 0 ? 1 : numFailedTests
  return { passed, failed, skipped: numPendingTests + numTodoTests }
}

function run(program, args) {
  const environment = existsSync(testPython) ? { PHOENIX_TEST_PYTHON: testPython } : {}
  const { status } = spawnSync(join(root, 'node_modules', '.bin', program), args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  })
  return status ?? 1
}
